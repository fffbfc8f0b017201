"""`python -m bench [NAME …]`: measure, print a table, and keep the figures in bench/results.json."""

import argparse
import sys
from collections.abc import Callable

from bench import history, memory, page, posts, start
from bench.figure import Figure, keep, show

MEASUREMENTS: dict[str, Callable[[], list[Figure]]] = {
    "start": start.measure,
    "memory": memory.measure,
    "posts": posts.measure,
    "history": history.measure,
    "page": page.measure,
}


def main() -> int:
    """Run the named measurements, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(MEASUREMENTS)}; all by default")
    names = parser.parse_args().names or list(MEASUREMENTS)
    for name in names:
        if name not in MEASUREMENTS:
            parser.error(f"there is no measurement {name}")
    for name in names:
        figures = MEASUREMENTS[name]()
        show(figures)
        keep({name: figures})
    return 0


sys.exit(main())
