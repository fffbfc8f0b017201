"""`hubbub bench` in its smallest form, through the real command: every case measures, and nothing stays behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hubbub.bench.cases import CASES, cases_for
from hubbub.bench.plan import Plan
from tests.server_process import ROOT, environment, run_hubbub
from tests.waiting import eventually

HOLDS = (
    "hubbub.bench.cases.append",
    "hubbub.bench.cases.fan_out",
    "hubbub.bench.cases.history",
    "hubbub.bench.cases.idle",
    "hubbub.bench.cases.join_storm",
    "hubbub.bench.cases.resume_storm",
    "hubbub.bench.command",
    "hubbub.bench.crowd",
    "hubbub.bench.filling",
    "hubbub.bench.machine",
    "hubbub.bench.metrics",
    "hubbub.bench.plan",
    "hubbub.bench.process",
    "hubbub.bench.run",
    "hubbub.bench.server",
    "hubbub.bench.talk",
)

pytestmark = pytest.mark.timeout(400)
"""Ten servers are started in one run: on a busy machine that takes its time."""

SMALLEST = ("--people", "20", "--seconds", "0.2")

Figures = dict[str, float]


@contextmanager
def benching(folder: Path, *arguments: str, files: int = 5_000) -> Iterator["subprocess.Popen[str]"]:
    """Run the command in the background, with temporary files of its own, and so many files that it may open."""
    limited = ["sh", "-c", 'trap "" INT; ulimit -n "$0"; exec "$@"', str(files)]
    process = subprocess.Popen(
        [*limited, sys.executable, "-m", "hubbub", "bench", *arguments],
        cwd=ROOT,
        env=environment(TMPDIR=str(folder)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What one whole run has printed and written, and what it left behind."""
    folder = tmp_path_factory.mktemp("bench")
    file = folder / "bench.json"
    temporary = folder / "temporary"
    temporary.mkdir()
    with benching(temporary, *SMALLEST, "--json", str(file)) as process:
        output, errors = process.communicate(timeout=380)
    ended = {"code": process.returncode, "output": output, "errors": errors, "left": list(temporary.iterdir())}
    written: dict[str, Any] = json.loads(file.read_text())
    return ended | written


def figures(measured: dict[str, Any], case: str) -> Figures:
    """Return a case's one round."""
    (only,) = measured["rounds"]["hubbub"][case]
    assert isinstance(only, dict)
    return only


def test_every_case_is_measured_and_nothing_is_left_behind(measured: dict[str, Any]) -> None:
    assert (measured["code"], measured["errors"], measured["missing"]) == (0, "", {})
    assert list(measured["rounds"]["hubbub"]) == cases_for(Plan()) == [name for name in CASES if name != "crowd"]
    assert measured["left"] == []


@pytest.mark.parametrize(
    "case", ["fan-out-1", "fan-out-8", "fan-out-32", "small-rooms", "latency", "join-storm", "idle"]
)
def test_everybody_received_everything_once_and_in_order(measured: dict[str, Any], case: str) -> None:
    found = figures(measured, case)
    each = found["people"] / found.get("rooms", 1)
    assert found["messages"] >= 1
    assert found["deliveries"] == found["owed"] == found["messages"] * each
    faults = ("lost", "duplicated", "disordered", "unacknowledged", "closed")
    assert [found[name] for name in faults] == [0] * len(faults)


def test_the_fixed_rate_is_kept(measured: dict[str, Any]) -> None:
    assert figures(measured, "latency")["messages"] == 200 * 0.2


def test_all_came_back_after_a_cut_and_after_a_crash(measured: dict[str, Any]) -> None:
    found = figures(measured, "resume-storm")
    assert found["people"] == 100
    assert found["deliveries"] == found["owed"] == 2 * 100, "one message after the cut, one after the crash"
    assert found["seconds"] > 0
    assert found["seconds_after_crash"] > 0


def test_figures_are_of_a_sane_size(measured: dict[str, Any]) -> None:
    assert figures(measured, "idle")["heartbeats"] >= 40
    assert 1 < figures(measured, "idle")["kb_per_connection"] < 1_000
    assert figures(measured, "history")["pages"] > 50
    assert 0 < figures(measured, "history")["p50"] <= figures(measured, "history")["p99"]
    assert figures(measured, "append")["append_512"] > figures(measured, "append")["append_1"] > 0
    assert 0 < figures(measured, "latency")["p50"] <= figures(measured, "latency")["slowest"]


def test_the_answer_says_what_it_was_reckoned_from(measured: dict[str, Any]) -> None:
    answer = measured["output"].partition("How many people does this machine hold?\n")[2]
    assert answer.startswith("About ")
    for bound in ("CPU", "memory", "open files", "coming back"):
        assert f"\n  {bound}" in answer


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fan-out-9",), "There is no case fan-out-9. Did you mean fan-out-8?"),
        (("everything",), "There is no case everything. There are fan-out-1,"),
        (("--rounds", "0"), "--rounds"),
        (("--people", "19"), "--people"),
    ],
)
def test_what_cannot_be_is_refused_in_one_clear_line(arguments: tuple[str, ...], words: str) -> None:
    ended = run_hubbub("bench", *arguments)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert words in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_who_interrupts_it_leaves_no_server_behind(tmp_path: Path, by: signal.Signals) -> None:
    with benching(tmp_path, "fan-out-1", "--people", "20", "--seconds", "60") as process:
        server = eventually(lambda: next(iter(children(process.pid)), None))
        eventually(lambda: connections_of(process.pid) >= 20)
        process.send_signal(by)
        output, errors = process.communicate(timeout=120)
    assert (process.returncode, output, errors) == (130, "", "")
    assert not Path(f"/proc/{server}").exists()
    assert list(tmp_path.iterdir()) == []


def test_too_few_open_files_are_said_and_the_rest_is_measured(tmp_path: Path) -> None:
    with benching(tmp_path, "fan-out-1", "resume-storm", *SMALLEST, files=240) as process:
        output, _ = process.communicate(timeout=380)
    assert process.returncode == 1
    assert "20 people in one room" in output
    assert "Not measured: resume-storm. It needs 250 open files, and the system lets a process have 240." in output


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def connections_of(pid: int) -> int:
    """Return how many sockets a process has open."""
    links = (os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink())
    return sum(link.startswith("socket:") for link in links)
