"""What the engine must reach, and what it aims for: each row held against the figures of one run."""

from collections.abc import Callable
from dataclasses import dataclass

from bench import memory, start
from bench.compare import UNKNOWN, ratio
from hubbub.bench.results import Results
from hubbub.bench.statistics import Figures
from hubbub.bench.table import WHO, title_of

Medians = dict[str, dict[str, Figures]]
"""By who was measured, then by case."""


@dataclass(frozen=True, slots=True)
class Target:
    """`read` gives the figure, None where it wasn't measured; `write` has its unit; more is better where `more`."""

    what: str
    read: Callable[[Medians], float | None]
    must: float
    aim: float
    write: str
    more: bool = False

    def verdict(self, figure: float | None) -> str:
        """Tell which of the two was met."""
        if figure is None:
            return "not measured"
        if self._meets(figure, self.aim):
            return "aim met"
        return "must met" if self._meets(figure, self.must) else "**missed**"

    def bound(self, bound: float) -> str:
        """Return a bound as people write it."""
        return f"{'≥' if self.more else '≤'} {self.write.format(bound)}"

    def _meets(self, figure: float, bound: float) -> bool:
        return figure >= bound if self.more else figure <= bound


def _ratio(case: str, name: str) -> Callable[[Medians], float | None]:
    return lambda medians: ratio(case, name, medians)


def _own(case: str, name: str) -> Callable[[Medians], float | None]:
    return lambda medians: medians.get(WHO, {}).get(case, {}).get(name)


FOR_PEOPLE = 1_000
"""The targets are for so many people in the one large room."""

TARGETS: list[tuple[str, Target]] = [
    ("fan-out-1", Target("CPU per delivery", _ratio("fan-out-1", "cpu_per_delivery"), 0.8, 0.6, "{:.2f} × Node")),
    ("fan-out-8", Target("deliveries/s", _ratio("fan-out-8", "deliveries_rate"), 4, 6, "{:.1f} × Node", more=True)),
    ("fan-out-32", Target("deliveries/s", _ratio("fan-out-32", "deliveries_rate"), 8, 15, "{:.1f} × Node", more=True)),
    ("small-rooms", Target("messages/s", _ratio("small-rooms", "messages_rate"), 0.7, 1.2, "{:.2f} × Node", more=True)),
    ("idle", Target("memory per connection", _own("idle", "kb_per_connection"), 20, 10, "{:.1f} KB")),
    ("resume-storm", Target("all live again", _own("resume-storm", "seconds"), 10, 3, "{:.2f} s")),
    ("resume-storm", Target("after a crash", _own("resume-storm", "seconds_after_crash"), 10, 3, "{:.2f} s")),
    ("history", Target("99 % within", _own("history", "p99"), 10, 3, "{:.1f} ms")),
    ("start", Target("`hubbub serve` to first answer", _own("start", start.FRESH), 1.5, 0.8, "{:.2f} s")),
    ("start", Target("`hubbub --help`", _own("start", start.HELP), 0.3, 0.15, "{:.2f} s")),
    ("memory", Target("memory of an idle server", _own("memory", memory.IDLE), 120, 80, "{:.0f} MB")),
]
"""By the case whose title says what was done; `start` and `memory` need no title."""


def table(results: Results) -> str:
    """Return the table as Markdown."""
    medians = {who: results.medians(who) for who in results.rounds}
    rows = [["case", "must", "aim", "measured", ""], ["---"] * 5]
    for case, target in TARGETS:
        figure = target.read(medians)
        bounds = [target.bound(target.must), target.bound(target.aim)]
        shown = UNKNOWN if figure is None else target.write.format(figure)
        smaller = results.plan["people"] < FOR_PEOPLE
        rows.append([_name(case, target, medians), *bounds, shown, "smaller" if smaller else target.verdict(figure)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _name(case: str, target: Target, medians: Medians) -> str:
    figures = medians.get(WHO, {}).get(case)
    if case in {"start", "memory"}:
        return target.what
    return f"{title_of(case, figures) if figures else case}: {target.what}"
