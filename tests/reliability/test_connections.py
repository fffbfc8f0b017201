"""A thousand people in a hundred rooms: all of them hear what is said, and every heartbeat comes in time."""

import asyncio
import json
import statistics
from collections.abc import Callable, Coroutine, Iterable
from itertools import pairwise
from time import monotonic
from typing import Any, Self

import pytest

from tests.figures import note
from tests.metrics import measures
from tests.people import Person
from tests.server_process import ServerProcess
from tests.waiting import eventually
from tests.wire import Wire

HOLDS = ("hubbub.gateways.socketio.heartbeat",)

pytestmark = pytest.mark.anyio

ROOMS = 100
MEMBERS = 10
"""In each room."""

AT_ONCE = 50
"""So many come in at the same time."""

TIMEOUT = 20.0
"""The default: seconds in which a ping must be answered. A ping later than half of it would be counted anew."""

Start = Callable[..., ServerProcess]


class Member(Wire):
    """Notes what is said, and when the pings come, by the monotonic clock."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []
        self.pings: list[float] = []
        self._news = asyncio.Event()

    @classmethod
    async def enter(cls, url: str, code: str, name: str, doors: asyncio.Semaphore) -> Self:
        """Come in, and open a room."""
        async with doors:
            member = await cls.come_in(url, name=name)
            await member.ask("join_room", code=code)
        return member

    def hear(self, payload: bytes) -> None:
        """Note a message."""
        name, event = json.loads(payload[2:])
        if name == "message_sent":
            self.heard.append(event["text"])
            self._news.set()

    def pinged(self) -> None:
        """Note a ping."""
        super().pinged()
        self.pings.append(monotonic())
        self._news.set()

    async def hears(self, text: str) -> None:
        """Wait until that was said."""
        await self._until(lambda: text in self.heard)

    async def is_pinged(self, times: int) -> None:
        """Wait until so many pings have come."""
        await self._until(lambda: len(self.pings) >= times)

    async def _until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._news.clear()
            await self._news.wait()


async def test_r12_a_thousand_connections_hear_a_message_each_and_keep_their_heartbeats(start: Start) -> None:
    await crowd(start(throttle="off", most_connections="2000", ping_interval="2000"), interval=2.0, beats=3)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(300)
async def test_r12_a_thousand_connections_keep_the_usual_heartbeats_for_a_minute(start: Start) -> None:
    await crowd(start(throttle="off", most_connections="2000"), interval=25.0, beats=3)


async def crowd(server: ServerProcess, interval: float, beats: int) -> None:
    """Fill the rooms; see that everybody hears what is said before and after so many heartbeats, and nobody is lost."""
    doors = asyncio.Semaphore(AT_ONCE)
    with Person(server.url) as person:
        codes = [person.create_room() for _ in range(ROOMS)]
    entering = [
        Member.enter(server.url, code, f"{code} {number}", doors) for code in codes for number in range(MEMBERS)
    ]
    members = await asyncio.gather(*entering)
    rooms = {code: members[at * MEMBERS : (at + 1) * MEMBERS] for at, code in enumerate(codes)}
    await say_in_each(rooms, "hello")
    await together(member.is_pinged(beats) for member in members)
    await say_in_each(rooms, "still here")
    for code, inside in rooms.items():
        assert [member.heard for member in inside] == [[f"hello {code}", f"still here {code}"]] * MEMBERS
    assert not any(member.closed.done() for member in members)
    gaps = [later - earlier for member in members for earlier, later in pairwise(member.pings)]
    note(f"longest gap between pings (interval {interval:g} s)", f"{max(gaps):.2f} s")
    assert max(gaps) < interval + TIMEOUT / 2
    assert statistics.median(gaps) == pytest.approx(interval, rel=0.1)
    assert measures(server)["hubbub_live_sockets"] == len(members)
    await asyncio.gather(*(member.close() for member in members))
    await asyncio.to_thread(eventually, lambda: not measures(server)["hubbub_live_sockets"])


async def say_in_each(rooms: dict[str, list[Member]], text: str) -> None:
    """Have one member of each room say something; wait until all in it have heard it."""
    await asyncio.gather(
        *(inside[0].ask("send_message", code=code, text=f"{text} {code}") for code, inside in rooms.items())
    )
    await together(member.hears(f"{text} {code}") for code, inside in rooms.items() for member in inside)


async def together(waiting: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Wait for all of it."""
    async with asyncio.timeout(100):
        await asyncio.gather(*waiting)
