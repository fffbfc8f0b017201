"""Every branch of the codecs is tried by their own tests."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=brief"]


def test_the_tests_of_the_protocols_go_every_way_through_them(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "COV_", "PYTEST_"))}
    environment = kept | {"COVERAGE_FILE": str(tmp_path / "coverage")}

    def coverage(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-m", "coverage", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    run = coverage("run", "--branch", "--source=hubbub.protocol", "-m", "pytest", *TESTS, "tests/protocol")
    assert run.returncode == 0, run.stdout + run.stderr
    report = coverage("report", "--show-missing", "--skip-empty", "--fail-under=100")
    assert "socketio.py" in report.stdout, "need the codecs in the report for this test to mean anything"
    assert report.returncode == 0, report.stdout
