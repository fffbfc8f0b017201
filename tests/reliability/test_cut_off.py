"""A client whose network stands still (R17): noticed in time, no longer here, and whole again when it is back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic

import pytest

from hubbub.hub.presence import GRACE
from tests.faults import Proxy
from tests.figures import note
from tests.follower import Follower
from tests.live_client import LOST, Event, Route, SocketClient, connected, patience
from tests.people import Person
from tests.reliability.crash import whole_log
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]

SLACK = 3.0
"""By which a busy machine may be late."""


@pytest.mark.parametrize("seconds", [0, pytest.param(10, marks=pytest.mark.long)])
async def test_r17_who_is_cut_off_for_a_moment_keeps_the_connection_and_misses_nothing(
    server: ServerProcess, seconds: float
) -> None:
    async with party(server) as (ann, bob, proxy):
        proxy.hold()
        for number in range(20):
            await ann.say(f"behind Bob's back {number}")
        await ann.stays_for(seconds)
        assert "behind Bob's back 0" not in [event.get("text") for event in bob.log]
        proxy.heal()
        await bob.has_heard(await ann.say("there you are"))
        assert bob.connections == 1
        assert ann.here[-1] == 2, "they were here all the while"


async def test_r17_who_is_cut_off_is_noticed_no_longer_here_and_misses_nothing_when_back(start: Start) -> None:
    await cut_off(start(throttle="off", ping_interval="1000", ping_timeout="1000"), within=2)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(300)
async def test_r17_the_same_with_the_heartbeat_that_a_server_has_unless_it_is_set(start: Start) -> None:
    await cut_off(start(throttle="off"), within=45)


async def cut_off(server: ServerProcess, within: float) -> None:
    """Cut Bob off until everybody knows that he has gone, and let him come back."""
    async with party(server) as (ann, bob, proxy):
        proxy.hold()
        began = monotonic()
        said = await ann.say("behind Bob's back")
        await ann.hears_that_here_are(1)
        seconds = monotonic() - began - GRACE
        assert bob.last_seq < said
        proxy.heal()
        await ann.hears_that_here_are(2)
        await bob.has_heard(await ann.say("there you are"))
        assert bob.connections == 2
    note(f"noticed after (at most {within} s)", f"{seconds:.1f} s")
    assert seconds <= within * SLACK


@dataclass
class Ann:
    """Somebody with a good connection, who says things and sees who is here."""

    code: str
    here: list[int] = field(default_factory=list)
    client: SocketClient | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def hear(self, event: Event) -> None:
        """Take in an event."""
        if event["type"] == "presence":
            self.here.append(event["here"])
            self._news.set()

    async def say(self, text: str) -> int:
        """Say something; return its seq."""
        assert self.client
        return int((await self.client.ask("send_message", code=self.code, text=text))["seq"])

    async def hears_that_here_are(self, people: int) -> None:
        """Wait until she was told so."""
        async with patience():
            while self.here[-1:] != [people]:
                self._news.clear()
                await self._news.wait()

    async def stays_for(self, seconds: float) -> None:
        """See that she hears of nobody's going meanwhile."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self.here[-1] == 2:
                    self._news.clear()
                    await self._news.wait()
        assert self.here[-1] == 2


@asynccontextmanager
async def party(server: ServerProcess) -> AsyncIterator[tuple[Ann, Follower, Proxy]]:
    """Let Ann and Bob be in a room, Bob through a proxy; in the end Bob has read everything once and in order."""
    async with Proxy(server.address) as proxy:
        with Person(server.url, "Ann") as ann_at_home, Person(server.url, "Bob") as bob_at_home:
            ann = Ann(ann_at_home.create_room())
            epoch = bob_at_home.join(ann.code)["epoch"]
            bob = Follower(Route(proxy.url), bob_at_home.token, ann.code, epoch)
            async with connected(Route(server.url), ann.hear, token=ann_at_home.token) as ann.client:
                await ann.client.ask("join_room", code=ann.code)
                following = asyncio.create_task(stay(bob))
                try:
                    await bob.connects()
                    await ann.hears_that_here_are(2)
                    yield ann, bob, proxy
                finally:
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
            assert bob.faults == []
            assert bob.log == whole_log(ann_at_home, ann.code)[: len(bob.log)]


async def stay(follower: Follower) -> None:
    """Come back after each loss of the connection."""
    while True:
        with suppress(*LOST):
            await follower.follow()
