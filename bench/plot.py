"""Bars as SVG, written by hand: readable at a page's width, in light and in dark."""

from dataclasses import dataclass
from html import escape

from bench.compare import TITLES, value
from hubbub.bench.metrics import METRICS
from hubbub.bench.results import Results
from hubbub.bench.table import WHO, title_of

WIDTH = 800
COLUMN = 400
NAMES = 120
"""Where bars begin, after the names."""

NUMBERS = 70
"""What is left for the number behind the longest bar."""

BAR, STEP, HEAD, GAP = 18, 26, 46, 18

STYLE = """
text { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.what { fill: #59636e; font-size: 13px }
.peer { fill: #9aa4af }
.hubbub { fill: #0f766e }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc }
  .what { fill: #9198a1 }
  .peer { fill: #59636e }
  .hubbub { fill: #2dd4bf }
}
"""

PANELS = {
    "fan-out": [
        ("fan-out-1", "cpu_per_delivery"),
        ("fan-out-8", "cpu_per_delivery"),
        ("fan-out-32", "cpu_per_delivery"),
        ("small-rooms", "cpu_per_message"),
    ],
    "people": [
        ("latency", "p99"),
        ("join-storm", "seconds"),
        ("idle", "kb_per_connection"),
        ("idle", "cpu_per_heartbeat"),
    ],
}
"""The charts, and the figures in each: less is better in all of them."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One figure of all who were measured; a bar is a name, a size and the number to show."""

    title: str
    what: str
    bars: list[tuple[str, float, str]]

    @property
    def height(self) -> int:
        """Return how much room it takes."""
        return HEAD + STEP * len(self.bars) + GAP


def charts(results: Results) -> dict[str, str]:
    """Return the SVGs by name."""
    panels = {name: [_panel(results, *each) for each in figures] for name, figures in PANELS.items()}
    return {name: draw([panel for panel in some if panel.bars]) for name, some in panels.items()}


def draw(panels: list[Panel]) -> str:
    """Return panels, two beside each other, each with a scale of its own."""
    rows = [panels[place : place + 2] for place in range(0, len(panels), 2)]
    parts, top = [], 0
    for row in rows:
        for column, panel in enumerate(row):
            parts.append(f'<g transform="translate({column * COLUMN} {top})">\n{_drawn(panel)}\n</g>')
        top += max(panel.height for panel in row)
    words = escape("; ".join(panel.title for panel in panels))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img" aria-label="{words}">\n'
        f"<style>{STYLE}</style>\n" + "\n".join(parts) + "\n</svg>\n"
    )


def _panel(results: Results, case: str, name: str) -> Panel:
    measured = {who: figures for who in results.rounds if name in (figures := results.medians(who).get(case, {}))}
    bars = [(who, figures[name], value(name, figures)) for who, figures in measured.items()]
    title = title_of(case, measured[WHO]) if WHO in measured else case
    return Panel(title, f"{METRICS[name].label}: less is better", bars)


def _drawn(panel: Panel) -> str:
    longest = max((size for _, size, _ in panel.bars), default=0) or 1
    lines = [
        f'<text class="title" x="0" y="18">{escape(panel.title)}</text>',
        f'<text class="what" x="0" y="37">{escape(panel.what)}</text>',
    ]
    for place, (who, size, number) in enumerate(panel.bars):
        y, width = HEAD + place * STEP, max(1, round((COLUMN - NAMES - NUMBERS) * size / longest))
        kind = "hubbub" if who == WHO else "peer"
        lines += [
            f'<text x="{NAMES - 8}" y="{y + 14}" text-anchor="end">{escape(TITLES[who])}</text>',
            f'<rect class="{kind}" x="{NAMES}" y="{y}" width="{width}" height="{BAR}" rx="2"/>',
            f'<text x="{NAMES + width + 8}" y="{y + 14}">{escape(number)}</text>',
        ]
    return "\n".join(lines)
