"""Coming back: after a cut cable, a restart, a kill, the same person goes on without a gap and without a repetition."""

import asyncio
from collections.abc import Callable

import pytest

from tests.e2e.live.client import LiveClient
from tests.e2e.live.reader import Reader
from tests.e2e.live.visitors import Visitors
from tests.faults import Proxy
from tests.people import Person
from tests.server_process import ServerProcess, free_port

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]
Stop = Callable[[ServerProcess], object]

STOPS: dict[str, Stop] = {
    "restart": lambda server: server.stop(),
    "crash": lambda server: server.kill(),
}


async def test_after_a_cut_cable_the_same_person_goes_on_without_a_gap(
    visitors: Visitors, server: ServerProcess
) -> None:
    async with Proxy(server.address) as cable:
        ann, bob = await visitors.come("Ann"), await visitors.come("Bob", url=cable.url)
        me, code = bob.me, (await ann.ask("create_room"))["code"]
        reader = Reader(bob, code)
        await reader.open()
        await say(ann, code, range(3))
        await reader.hear_text("2")
        cable.pull()
        await bob.hear("disconnected")
        await say(ann, code, range(3, 10))
        assert reader.texts == ["0", "1", "2"]
        cable.heal()
        await bob.be_welcomed()
        assert bob.me == me, "it is no new guest"
        await say(ann, code, range(10, 13))
        await reader.open()
        await say(ann, code, range(13, 15))
        await reader.hear_text("14")
        assert reader.texts == [str(number) for number in range(15)]


async def test_who_missed_more_than_a_page_gets_it_page_by_page(visitors: Visitors, server: ServerProcess) -> None:
    async with Proxy(server.address) as cable:
        ann, bob = await visitors.come("Ann"), await visitors.come("Bob", url=cable.url)
        code = (await ann.ask("create_room"))["code"]
        reader = Reader(bob, code)
        await reader.open()
        cable.pull()
        await bob.hear("disconnected")
        await say(ann, code, range(450))
        cable.heal()
        await bob.be_welcomed()
        joined = await reader.open()
        assert joined["more"] is True, "need more than a page for this test to mean anything"
        assert reader.texts == [str(number) for number in range(450)]


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS)
async def test_after_the_server_was_away_everybody_comes_back_by_themselves_and_goes_on(
    start: Start, visitors: Visitors, stop: Stop
) -> None:
    port = str(free_port())
    first = start(throttle="off", port=port)
    ann, bob = await visitors.come("Ann", url=first.url), await visitors.come("Bob", url=first.url)
    people, code = [ann.me, bob.me], (await ann.ask("create_room"))["code"]
    readers = [Reader(ann, code), Reader(bob, code)]
    for reader in readers:
        await reader.open()
    await say(ann, code, range(5))
    for reader in readers:
        await reader.hear_text("4")
    await asyncio.to_thread(stop, first)
    second = await asyncio.to_thread(start, throttle="off", port=port)
    with Person(second.url, "Cid") as cid:
        cid.join(code)
        cid.send(code, "5")
    for reader in readers:
        await reader.client.be_welcomed()
        await reader.open()
    assert [ann.me, bob.me] == people
    await say(bob, code, range(6, 9))
    for reader in readers:
        await reader.hear_text("8")
        assert reader.texts == [str(number) for number in range(9)]


async def say(person: LiveClient, code: str, numbers: range) -> None:
    """Say numbers in a room, one after the other."""
    for number in numbers:
        await person.send(code, str(number))
