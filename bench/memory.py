"""How much memory a server takes that has nothing to do."""

import tempfile
from pathlib import Path

import httpx2

from bench.figure import Figure
from hubbub.bench.process import resident_mb
from tests.people import Person
from tests.server_process import running

MOST = 120
IDLE = "resident memory after the start"
REQUESTS = 100


def measure() -> list[Figure]:
    """Measure after the start, and after some requests."""
    with tempfile.TemporaryDirectory() as folder:
        with running(Path(folder) / "data"):
            pass  # so that nothing is migrated in what is measured
        with running(Path(folder) / "data", throttle="off") as server:
            httpx2.get(f"{server.url}/healthz").raise_for_status()
            idle = resident_mb(server.process.pid)
            with Person(server.url) as ann:
                code = ann.create_room()
                for number in range(REQUESTS):
                    ann.send(code, f"message {number}")
            used = resident_mb(server.process.pid)
    return [
        Figure(IDLE, idle, "MB", MOST),
        Figure(f"resident memory after {REQUESTS} messages", used, "MB", MOST),
    ]
