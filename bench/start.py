"""How long it takes to start: the server until its first answer, and the help."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from bench.figure import Figure
from tests.server_process import environment, running

STARTS = 7
HELPS = 11
SERVER_MOST = 1.5
HELP_MOST = 0.3

FRESH, HELP = "start to first answer, fresh folder", "hubbub --help"
"""Names of figures that are targets."""


def measure() -> list[Figure]:
    """Measure the medians of some starts."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = [_start(Path(folder) / f"fresh-{number}") for number in range(STARTS)]
        existing = [_start(Path(folder) / "fresh-0") for _ in range(STARTS)]
    return [
        Figure(FRESH, statistics.median(fresh), "s", SERVER_MOST),
        Figure("start to first answer, existing folder", statistics.median(existing), "s", SERVER_MOST),
        Figure(HELP, statistics.median(_help() for _ in range(HELPS)), "s", HELP_MOST),
    ]


def _start(data: Path) -> float:
    began = time.perf_counter()
    with running(data) as server:
        httpx2.get(f"{server.url}/healthz").raise_for_status()
        return time.perf_counter() - began


def _help() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "hubbub", "--help"], env=environment(), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began
