"""How many messages a server takes over HTTP in a second, and how long each waits."""

import asyncio
import tempfile
import time
from pathlib import Path

from bench.caller import Caller
from bench.figure import Figure
from hubbub.bench.filling import TEXT, run
from hubbub.bench.process import cpu_seconds
from hubbub.bench.statistics import percentile
from tests.people import Person
from tests.server_process import ServerProcess, running

COUNTS = {1: 2_000, 64: 6_000}
"""How many are sent over so many connections."""

MOST_SECONDS = 30.0


def measure() -> list[Figure]:
    """Measure at each number of connections."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data", throttle="off") as server,
        Person(server.url) as ann,
    ):
        code = ann.create_room()
        return [figure for connections in COUNTS for figure in _measure(server, ann.token, code, connections)]


def _measure(server: ServerProcess, token: str, code: str, connections: int) -> list[Figure]:
    cpu, began = cpu_seconds(server.process.pid), time.perf_counter()
    latencies = run(_post(server.url, token, code, COUNTS[connections], connections))
    seconds = time.perf_counter() - began
    cpu = cpu_seconds(server.process.pid) - cpu
    name = f"HTTP posts, {connections} connection{'s' * (connections > 1)}"
    return [
        Figure(name, len(latencies) / seconds, "/s"),
        Figure(f"{name}, p99", percentile(latencies, 99) * 1000, "ms"),
        Figure(f"{name}, CPU of the server", cpu / len(latencies) * 1000, "ms each"),
    ]


async def _post(url: str, token: str, code: str, count: int, connections: int) -> list[float]:
    latencies: list[float] = []
    left, give_up = iter(range(count)), time.perf_counter() + MOST_SECONDS

    async def post_some() -> None:
        caller = await Caller.connect(url, token)
        for _ in left:
            began = time.perf_counter()
            await caller.call("POST", f"/rooms/{code}/messages", {"text": TEXT})
            latencies.append(time.perf_counter() - began)
            if time.perf_counter() > give_up:
                break
        await caller.close()

    await asyncio.gather(*(post_some() for _ in range(connections)))
    return latencies
