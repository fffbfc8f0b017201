"""What shows a promise: its tests, which are named for it, and what they measured in the runs that were kept."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.figures import runs_of
from tools.docs.markdown import table

IDS = (
    *("r1", "r2", "r7", "r8", "r9", "r10", "r11", "r12", "r14", "r16", "r17", "r18", "r20"),
    *("s2", "s5", "s7", "s8", "s14", "s15", "s16", "s19", "s20", "p5"),
)
"""The promises that tests are named for: `test_r1_…`."""

FIGURES = "bench/figures.json"
"""The runs that docs/reliability.md tells of, committed with it."""


class Test(NamedTuple):
    """One test, in which file, and what `make` runs it."""

    name: str
    file: Path
    run_by: str


def shown(promise: str, root: Path) -> str:
    """Return a promise's tests and their figures as a list, those of more runs one after the other."""
    runs = [run["figures"] for run in runs_of(root / FIGURES)]
    tests = sorted(_tests_of(promise, root), key=lambda test: (test.run_by, test.file))
    if not tests:
        raise ValueError(f"no test shows {promise}")
    return "\n".join(_line(test, root, runs) for test in tests)


def runs(root: Path) -> str:
    """Return the runs that were kept, as a table."""
    rows = [
        (
            run["date"],
            "`make long`" if _is_long(run["tests"]) else "`make test`",
            f"{run['passed']:,}",
            f"{run['failed']:,}",
            f"{run['seconds'] / 60:.0f} min",
            f"{run['machine']['cores']} cores, Python {run['machine']['python']}",
        )
        for run in runs_of(root / FIGURES)
    ]
    return table(["date", "run", "passed", "failed", "took", "machine"], rows)


def _is_long(marks: str) -> bool:
    return "long" in marks and "not long" not in marks


def _line(test: Test, root: Path, runs: list[dict[str, dict[str, str]]]) -> str:
    where = f"[`{test.name}`](../{test.file.relative_to(root)})"
    long = ", in `make long`" if test.run_by == "long" else ""
    return f"- {where}{long}" + "".join(f"\n  - {line}" for line in _figures(test.name, runs))


def _figures(name: str, runs: list[dict[str, dict[str, str]]]) -> Iterator[str]:
    """Give what a test has measured, each parameter by itself."""
    for each in dict.fromkeys(key for run in runs for key in run if key.partition("[")[0] == name):
        case = f" ({each.partition('[')[2][:-1]})" if "[" in each else ""
        found: dict[str, list[str]] = {}
        for run in runs:
            for what, value in run.get(each, {}).items():
                found.setdefault(what, []).append(value)
        for what, values in found.items():
            yield f"{what}{case}: {'; '.join(dict.fromkeys(values))}"


def _tests_of(promise: str, root: Path) -> Iterator[Test]:
    for file in sorted((root / "tests").glob("**/test_*.py")):
        if "node_modules" not in file.parts:
            for node in ast.parse(file.read_text()).body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
                    f"test_{promise}_"
                ):
                    yield Test(node.name, file, "long" if _marked_long(node) else "")


def _marked_long(node: Any) -> bool:
    return any(ast.unparse(each) == "pytest.mark.long" for each in node.decorator_list)
