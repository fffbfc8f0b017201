"""The recovery storm (R8): readers lose their connection again and again while people write, and miss nothing."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress

import pytest

from tests.figures import note
from tests.follower import Follower
from tests.live_client import LOST, Route, SocketClient, connected
from tests.people import Person
from tests.reliability.crash import whole_log
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

WRITERS = 4
AHEAD = 200
"""Messages by which the writers may be ahead of the slowest reader."""


async def test_r8_two_hundred_forced_reconnects_lose_nothing(server: ServerProcess) -> None:
    await storm(server, readers=10, cuts=20, messages=1_000)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_r8_a_thousand_forced_reconnects_lose_nothing(server: ServerProcess) -> None:
    await storm(server, readers=20, cuts=50, messages=2_000)


async def storm(server: ServerProcess, readers: int, cuts: int, messages: int) -> None:
    """Cut every reader's connection so often while people write; see that each ends with the room's log."""
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    with ExitStack() as stack:
        people = [stack.enter_context(Person(server.url, f"Person {n}")) for n in range(WRITERS + readers)]
        writers, code = people[:WRITERS], people[0].create_room()
        epoch = {person.join(code)["epoch"] for person in people}.pop()
        route, before = Route(server.url), people[0].events(code)["last_seq"]
        followers = [Follower(route, person.token, code, epoch) for person in people[WRITERS:]]
        async with asyncio.TaskGroup() as tasks:
            for person in writers:
                tasks.create_task(write(route, person.token, code, messages // WRITERS, followers))
            for follower in followers:
                tasks.create_task(read(follower, cuts, before + messages, messages // cuts, chance))
        events = whole_log(people[0], code)
    note("reconnects", f"{readers * cuts:,}")
    assert [event["type"] for event in events[before:]] == ["message_sent"] * messages
    for follower in followers:
        assert follower.connections == cuts + 1
        assert follower.resumed > before, "need events that came while the reader was away"
        assert follower.faults == []
        assert follower.log == events


async def write(route: Route, token: str, code: str, messages: int, readers: list[Follower]) -> None:
    """Send one message after another, as fast as the acks come and the slowest reader follows."""
    async with connected(route, token=token) as client:
        for number in range(messages):
            ack = await client.ask("send_message", code=code, text=f"text {number}")
            for reader in readers:
                await reader.has_heard(ack["seq"] - AHEAD)


async def read(reader: Follower, cuts: int, last: int, apart: int, chance: random.Random) -> None:
    """Read up to the last message, and lose the connection so often: in reading, or in catching up before that."""
    for _ in range(cuts):
        seq = min(last, reader.last_seq + chance.randrange(2 * apart))
        async with following(reader) as client:
            await reader.has_heard(seq)
            client.socket.transport.abort()
    async with following(reader):
        await reader.has_heard(last)


@asynccontextmanager
async def following(reader: Follower) -> AsyncIterator[SocketClient]:
    """Let a reader follow the room until its connection is gone."""
    task = asyncio.create_task(reader.follow())
    try:
        client = await reader.connects()
        yield client
        await client.socket.close()
    finally:
        with suppress(*LOST):
            await task
