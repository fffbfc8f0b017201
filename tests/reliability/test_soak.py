"""Flat (R18): at half of the most that it takes, with people coming and going, a server grows no larger."""

import json
import os
import re
import secrets
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.figures import note
from tests.metrics import measures
from tests.people import Person
from tests.reliability.leftovers import AtRest, left_open
from tests.reliability.visits import VISITS
from tests.server_process import ROOT, ServerProcess, environment
from tests.waiting import eventually

SECONDS = float(os.environ.get("SOAK_SECONDS", "600"))
"""How long the long form soaks."""

SHORT_SECONDS = 15

WINDOWS = 12
MOST_GROWTH = 0.05
"""Part by which the memory may be larger at the end than after a third of the time, by its trend.

Two points would tell of chance: the trend is the median of all slopes between the medians of twelve windows. In ten
minutes a twentieth is three bytes for each message: whatever is kept of every message, visit or guest shows.
"""

MOST_GROWTH_AT_FIRST = 0.15
"""The same in the short form, where rings, caches and arenas are still being filled."""

LEAST_LOAD = 0.6
"""The part of half the peak that must have been carried; some is held back on a busy machine."""

MOST_LOG = 64 * 1024 * 1024
"""Bytes of write-ahead log: four times what the writer lets come together before it begins to empty it."""

Start = Callable[..., ServerProcess]
Seconds = list[dict[str, Any]]


@pytest.mark.long  # beside other tests the peak that it finds is another one's leavings
@pytest.mark.alone
def test_r18_memory_stays_flat_at_half_of_the_peak_in_a_moment(start: Start) -> None:
    soak(start, SHORT_SECONDS, MOST_GROWTH_AT_FIRST, ping_timeout=10_000)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(SECONDS + 300)
def test_r18_memory_stays_flat_at_half_of_the_peak_over_minutes(start: Start) -> None:
    soak(start, SECONDS, MOST_GROWTH, ping_timeout=20_000)


def soak(start: Start, seconds: float, most_growth: float, ping_timeout: int) -> None:
    """Load a server; see that it stays as large as it was, has lost nothing, and has nothing left afterwards."""
    server = start(
        throttle="off", most_connections="10000", ping_interval="3000", ping_timeout="3000", vanish_after="2"
    )
    with Person(server.url) as person:
        person.send(code := person.create_room(), "a first word")
        person.ask("DELETE", f"/rooms/{code}")
    before = eventually(AtRest(server))
    samples: Seconds = []
    with load(server, seconds) as lines:
        for line in lines:
            samples.append(json.loads(line) | {"memory": memory(server), "log": log_size(server)})
    end = samples.pop()
    soaking = [each for each in samples if each["phase"] == "soak"]
    settled = [float(each["memory"]) for each in soaking[len(soaking) // 3 :]]
    report(soaking, end)
    print(f"before {before}, after {left_open(server)}")
    note("memory grows over the last two thirds by", f"{growth(settled):.1%}")
    note("resident memory at the end", f"{settled[-1] / 1024:.0f} MB")
    note("messages", f"{end['acked']:,}")
    note("of half the peak, on average", f"{load_of(soaking, end):.0%}")
    note("visits", f"{sum(end['visits'].values()):,}, {end['turned_away']:,} of them turned away for want of time")
    assert end["faults"] == []
    assert end["acked"] == end["heard"]
    assert load_of(soaking, end) > LEAST_LOAD, "need that load for this test to mean anything"
    assert set(end["visits"]) == {visit.__name__ for visit in VISITS}, "need visitors of every kind"
    assert end["turned_away"] < sum(end["visits"].values()) / 4, "need visits that go well"
    assert growth(settled) <= most_growth
    assert max(each["log"] for each in samples) <= MOST_LOG
    eventually(lambda: not busy(server), within=120)
    eventually(lambda: left_open(server) == before)


@contextmanager
def load(server: ServerProcess, seconds: float) -> Iterator[Iterator[str]]:
    """Run the load; give the lines that it prints, one each second."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.reliability.soak_load", server.url, str(seconds), str(seed)],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout
        yield iter(process.stdout)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.communicate()


def load_of(soaking: Seconds, end: dict[str, Any]) -> float:
    """Return which part of half the peak was acknowledged, all in all."""
    return float(sum(each["acked"] for each in soaking) / len(soaking) / (end["peak"] / 2))


def growth(memory: list[float]) -> float:
    """Return by which part of itself this series grows from its beginning to its end, by its trend."""
    size = max(1, len(memory) // WINDOWS)
    medians = [statistics.median(memory[at : at + size]) for at in range(0, len(memory) - size + 1, size)]
    slopes = [
        (later - earlier) / (there - here) for (here, earlier), (there, later) in combinations(enumerate(medians), 2)
    ]
    return statistics.median(slopes) * (len(medians) - 1) / medians[0]


def memory(server: ServerProcess) -> int:
    """Return what the server occupies, in KB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{server.process.pid}/status").read_text())
    assert found
    return int(found[1])


def log_size(server: ServerProcess) -> int:
    """Return the size of the database's write-ahead log, in bytes."""
    return (server.data / "hubbub.db-wal").stat().st_size


def busy(server: ServerProcess) -> bool:
    """Tell whether anybody is connected, or counts as here in any room."""
    counted = measures(server)
    return any(counted[f"hubbub_{what}"] for what in ("live_sockets", "hub_sessions", "hub_waiting", "hub_rooms"))


def report(seconds: Seconds, end: dict[str, Any]) -> None:
    """Print the figures of each minute."""
    cpu = (seconds[-1]["generator_cpu"] - seconds[0]["generator_cpu"]) / max(1, len(seconds) - 1)
    print(f"peak {end['peak']:.0f} messages/s, then half; the generator took {cpu:.0%} of a core")
    print(f"{end['acked']} messages acknowledged and heard; visits {end['visits']}")
    print(f"{end['turned_away']} of them turned away for want of time, faults {Counter(end['faults'])}")
    for at in range(0, len(seconds), 60):
        minute = seconds[at : at + 60]
        memory, p99 = (statistics.median(each[what] for each in minute) for what in ("memory", "p99"))
        acked, visits, held_back = (sum(each[what] for each in minute) for what in ("acked", "visits", "held_back"))
        worst = max(each["p99"] for each in minute)
        print(
            f"minute {at // 60 + 1:2}: {memory / 1024:6.1f} MB, {acked / len(minute):6.0f} messages/s,"
            f" p99 {p99:5.1f} ms (worst second {worst:.0f}), {visits} visits, {held_back} held back"
        )


def test_a_series_that_grows_is_told_from_one_that_only_jumps_about() -> None:
    wild = [100.0, 104.0, 98.0, 101.0, 130.0, 99.0] * 20
    assert abs(growth(wild)) < 0.01
    assert growth([value + 0.1 * at for at, value in enumerate(wild)]) > 0.1
