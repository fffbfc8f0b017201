"""Hubbub beside its peers: figure by figure, with ratios, as Markdown."""

from hubbub.bench.cases import CASES
from hubbub.bench.metrics import METRICS, words
from hubbub.bench.results import Results
from hubbub.bench.statistics import Figures
from hubbub.bench.table import WHO, title_of

REFERENCE = "node"
"""The peer that ratios are against."""

UNKNOWN = "–"

TITLES = {"hubbub": "Hubbub", "node": "Node Socket.IO", "flask": "Flask-SocketIO", "python-socketio": "python-socketio"}


def table(results: Results) -> str:
    """Return the table: a row for each figure of each case that peers can do too."""
    medians = {who: results.medians(who) for who in results.rounds}
    peers = [who for who in medians if who != WHO]
    ratios = ["ratio to Node"] if REFERENCE in peers else []
    head = ["case", "figure", *(TITLES[who] for who in [WHO, *peers]), *ratios]
    rows = [head, ["---"] * len(head)]
    for case, figures in medians.get(WHO, {}).items():
        if case in CASES and CASES[case].peers:
            for place, name in enumerate(CASES[case].shown):
                rows.append([title_of(case, figures) if not place else "", *_row(case, name, medians, peers)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def alone(case: str, figures: Figures) -> list[str]:
    """Return the figures of a case that peers can't do, in words; none for other cases."""
    if case not in CASES or CASES[case].peers:
        return []
    return [words(name, figures) for name in CASES[case].shown]


def ratio(case: str, name: str, medians: dict[str, dict[str, Figures]]) -> float | None:
    """Return Hubbub's figure by the reference's, None if either is missing."""
    own = medians.get(WHO, {}).get(case, {}).get(name)
    other = medians.get(REFERENCE, {}).get(case, {}).get(name)
    return own / other if own is not None and other else None


def value(name: str, figures: Figures | None) -> str:
    """Return a figure's number alone."""
    if not figures or name not in figures:
        return UNKNOWN
    number = METRICS[name].sentence.partition("{")[2].partition("}")[0]
    return f"{{{number}}}".format(figures[name])


def _row(case: str, name: str, medians: dict[str, dict[str, Figures]], peers: list[str]) -> list[str]:
    cells = [METRICS[name].label, *(value(name, medians[who].get(case)) for who in [WHO, *peers])]
    if REFERENCE in peers:
        found = ratio(case, name, medians)
        cells.append(UNKNOWN if found is None else f"{found:.2f}")
    return cells
