"""What shows a promise: its tests, which are named for it, and what they measured in the runs that were kept."""

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tools.docs.markdown import table
from tools.kept_runs import runs_of

FIGURES = "bench/figures.json"
"""The runs that docs/reliability.md tells of, committed with it."""

_RUNS = {
    "not long": "`make test`, as root",
    "not long and not root": "`make test`",
    "long and alone": "`make long`, what measures",
    "long and not alone": "`make long`, the rest",
}
"""By the marks of the tests that are run."""

_NAME = re.compile(r"test_([rsp]\d+)_")


class Test(NamedTuple):
    """One test, with its id but for parameters, and what else it takes to run it."""

    name: str
    id: str
    takes: str


def promises(root: Path) -> list[str]:
    """Return the promises that tests are named for: `test_r1_…`."""
    return sorted(_tests(root))


def shown(promise: str, root: Path) -> str:
    """Return a promise's tests and their figures as a list, those of more runs one after the other."""
    runs = [run["figures"] for run in runs_of(root / FIGURES)]
    tests = sorted(_tests(root)[promise], key=lambda test: ("long" in test.takes, test.id))
    return "\n".join(_line(test, runs) for test in tests)


def runs(root: Path) -> str:
    """Return the runs that were kept, as a table."""
    rows = [
        (
            run["date"],
            _RUNS[run["tests"]],
            f"{run['passed']:,}",
            f"{run['failed']:,}",
            f"{run['seconds'] / 60:.0f} min",
            f"{run['machine']['cores']} cores, Python {run['machine']['python']}",
        )
        for run in runs_of(root / FIGURES)
    ]
    return table(["date", "run", "passed", "failed", "took", "machine"], rows)


def _line(test: Test, runs: list[dict[str, dict[str, str]]]) -> str:
    where = f"[`{test.name}`](../{test.id.partition('::')[0]})"
    return f"- {where}{test.takes}" + "".join(f"\n  - {line}" for line in _figures(test.id, runs))


def _figures(test: str, runs: list[dict[str, dict[str, str]]]) -> Iterator[str]:
    """Give what a test has measured, each parameter by itself."""
    for each in dict.fromkeys(key for run in runs for key in run if key.partition("[")[0] == test):
        case = f" ({each.partition('[')[2][:-1]})" if "[" in each else ""
        found: dict[str, list[str]] = {}
        for run in runs:
            for what, value in run.get(each, {}).items():
                found.setdefault(what, []).append(value)
        for what, values in found.items():
            yield f"{what}{case}: {'; '.join(dict.fromkeys(values))}"


@functools.cache
def _tests(root: Path) -> dict[str, list[Test]]:
    """Return the tests that are named for a promise, by promise."""
    found: dict[str, list[Test]] = {}
    for file in (root / "tests").glob("**/test_*.py"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (named := _NAME.match(node.name)):
                test = Test(node.name, f"{file.relative_to(root)}::{node.name}", _takes(node))
                found.setdefault(named[1], []).append(test)
    return found


def _takes(node: Any) -> str:
    marks = [ast.unparse(each) for each in node.decorator_list]
    if "pytest.mark.long" in marks:
        return ", in `make long`"
    if any("marks=pytest.mark.long" in mark for mark in marks):
        return ", some of it in `make long`"
    return ", as root" if "pytest.mark.root" in marks else ""
