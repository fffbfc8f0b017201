"""How many people this machine holds, reckoned from what was measured."""

from dataclasses import dataclass

from hubbub.bench.statistics import Figures

EACH_SAYS_EVERY = 30.0
"""Seconds between two messages of one person: lively, in a room of twenty a message every one and a half."""

CPU_SHARE = 0.7
"""Of one core; one server is one process, and beyond that waits grow."""

MEMORY_SHARE = 0.5
"""Of the memory that is free."""

BACK_WITHIN = 10.0
"""Seconds after which all should be back when the server was started again."""

HEARTBEAT_EVERY = 25.0

NEEDED = ("latency", "idle", "resume-storm")
"""The cases whose figures it takes."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What holds so many people, and no more; `how` says how that was reckoned."""

    people: int
    what: str
    how: str


def bounds(medians: dict[str, Figures], free_memory_mb: int, open_files: int) -> list[Bound]:
    """Return what bounds the number of people, the nearest first; empty if a case is missing that it takes."""
    if any(name not in medians for name in NEEDED):
        return []
    message = medians["latency"]["cpu_per_message"]
    heartbeat = medians["idle"]["cpu_per_heartbeat"]
    kb = max(0.1, medians["idle"]["kb_per_connection"])
    per_person = message / EACH_SAYS_EVERY + heartbeat / HEARTBEAT_EVERY
    storm = medians["resume-storm"]
    found = [
        Bound(
            int(CPU_SHARE * 1e6 / per_person),
            "CPU",
            f"{message:,.0f} µs per message in a room of 20, {heartbeat:,.0f} µs per heartbeat; "
            f"{CPU_SHARE:.0%} of one core",
        ),
        Bound(
            int(MEMORY_SHARE * free_memory_mb * 1024 / kb),
            "memory",
            f"{kb:,.1f} KB per connection; half of the {free_memory_mb:,} MB that are free",
        ),
        Bound(open_files - 150, "open files", f"the system lets a process have {open_files:,}"),
        Bound(
            int(storm["people"] * BACK_WITHIN / storm["seconds_after_crash"]),
            "coming back",
            f"{storm['people']:,.0f} were back {storm['seconds_after_crash']:,.1f} s after a crash; "
            f"all should be in {BACK_WITHIN:.0f} s",
        ),
    ]
    return sorted(found, key=lambda bound: bound.people)


def answer(found: list[Bound], tried: int) -> list[str]:
    """Return the answer in lines; `tried` is how many people were connected at once in this run."""
    nearest = found[0]
    lines = [
        "How many people does this machine hold?",
        f"About {_about(nearest.people):,} at once, in rooms of 20 where everyone says something every "
        f"{EACH_SAYS_EVERY:.0f} seconds. {nearest.what[0].upper()}{nearest.what[1:]} is the bound.",
        "Reckoned from the figures above, one bound at a time:",
        *(f"  {bound.what:12} {_about(bound.people):>11,}   {bound.how}" for bound in found),
    ]
    if nearest.people > tried:
        lines.append(f"Tried in this run were {tried:,} at once; beyond that it is reckoned, not measured.")
    return lines


def _about(people: int) -> int:
    """Round down to two digits: no more was measured."""
    unit = int(10 ** max(0, len(str(people)) - 2))
    return people // unit * unit
