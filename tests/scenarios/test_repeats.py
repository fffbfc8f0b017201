"""All scenarios again and again, each time from the beginning: what fails once in twenty times is broken."""

import re
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import monotonic

import pytest

from tests.figures import note

ROOT = Path(__file__).parents[2]
REPEATS = 20


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(REPEATS * 600)
def test_r20_all_scenarios_pass_twenty_times_in_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    counts, took = set(), list[float]()
    for number in range(1, REPEATS + 1):
        begun = monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "scenarios", "tests/scenarios"],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout
        passed = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
        assert passed, done.stdout
        counts.add(int(passed[1]))
        took.append(monotonic() - begun)
        with capsys.disabled():
            print(f"round {number}: {passed[1]} scenarios in {took[-1]:.1f} s")
    note("scenarios", f"{min(counts)}, {REPEATS} times, a median of {median(took):.0f} s each")
    assert len(counts) == 1
    assert min(counts) >= 40
