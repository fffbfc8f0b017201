"""Append: how many messages the store makes durable in a second, with one, 64 and 512 waiting at any time."""

import os
import tempfile
import time
from pathlib import Path

from hubbub.bench.filling import OWNER, fill, make_rooms
from hubbub.bench.plan import Plan
from hubbub.bench.server import Contestant
from hubbub.bench.statistics import Figures, percentile

WAITING = (1, 64, 512)
MOST = 200_000
SYNCS = 500


async def measure(_: Contestant, plan: Plan) -> Figures:
    """Measure the store without a server, and the disk alone: nothing durable is quicker than that."""
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        path = Path(folder) / "hubbub.db"
        figures = {"disk_p50": percentile(_sync_times(Path(folder) / "file", plan.seconds), 50)}
        (code,) = await make_rooms(path, 1)
        for waiting in WAITING:
            filling = await fill(path, OWNER, code, MOST, waiting, within=plan.seconds)
            figures[f"append_{waiting}"] = len(filling.latencies) / filling.seconds
            figures[f"append_{waiting}_p99"] = percentile(filling.latencies, 99) * 1000
    return figures


def _sync_times(path: Path, seconds: float) -> list[float]:
    """Write a page and have it on the disk, again and again; return the milliseconds that each took."""
    times: list[float] = []
    give_up = time.perf_counter() + seconds
    with path.open("wb", buffering=0) as file:
        while len(times) < SYNCS and (began := time.perf_counter()) < give_up:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return times
