"""`python -m bench [NAME …]`: the cases of `hubbub bench` with peers in turn, and this checkout's own measurements."""

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from bench import flat, flat_http, memory, page, posts, start
from bench.compare import table
from bench.figure import Figure, show
from bench.peers.install import PEERS, installed
from bench.peers.peer import Peer
from hubbub.bench.cases import CASES, cases_for
from hubbub.bench.plan import Plan
from hubbub.bench.results import Results
from hubbub.bench.run import run
from hubbub.bench.server import Contestant, Hubbub

MEASUREMENTS: dict[str, Callable[[], list[Figure]]] = {
    "start": start.measure,
    "memory": memory.measure,
    "posts": posts.measure,
    "flat-http": flat_http.measure,
    "flat": flat.measure,
    "page": page.measure,
}

BY_DEFAULT = ["start", "memory"]
"""Of those that `hubbub bench` doesn't have."""

FILE = Path("build/bench.json")


def main() -> int:
    """Measure what is named, print it, and keep every round in a file."""
    arguments = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # no server may be left behind
    plan = Plan(arguments.people, arguments.seconds, arguments.rounds, arguments.full)
    names = arguments.names or [*cases_for(plan), *BY_DEFAULT]
    contestants = list(_contestants(arguments.peers))
    try:
        results = run(contestants, [name for name in names if name in CASES], plan, _keep(arguments.json))
    except KeyboardInterrupt:
        return 130
    results.versions = {each.name: each.version for each in contestants if isinstance(each, Peer)}
    for name in names:
        if name in MEASUREMENTS:
            figures = MEASUREMENTS[name]()
            show(figures)
            results.add("hubbub", name, {figure.name: figure.value for figure in figures})
    print(table(results))
    _keep(arguments.json)(results)
    print(f"Every round is in {arguments.json}; `python -m bench.report` makes docs/performance.md of it.")
    return 1 if results.missing else 0


def _keep(path: Path) -> Callable[[Results], None]:
    """Return what saves the results so far: a run that is broken off has been for something."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return lambda results: results.save(path)


def _parser() -> argparse.ArgumentParser:
    known = [*CASES, *MEASUREMENTS]
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known), choices=[*known, []])
    parser.add_argument("--rounds", type=int, default=3, help="how often; the medians count (default: 3)")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each thing is watched (default: 5)")
    parser.add_argument("--people", type=int, default=1_000, help="people in the one large room (default: 1000)")
    parser.add_argument("--full", action="store_true", help="10,000 idle people and a million messages")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS, help="who is measured beside Hubbub")
    parser.add_argument("--json", type=Path, default=FILE, help=f"where the figures go (default: {FILE})")
    return parser


def _contestants(names: tuple[str, ...]) -> list[Contestant]:
    """Return Hubbub and the peers that can be had, saying which ones can't."""
    found: list[Contestant] = [Hubbub()]
    for peer in installed(names):
        if isinstance(peer, Peer):
            found.append(peer)
        else:
            print(peer, file=sys.stderr)
    return found


if __name__ == "__main__":
    sys.exit(main())
