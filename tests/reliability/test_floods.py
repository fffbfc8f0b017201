"""Floods (S15): ten times of what is allowed is refused as it is documented, and nobody else notices."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx2
import pytest

from hubbub.core.throttle import LIMITS, Throttle
from tests.figures import note
from tests.live_client import RefusalError, Route, connected
from tests.people import Person
from tests.reliability.crowd import Connection, Reader, come_in, gather_crowd
from tests.reliability.healthy import Healthy, healthy_in
from tests.server_process import ServerProcess
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]

SENDING = LIMITS[Throttle.SEND]
TIMES = 10
CONNECTIONS, AT_ONCE = 1_000, 16
TRIES_APART = 0.005
"""Seconds between two tries of those who are one too many."""
MOST = 500
"""Connections that one address may have, unless it is set."""
ELSEWHERE = "127.0.0.2"
WINDOWS, SAMPLES = 3, 30


async def test_s15_ten_times_the_messages_are_refused_with_the_time_to_wait_and_nobody_else_notices(
    tmp_path: Path, start: Start
) -> None:
    await flood(tmp_path, start, flooding, rounds=1)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_s15_ten_times_the_messages_again_and_again(tmp_path: Path, start: Start) -> None:
    await flood(tmp_path, start, flooding, rounds=10)


async def test_s15_a_thousand_connections_of_one_address_are_refused_past_five_hundred_and_nobody_else_notices(
    tmp_path: Path, start: Start
) -> None:
    await flood(tmp_path, start, crowding, rounds=1)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_s15_a_thousand_connections_again_and_again(tmp_path: Path, start: Start) -> None:
    await flood(tmp_path, start, crowding, rounds=10)


Flooding = Callable[[ServerProcess, list[Reader]], AbstractAsyncContextManager[None]]


async def flood(folder: Path, start: Start, flooding: Flooding, rounds: int) -> None:
    """Take the time of somebody else, without the flood and in it, in turn."""
    (folder / "data").mkdir()
    readers = await gather_crowd(folder / "data" / "hubbub.db", CONNECTIONS)
    server = start()
    with Person(server.url) as person:
        async with healthy_in(server, person, person.create_room(), only_reads=True) as healthy:
            for _ in range(rounds):
                await one_round(server, readers, healthy, flooding)
                if rounds > 1:
                    healthy.end_round()
    note("others' p99, disturbed and quiet", healthy.figure())
    assert healthy.is_undisturbed(), healthy.figure()


async def one_round(server: ServerProcess, readers: list[Reader], healthy: Healthy, flooding: Flooding) -> None:
    """Take the time three times without the flood, and three times in it."""
    for _ in range(WINDOWS):
        async with healthy.window(disturbed=False, samples=SAMPLES):
            pass
    async with flooding(server, readers):
        for _ in range(WINDOWS):
            async with healthy.window(disturbed=True, samples=SAMPLES):
                pass


@asynccontextmanager
async def flooding(server: ServerProcess, _readers: list[Reader]) -> AsyncIterator[None]:
    """Let somebody send ten times as much as they may, at once and then on and on; see what became of each message."""
    answers: list[str] = []
    began, bound = monotonic(), SENDING.times / SENDING.seconds
    async with connected(Route(server.url), name="Flooder") as flooder:
        code = (await flooder.ask("create_room"))["code"]
        await flooder.ask("join_room", code=code)

        async def send() -> None:
            try:
                await flooder.ask("send_message", code=code, text="too much")
                answers.append("taken")
            except RefusalError as refusal:
                answers.append(f"{refusal.error['code']}, come back in {refusal.error['retry_after']} s")

        async def go_on() -> None:
            while True:
                await asyncio.gather(send(), asyncio.sleep(1 / bound / TIMES))

        await asyncio.gather(*(send() for _ in range(SENDING.burst * TIMES)))
        going_on = asyncio.create_task(go_on())
        yield
        assert not going_on.done()
        going_on.cancel()
        await asyncio.gather(going_on, return_exceptions=True)
        stored = (await flooder.ask("messages", code=code, limit=200))["messages"]
    counts = Counter(answers)
    assert counts.keys() == {"taken", "slow_down, come back in 1 s"}
    assert SENDING.burst <= counts["taken"] <= SENDING.burst + (monotonic() - began) * bound + 1
    assert 0 <= len(stored) - counts["taken"] <= 1, "what was refused isn't there; the last one may be unanswered"


class Crowd:
    """Those who come from one address: who is let in, and how the others are refused."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._lines = asyncio.Semaphore(AT_ONCE)
        self.let_in: list[Connection] = []
        self.refusals = Counter[str]()

    async def come(self, reader: Reader) -> None:
        """Try to come in."""
        try:
            async with self._lines:
                self.let_in.append(await come_in(reader, self._server.address, source=ELSEWHERE))
        except OSError as refused:
            self.refusals[str(refused)] += 1

    async def go_on(self, readers: list[Reader]) -> None:
        """Try again and again, one after the other."""
        for reader in itertools.cycle(readers):
            await asyncio.gather(self.come(reader), asyncio.sleep(TRIES_APART))

    async def leave(self) -> None:
        """Cut all connections."""
        for connection in self.let_in:
            connection.transport.abort()
        await asyncio.gather(*(connection.gone for connection in self.let_in))


@asynccontextmanager
async def crowding(server: ServerProcess, readers: list[Reader]) -> AsyncIterator[None]:
    """Let a thousand come from another address; those beyond what it may have are refused, those before stay.

    All at once first; then they try again and again while somebody else takes the time.
    """
    crowd, one_too_many = Crowd(server), readers[MOST:]
    await asyncio.gather(*map(crowd.come, readers[: MOST - AT_ONCE]))
    for reader in readers[MOST - AT_ONCE : MOST]:
        await crowd.come(reader)
    try:
        assert (len(crowd.let_in), crowd.refusals.total()) == (MOST, 0)
        await asyncio.gather(*map(crowd.come, one_too_many))
        refusal = await asyncio.to_thread(ask_from, ELSEWHERE, server)
        assert (refusal.status_code, refusal.json()["error"]["code"]) == (429, "slow_down")
        assert refusal.headers["retry-after"]
        tried_at_once = crowd.refusals.total()
        going_on = asyncio.create_task(crowd.go_on(one_too_many))
        yield
        assert not going_on.done()
        going_on.cancel()
        await asyncio.gather(going_on, return_exceptions=True)
        assert crowd.refusals.total() > tried_at_once, "need some who try for this to mean anything"
        assert crowd.refusals.keys() <= {"HTTP/1.1 429", "cut"}, "very many at once don't all get an answer"
        assert crowd.refusals["HTTP/1.1 429"]
        assert len(crowd.let_in) == MOST, "nobody past them is let in"
        assert not any(connection.gone.done() for connection in crowd.let_in)
    finally:
        await crowd.leave()
    await asyncio.to_thread(eventually, lambda: ask_from(ELSEWHERE, server).is_success)


def ask_from(source: str, server: ServerProcess) -> httpx2.Response:
    """Ask something over HTTP."""
    with httpx2.Client(transport=httpx2.HTTPTransport(local_address=source)) as client:
        return client.get(f"{server.url}/healthz")
