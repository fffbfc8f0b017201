"""What tests have measured: said at the end of a run, and kept beside earlier runs if `--figures=FILE` says so."""

import json
import time
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hubbub.bench.machine import describe
from tools.kept_runs import runs_of

Figures = dict[str, dict[str, str]]
"""What was measured and how much, by the id of its test."""


def note(what: str, value: object) -> None:
    """Note a figure of the test that runs, as it shall be read."""
    _running[-1].user_properties.append((what, str(value)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Know which test runs."""
    _running.append(item)
    try:
        return (yield)
    finally:
        _running.pop()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be kept."""
    parser.addoption("--figures", metavar="FILE", type=Path, help="Add this run and what it has measured to FILE.")


def pytest_configure(config: pytest.Config) -> None:
    """Note when it all began."""
    config.stash[_BEGAN] = time.monotonic()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Say what was measured, and keep it."""
    found = _found(terminalreporter)
    if found:
        terminalreporter.section("measured")
    for test, figures in found.items():
        for what, value in figures.items():
            terminalreporter.line(f"{what}: {value} ({test.rpartition('.py::')[2]})")
    file = config.getoption("figures")
    is_whole = exitstatus in {pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED} and not hasattr(config, "workerinput")
    passed, failed = _count(terminalreporter, "passed"), _count(terminalreporter, "failed", "error")
    if file and is_whole and passed + failed:
        run = {
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "tests": config.getoption("markexpr"),
            "passed": passed,
            "failed": failed,
            "seconds": round(time.monotonic() - config.stash[_BEGAN]),
            "machine": describe(),
            "figures": found,
        }
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps([*runs_of(file), run], indent=1) + "\n")


def _count(terminalreporter: pytest.TerminalReporter, *outcomes: str) -> int:
    return sum(len(terminalreporter.getreports(outcome)) for outcome in outcomes)


def _found(terminalreporter: pytest.TerminalReporter) -> Figures:
    reports = [report for each in ("passed", "failed") for report in terminalreporter.getreports(each)]
    return {report.nodeid: dict(report.user_properties) for report in reports if report.user_properties}


_running: list[pytest.Item] = []
_BEGAN = pytest.StashKey[float]()
