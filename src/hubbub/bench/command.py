"""What `hubbub bench` does with its arguments."""

import difflib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from hubbub.bench.cases import CASES, cases_for
from hubbub.bench.plan import Plan
from hubbub.bench.run import run
from hubbub.bench.server import CannotMeasureError, Hubbub
from hubbub.bench.table import failures, report


def bench(names: Sequence[str], plan: Plan, json_file: Path | None) -> int:
    """Measure and print; return the exit code. Raises CannotMeasureError for what can't be done at all."""
    check(names)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background, shells let it be ignored
    signal.signal(signal.SIGTERM, _end)
    results = run([Hubbub()], names or cases_for(plan), plan)
    print(report(results))
    if json_file:
        results.save(json_file)
    for failure in failures(results):
        print(f"hubbub: {failure}", file=sys.stderr)
    return 1 if failures(results) or results.missing else 0


def check(names: Sequence[str]) -> None:
    """Raise CannotMeasureError if there is no such case, or no system that tells what a process uses."""
    for name in names:
        if name not in CASES:
            near = difflib.get_close_matches(name, CASES, 1)
            meant = f"Did you mean {near[0]}?" if near else f"There are {', '.join(CASES)}."
            raise CannotMeasureError(f"There is no case {name}. {meant}")
    if not Path("/proc/self/stat").exists():
        raise CannotMeasureError("It takes Linux: CPU and memory of the server are read in /proc.")


def _end(_: int, __: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)  # the event loop knows what to do then
