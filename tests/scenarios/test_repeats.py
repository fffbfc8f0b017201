"""All scenarios again and again at the same servers: what fails once in twenty times is broken; so is what is left."""

# Those that stop a server, turn its clock or wait for its heartbeat have one of their own each time, as ever.

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import monotonic

import pytest

from tests.figures import note
from tests.reliability.leftovers import AtRest, left_open
from tests.scenarios.conftest import STAGES, Elsewhere
from tests.server_process import ServerProcess, running
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
REPEATS, WORKERS = 20, 2

PROMISED = 60.0
SLACK = 3.0
"""By which a busy machine may be late."""

LET_GO = 180.0
"""Seconds in which a server lets go of whoever is silent, and forgets who asked without a connection."""

pytestmark = pytest.mark.timeout(REPEATS * 600)


@dataclass
class Repeats:
    """What came of it: how many scenarios passed each time, in how many seconds, and what each server holds."""

    passed: list[int] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    failed: str = ""
    held_after_one: list[Counter[str]] = field(default_factory=list)
    held_after_all: list[Counter[str]] = field(default_factory=list)


@pytest.fixture(scope="module")
def repeats(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Repeats]:
    """Play all of it so often, up to the first failure; nobody is at the servers afterwards."""
    seen, capture = Repeats(), request.config.pluginmanager.getplugin("capturemanager")
    assert capture
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("stages")
        servers = [stack.enter_context(running(folder / f"data{n}", throttle="off")) for n in range(WORKERS)]
        for number in range(1, REPEATS + 1):
            play(servers, seen)
            if seen.failed:
                break
            with capture.global_and_fixture_disabled():
                print(f"round {number}: {seen.passed[-1]} scenarios in {seen.took[-1]:.1f} s")
            if number == 1:
                seen.held_after_one = [eventually(AtRest(each), LET_GO) for each in servers]
        if not seen.failed:
            seen.held_after_all = [settled(*each) for each in zip(servers, seen.held_after_one, strict=True)]
        yield seen


def play(servers: Sequence[ServerProcess], seen: Repeats) -> None:
    """Play all scenarios once, as `make test` does."""
    how = ("-q", "-p", "no:cacheprovider", "-n", str(len(servers)), "--dist", "worksteal", "-m", "scenarios")
    begun = monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *how, "tests/scenarios"],
        cwd=ROOT,
        env=os.environ | {STAGES: Elsewhere.join(servers)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    passed = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    if done.returncode or not passed:
        seen.failed = done.stdout
        return
    seen.passed.append(int(passed[1]))
    seen.took.append(monotonic() - begun)


def settled(server: ServerProcess, expected: Counter[str]) -> Counter[str]:
    """Return what a server holds when that is what is expected, or when it has had its time."""
    with suppress(AssertionError):
        eventually(lambda: left_open(server) == expected, LET_GO)
    return left_open(server)


@pytest.mark.long
@pytest.mark.alone
def test_r20_all_scenarios_pass_twenty_times_in_a_row(repeats: Repeats) -> None:
    assert not repeats.failed, repeats.failed
    note("scenarios", f"{min(repeats.passed)}, {REPEATS} times, a median of {median(repeats.took):.0f} s each")
    assert len(repeats.passed) == REPEATS
    assert len(set(repeats.passed)) == 1
    assert len(stories()) >= 40, "one of many parameters is one"
    assert median(repeats.took) <= PROMISED * SLACK


@pytest.mark.long
@pytest.mark.alone
def test_r18_nothing_is_left_of_all_scenarios(repeats: Repeats) -> None:
    assert not repeats.failed, repeats.failed
    note("rounds of all scenarios after which nothing is left", len(repeats.passed))
    assert repeats.held_after_one == repeats.held_after_all


def stories() -> list[str]:
    """Return the scenarios by name, however many parameters each has."""
    files = Path(__file__).parent.glob("test_*.py")
    return [name for file in files for name in re.findall(r"^async def (test_\w+)", file.read_text(), re.MULTILINE)]
