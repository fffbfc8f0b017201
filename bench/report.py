"""`python -m bench.report [FILE]`: makes docs/performance.md and its pictures of one run's results."""

import sys
from pathlib import Path

from bench import compare, plot, targets
from bench.peers.install import PEERS, ROOT
from hubbub.bench.metrics import bound_of, faults_of
from hubbub.bench.results import Results
from hubbub.bench.table import title_of

RESULTS = "bench/results.json"
"""The run that the document tells of, committed with it."""


def main() -> None:
    """Adopt a run's results, draw the pictures and have the document rewritten."""
    from tools.docs.__main__ import main as rewrite  # noqa: PLC0415 - it imports this module's functions

    results = Results.load(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / RESULTS)
    results.save(ROOT / RESULTS)
    for name, picture in plot.charts(results).items():
        (ROOT / picture_of(name)).write_text(picture, "utf-8")
    rewrite()


def picture_of(name: str) -> str:
    """Return where a chart is kept."""
    return f"docs/images/performance-{name}.svg"


def machine(root: Path) -> str:
    """Return what was measured on, with which versions, and how often, as a list."""
    results = Results.load(root / RESULTS)
    where, plan = results.machine, results.plan
    lines = [
        f"{where['processor']}, {where['cores']} cores, {where['memory_mb']:,} MB of memory; {where['system']}.",
        f"Hubbub {where['hubbub']} on Python {where['python']}, SQLite {where['sqlite']}.",
        *(f"{compare.TITLES[name]}: {version}." for name, version in results.versions.items()),
        f"{plan['rounds']} rounds, of which the medians count; each thing watched for {plan['seconds']:g} seconds.",
    ]
    return "\n".join(f"- {line}" for line in lines)


def alone(root: Path) -> str:
    """Return what peers can't do, as a table."""
    results = Results.load(root / RESULTS)
    rows = [
        f"| {title_of(case, figures)} | {' · '.join(words)} |"
        for case, figures in results.medians("hubbub").items()
        if (words := compare.alone(case, figures))
    ]
    return "\n".join(["| case | figures |", "| --- | --- |", *rows])


def comparison(root: Path) -> str:
    """Return Hubbub beside its peers, as a table."""
    return compare.table(Results.load(root / RESULTS))


def missing(root: Path) -> str:
    """Return what the run could not measure or should not have met, and who was the bound, as a list."""
    results = Results.load(root / RESULTS)
    lines = [f"{case} ({who}): {why}." for who, cases in results.missing.items() for case, why in cases.items()]
    for who in results.rounds:
        for case, figures in results.medians(who).items():
            lines += [f"{case} ({who}): {fault}." for fault in faults_of(figures)]
            if bound_of(figures) == "generator":
                lines.append(f"{case} ({who}): the load generator was the bound; the rate could be higher.")
    lines += [f"{compare.TITLES[peer]}: not measured in this run." for peer in PEERS if peer not in results.rounds]
    return "\n".join(f"- {line}" for line in lines or ["Nothing is missing."])


def reached(root: Path) -> str:
    """Return what must be reached and what was, as a table."""
    return targets.table(Results.load(root / RESULTS))


if __name__ == "__main__":
    main()
