"""Slow readers among fast ones (R11): let go in time, whole afterwards; memory is bounded, and nobody else waits."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest

from hubbub.bench.process import resident_mb
from tests.e2e.hostile.raw_client import measure
from tests.figures import note
from tests.live_client import Route, SocketClient, connected
from tests.people import Person
from tests.reliability.crowd import CODE, OWNER, Connection, Reader, come_in, gather_crowd
from tests.reliability.healthy import Healthy, healthy_in
from tests.server_process import ServerProcess
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]

PEOPLE = 100
SIZE = 10_000
APART = 0.04
"""Seconds between two texts of that size, of somebody who talks all the while."""

MOST_GROWTH = 16
"""MB."""

BLAST = 64 * 1024 * 1024
WARM_UP = BLAST // 2
"""Bytes after which the writer's page cache has the size that it is given, whoever reads."""

FILLING, PROMISED = 3.0, 5.0
"""Seconds in which so much talk fills a connection that isn't read, and those after which it is let go of then."""
SLACK = 3.0
"""By which a busy machine may be late."""
AT_LAST = (FILLING + PROMISED) * SLACK


@pytest.mark.parametrize(("slow", "pace"), [(1, 0.0), (10, 1.0)], ids=["one reads nothing", "ten read 1 KB a second"])
async def test_r11_slow_readers_among_a_hundred_are_let_go_and_whole_afterwards_and_nobody_else_waits(
    slow: int, pace: float, tmp_path: Path, start: Start
) -> None:
    await slow_down(Hundred(slow, pace), tmp_path, start, rounds=1)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("slow", "pace"), [(1, 0.0), (10, 1.0)], ids=["one reads nothing", "ten read 1 KB a second"])
async def test_r11_slow_readers_among_a_hundred_again_and_again(
    slow: int, pace: float, tmp_path: Path, start: Start
) -> None:
    await slow_down(Hundred(slow, pace), tmp_path, start, rounds=5)


class Hundred:
    """So many people in a room, of whom the first are slow now and then: those read nothing, or 1 KB at a `pace`."""

    def __init__(self, slow: int, pace: float) -> None:
        self.slow, self._pace = slow, pace
        self._connections: list[Connection] = []
        self.readers: list[Reader] = []

    async def come_in(self, server: ServerProcess) -> None:
        """Connect all of them."""
        for place, reader in enumerate(self.readers):
            self._connections.append(await self._connect(server, place, reader))

    def slow_down(self) -> None:
        """Let the slow ones be slow from now on."""
        for connection in self._connections[: self.slow]:
            if self._pace:
                connection.pace = self._pace
            else:
                connection.stop_reading()

    async def come_back(self, server: ServerProcess) -> None:
        """Let the slow ones see that their connection is gone, and come back."""
        for place in range(self.slow):
            connection = self._connections[place]
            connection.pace = 0
            connection.read_on()
            await connection.gone
            self._connections[place] = await self._connect(server, place, self.readers[place])

    async def _connect(self, server: ServerProcess, place: int, reader: Reader) -> Connection:
        if place < self.slow:
            return await come_in(reader, server.address, far=True, at_once=1024)
        return await come_in(reader, server.address)

    async def read_up_to(self, seq: int) -> None:
        """Wait until all of them have read that far."""
        await asyncio.to_thread(eventually, lambda: all(reader.since >= seq for reader in self.readers))

    async def leave(self) -> None:
        """Cut all connections."""
        for connection in self._connections:
            connection.transport.abort()
        await asyncio.gather(*(connection.gone for connection in self._connections))


async def slow_down(crowd: Hundred, folder: Path, start: Start, rounds: int) -> None:
    """Let some be slow, in turn with times when nobody is, while somebody talks and somebody healthy takes the time."""
    (folder / "data").mkdir()
    crowd.readers = await gather_crowd(folder / "data" / "hubbub.db", PEOPLE)
    server = start(throttle="off")
    try:
        await crowd.come_in(server)
        with Person(server.url) as person:
            person.join(CODE)
            async with talk(server) as talker, healthy_in(server, person, CODE) as healthy:
                waits = [await one_round(crowd, server, healthy, long=rounds > 1) for _ in range(rounds)]
                last = await talker.ask("send_message", code=CODE, text="that was all")
        await crowd.read_up_to(last["seq"])
    finally:
        await crowd.leave()
    note("the slow ones are let go after", f"{max(wait for wait, _ in waits):.1f} s")
    note("the server has grown by", f"{max(growth for _, growth in waits):.1f} MB")
    note("others' p99, disturbed and quiet", healthy.figure())
    assert [fault for reader in crowd.readers for fault in reader.faults] == []
    assert max(wait for wait, _ in waits) <= AT_LAST
    assert max(growth for _, growth in waits) <= MOST_GROWTH
    assert healthy.is_undisturbed(), healthy.figure()


async def one_round(crowd: Hundred, server: ServerProcess, healthy: Healthy, *, long: bool) -> tuple[float, float]:
    """Take the time without and with slow ones; return after how long they were let go, and how the server grew."""
    for _ in range(3):
        async with healthy.window(disturbed=False):
            pass
    sessions, memory = await sessions_of(server), resident_mb(server.process.pid)
    began, growth = monotonic(), 0.0
    crowd.slow_down()
    while await sessions_of(server) > sessions - crowd.slow:
        async with healthy.window(disturbed=True):
            pass
        growth = max(growth, resident_mb(server.process.pid) - memory)
        assert monotonic() - began <= 2 * AT_LAST, "they are kept for ever"
    seconds = monotonic() - began
    await crowd.come_back(server)
    if long:
        healthy.end_round()
    return seconds, growth


async def sessions_of(server: ServerProcess) -> float:
    """Return how many connections are in the chat."""
    return (await asyncio.to_thread(measure, server))["hubbub_hub_sessions"]


@asynccontextmanager
async def talk(server: ServerProcess) -> AsyncIterator[SocketClient]:
    """Let the owner say something long all the while."""

    async def say() -> None:
        while True:
            await owner.ask("send_message", code=CODE, text="x" * SIZE)
            await asyncio.sleep(APART)

    async with connected(Route(server.url), token=OWNER.id) as owner:
        talking = asyncio.create_task(say())
        yield owner
        assert not talking.done()
        talking.cancel()


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_r11_a_blast_of_64_mb_at_one_who_reads_nothing_costs_no_memory_and_they_resume_without_loss(
    tmp_path: Path, start: Start
) -> None:
    """The short form is in `tests/e2e/hostile/test_slow_readers.py`."""
    crowd = Hundred(slow=1, pace=0)
    (tmp_path / "data").mkdir()
    crowd.readers = await gather_crowd(tmp_path / "data" / "hubbub.db", 2)
    server = start(throttle="off")
    try:
        await crowd.come_in(server)
        async with connected(Route(server.url), token=OWNER.id) as owner:
            for _ in range(WARM_UP // SIZE // 100):
                await say_much(owner, 100)
            before, growth = resident_mb(server.process.pid), 0.0
            crowd.slow_down()
            for _ in range(BLAST // SIZE // 100):
                seq = await say_much(owner, 100)
                growth = max(growth, resident_mb(server.process.pid) - before)
            await asyncio.to_thread(eventually, lambda: measure(server)["hubbub_hub_sessions"] == 2)
        await crowd.come_back(server)
        await crowd.read_up_to(seq)
    finally:
        await crowd.leave()
    note("the server has grown in a blast of 64 MB by", f"{growth:.1f} MB")
    assert [fault for reader in crowd.readers for fault in reader.faults] == []
    assert crowd.readers[0].connections == 2
    assert growth <= MOST_GROWTH


async def say_much(owner: SocketClient, texts: int) -> int:
    """Say so many long texts at once; return the last one's seq."""
    asked = (owner.ask("send_message", code=CODE, text="x" * SIZE) for _ in range(texts))
    return max([int(sent["seq"]) for sent in await asyncio.gather(*asked)])
