"""How many messages the store makes durable in a second, and how long each waits."""

import os
import tempfile
import time
from pathlib import Path

from bench.figure import Figure, percentile
from bench.filling import fill, make_room, run
from hubbub.core.user import User

COUNTS = {1: 5_000, 64: 50_000, 512: 100_000}
"""How many are appended with so many waiting at any time."""

SYNCS = 1_000


def measure() -> list[Figure]:
    """Measure at each number of waiting appends, and the disk alone: nothing durable is quicker than that."""
    owner, code = User("owner", "Ann"), "BENC"
    with tempfile.TemporaryDirectory() as folder:
        syncs = _sync_times(Path(folder) / "file")
        figures = [Figure(f"the disk alone, p{each}", percentile(syncs, each) * 1000, "ms") for each in (50, 99)]
        path = Path(folder) / "hubbub.db"
        run(make_room(path, owner, code))
        for waiting, count in COUNTS.items():
            filling = run(fill(path, owner, code, count, waiting))
            figures += [
                Figure(f"store appends, {waiting} waiting", count / filling.seconds, "/s"),
                Figure(f"store appends, {waiting} waiting, p99", percentile(filling.latencies, 99) * 1000, "ms"),
            ]
    return figures


def _sync_times(path: Path) -> list[float]:
    """Write a page and have it on the disk, again and again."""
    times = []
    with path.open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return times
