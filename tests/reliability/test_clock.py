"""R16: the time of day jumps an hour forward and back while people talk; nothing but the times that are shown does."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from hubbub.core.throttle import LIMITS, Throttle
from tests.browser import Browser
from tests.faults import Clock, own_clock
from tests.live_client import Event, Route, SocketClient, connected, patience
from tests.people import Person
from tests.server_process import ServerProcess, running

pytestmark = pytest.mark.anyio

ROOMS = LIMITS[Throttle.CREATE_ROOM]

JUMPS = (0, 3_600, 0, -3_600, 0)
"""Seconds away from the true time, one after the other."""


Jumpy = tuple[Clock, ServerProcess]


@pytest.fixture(scope="module")
def jumpy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jumpy]:
    """A server with a clock of its own, and a quick heart."""
    folder = tmp_path_factory.mktemp("jumpy")
    with own_clock(folder) as clock:
        settings = clock.settings | {"ping_interval": "300", "ping_timeout": "20000"}
        with running(folder / "data", **settings) as server:
            yield clock, server


async def test_r16_a_clock_that_jumps_reorders_nothing_and_puts_nobody_out(jumpy: Jumpy) -> None:
    clock, server = jumpy
    async with AsyncExitStack() as stack:
        people = [stack.enter_context(Person(server.url, name)) for name in ("Ann", "Bob")]
        code = people[0].create_room(lifetime="expires", expires_days=1)
        seats = [await stack.enter_async_context(seated(server.url, person, code)) for person in people]
        sent = [reply for jump in JUMPS for reply in await talk(clock, jump, seats, people, code)]
        seqs = [reply["seq"] for reply in sent]
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs))), "the order is that of the sends"
        for seat in seats:
            assert await seat.told(len(sent)) == seqs, "each hears each once, in order"
            assert not seat.client.closing.done(), "nobody was put out"
    shown = [datetime.fromisoformat(sent[n]["at"]) for n in range(0, len(sent), len(sent) // len(JUMPS))]
    assert [round((at - shown[0]).total_seconds() / 3_600) for at in shown] == [jump // 3_600 for jump in JUMPS]


def test_r16_a_clock_that_jumps_neither_frees_the_throttled_nor_locks_them_out(tmp_path: Path) -> None:
    with ExitStack() as stack:  # a server of its own: nobody makes a room there for a while
        clock = stack.enter_context(own_clock(tmp_path))
        server = stack.enter_context(running(tmp_path / "data", **clock.settings))
        cid = stack.enter_context(Person(server.url, "Cid"))
        began, made = monotonic(), 0
        for jump in JUMPS:
            clock.jump_to(jump)
            while (response := cid.request("POST", "/rooms", json={})).is_success:
                made += 1
            error = response.json()["error"]
            assert error["code"] == "slow_down"
            assert error["retry_after"] <= ROOMS.seconds / ROOMS.times, "nobody waits longer"
        assert made <= ROOMS.burst + 1 + (monotonic() - began) * ROOMS.times / ROOMS.seconds, "nobody is freed"


def test_r16_a_clock_that_jumps_changes_no_wait_after_wrong_codes(tmp_path: Path) -> None:
    with ExitStack() as stack:
        clock = stack.enter_context(own_clock(tmp_path))
        server = stack.enter_context(running(tmp_path / "data", **clock.settings))
        ann = stack.enter_context(Person(server.url, "Ann"))
        while (refusal := guess(ann))["code"] == "room_not_found":
            pass
        waits, began = [refusal["retry_after"]], monotonic()
        for jump in JUMPS:
            clock.jump_to(jump)
            refusal = guess(ann)
            assert refusal["code"] == "slow_down", "nobody is freed"
            waits.append(refusal["retry_after"])
        assert waits == sorted(waits, reverse=True), f"nobody waits longer: {waits}"
        assert waits[-1] >= waits[0] - (monotonic() - began) - 1, f"nor less: {waits}"


def test_r16_a_form_that_stood_open_over_a_jump_can_be_sent(jumpy: Jumpy) -> None:
    clock, server = jumpy
    for before, after in pairwise(JUMPS):
        with Browser(server.url) as browser:
            clock.jump_to(before)
            home = browser.open("/")
            clock.jump_to(after)
            assert "/r/" in browser.send(home, "create", name="Ann").headers["location"], "they are in a room"


@dataclass(frozen=True)
class Seat:
    """Somebody who hears a room."""

    client: SocketClient
    heard: asyncio.Queue[int]

    async def told(self, count: int) -> list[int]:
        """Wait for so many messages; return their seqs."""
        async with patience():
            return [await self.heard.get() for _ in range(count)]


@asynccontextmanager
async def seated(url: str, person: Person, code: str) -> AsyncIterator[Seat]:
    """Have somebody hear a room."""
    heard: asyncio.Queue[int] = asyncio.Queue()

    def hear(event: Event) -> None:
        if event["type"] == "message_sent":
            heard.put_nowait(event["seq"])

    async with connected(Route(url), hear, token=person.token) as client:
        await client.ask("join_room", code=code)
        yield Seat(client, heard)


async def talk(clock: Clock, jump: int, seats: list[Seat], people: list[Person], code: str) -> list[Event]:
    """Let the clock jump; send at both doors, and feel the heart beat."""
    clock.jump_to(jump)
    sent = [await seat.client.ask("send_message", code=code, text=str(jump)) for seat in seats]
    sent += [person.send(code, str(jump)) for person in people]
    for seat in seats:
        seat.client.pinged.clear()
        async with patience():
            await seat.client.pinged.wait()
    return sent


def guess(person: Person) -> dict[str, Any]:
    """Try a code that nobody has."""
    return person.refused("PUT", "/rooms/QQQQ/members/me")
