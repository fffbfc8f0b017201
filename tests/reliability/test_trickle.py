"""Two hundred that trickle (S14): each is let go of within ten seconds, and nobody else notices them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import httpx2
import pytest

from tests.figures import note
from tests.people import Person
from tests.reliability.healthy import Healthy, healthy_in
from tests.reliability.trickle import POLL, TRICKLES, Trickle, Trickler
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]

MANY = 200
WINDOWS = 3
PROMISED = 10.0
SLACK = 3.0
"""By which a busy machine may be late."""


@pytest.fixture
def trickled_on(start: Start) -> ServerProcess:
    """A server whose heartbeat is of the same order as its other deadlines: it ends frames that don't end."""
    return start(throttle="off", ping_interval="5000", ping_timeout="4000")


async def test_s14_two_hundred_that_trickle_are_gone_within_ten_seconds_and_nobody_else_notices_them(
    trickled_on: ServerProcess,
) -> None:
    await trickle_for(trickled_on, rounds=1)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_s14_two_hundred_that_trickle_again_and_again_are_gone_in_time_and_nobody_else_notices(
    trickled_on: ServerProcess,
) -> None:
    await trickle_for(trickled_on, rounds=5)


async def trickle_for(server: ServerProcess, rounds: int) -> None:
    """Let somebody talk without any of them and among all of them, in turn."""
    with Person(server.url) as person:
        async with healthy_in(server, person, person.create_room()) as healthy:
            longest = [await one_round(server, healthy, long=rounds > 1) for _ in range(rounds)]
    note("the longest of two hundred that trickle is gone after", f"{max(longest):.1f} s")
    note("others' p99, disturbed and quiet", healthy.figure())
    assert max(longest) <= PROMISED * SLACK
    assert healthy.is_undisturbed(), healthy.figure()


async def one_round(server: ServerProcess, healthy: Healthy, *, long: bool) -> float:
    """Take the time without and with, until all have been let go; return how long they lasted."""
    for _ in range(WINDOWS):
        async with healthy.window(disturbed=False):
            pass
    async with trickling(server) as tricklers:
        for _ in range(WINDOWS):
            async with healthy.window(disturbed=True):
                pass
            assert not all(each.ended.done() for each in tricklers), "need some that trickle for this to mean anything"
        async with asyncio.timeout(2 * PROMISED * SLACK):
            while not all(each.ended.done() for each in tricklers):
                async with healthy.window(disturbed=True):
                    pass
        seconds = [each.ended.result() for each in tricklers]
    if long:
        healthy.end_round()
    assert min(seconds) > 1, f"need trickles that were taken for requests: {seconds}"
    return max(seconds)


@asynccontextmanager
async def trickling(server: ServerProcess) -> AsyncIterator[list[Trickler]]:
    """Let so many trickle, of every kind the same number; those that are left at the end are cut."""
    kinds = [list(TRICKLES.values())[number % len(TRICKLES)] for number in range(MANY)]
    sids = [await a_sid(server) if "{sid}" in kind.first else "" for kind in kinds]
    tricklers = await asyncio.gather(*(trickle(server, kind, sid) for kind, sid in zip(kinds, sids, strict=True)))
    try:
        yield tricklers
    finally:
        for each in tricklers:
            each.transport.abort()


async def trickle(server: ServerProcess, kind: Trickle, sid: str) -> Trickler:
    """Connect and begin."""
    loop = asyncio.get_running_loop()
    _, trickler = await loop.create_connection(lambda: Trickler(kind, sid), *server.address)
    return trickler


async def a_sid(server: ServerProcess) -> str:
    """Open a socket that polls."""
    async with httpx2.AsyncClient() as http:
        answer = await http.get(f"{server.url}{POLL}")
        return str(answer.text.partition('"sid":"')[2].partition('"')[0])
