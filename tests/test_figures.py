"""What a test notes is said at the end, kept beside earlier runs, and shown beside the promise that it is named for."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ROOT, environment
from tools.docs import promises

NOTING = """
import pytest
from tests.figures import note

@pytest.mark.parametrize("kind", ["a", "b"])
def test_r1_of_two_kinds(kind):
    note("kills", f"{kind} 3")

def test_r1_that_fails():
    note("lost", 1)
    raise ValueError("lost")

def test_r1_that_notes_nothing():
    pass
"""


def run(folder: Path, *flags: str) -> str:
    """Run the tests above; return what is printed."""
    (folder / "test_noting.py").write_text(NOTING)
    ran = pytest_in(folder, *flags)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    return ran.stdout


def pytest_in(folder: Path, *flags: str) -> "subprocess.CompletedProcess[str]":
    """Run all tests of a folder, and keep the run."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.figures", "--figures=kept/runs.json", *flags],
        cwd=folder,
        env=environment() | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=250,
    )


@pytest.mark.parametrize("flags", [(), ("-n", "2")], ids=["one process", "two"])
def test_figures_are_said_and_kept_run_by_run(tmp_path: Path, flags: tuple[str, ...]) -> None:
    said = [run(tmp_path, *flags), run(tmp_path, "-m", "not long", *flags)]
    assert all("kills: b 3 (test_r1_of_two_kinds[b])" in each for each in said)
    runs: list[dict[str, Any]] = json.loads((tmp_path / "kept" / "runs.json").read_text())
    assert [(each["tests"], each["passed"], each["failed"]) for each in runs] == [("", 3, 1), ("not long", 3, 1)]
    kinds = {f"test_noting.py::test_r1_of_two_kinds[{kind}]": {"kills": f"{kind} 3"} for kind in "ab"}
    assert [each["figures"] for each in runs] == [{**kinds, "test_noting.py::test_r1_that_fails": {"lost": "1"}}] * 2


def test_a_run_that_was_broken_off_or_ran_nothing_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "test_broken_off.py").write_text("def test_of_somebody_impatient():\n    raise KeyboardInterrupt\n")
    assert pytest_in(tmp_path).returncode == pytest.ExitCode.INTERRUPTED
    assert pytest_in(tmp_path, "--collect-only").returncode == pytest.ExitCode.OK
    assert not (tmp_path / "kept").exists()


def test_figures_of_all_runs_stand_below_the_test_that_noted_them(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "bench").mkdir()
    (tmp_path / "tests" / "test_noting.py").write_text(NOTING)
    figures = [{"tests/test_noting.py::test_r1_of_two_kinds[a]": {"kills": value}} for value in ("3", "4", "3")]
    (tmp_path / promises.FIGURES).write_text(json.dumps([{"figures": each} for each in figures]))
    first, below, *others = promises.shown("r1", tmp_path).splitlines()
    assert (first, below) == (
        "- [`test_r1_of_two_kinds`](../tests/test_noting.py)",
        "  - kills (a): 3; 4",
    )
    assert len(others) == 2


def test_a_test_says_what_it_takes(tmp_path: Path) -> None:
    (tmp_path / "tests" / "e2e").mkdir(parents=True)
    marked = "".join(f"@pytest.mark.{mark}\ndef test_s2_{mark}(): ...\n" for mark in ("long", "root"))
    (tmp_path / "tests" / "e2e" / "test_marked.py").write_text(marked)
    assert promises.promises(tmp_path) == ["s2"]
    assert promises.shown("s2", tmp_path).splitlines() == [
        "- [`test_s2_root`](../tests/e2e/test_marked.py), as root",
        "- [`test_s2_long`](../tests/e2e/test_marked.py), in `make long`",
    ]
