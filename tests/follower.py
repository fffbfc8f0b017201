"""A reader who stays with a room through every loss of the connection, and notes whatever the room's log can't be."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.live_client import Event, Route, SocketClient, connected, patience


@dataclass(eq=False)
class Follower:
    """Someone who reads a room from its first event on. `log` is all that was heard, `faults` what can't be true.

    Every time the connection is lost, `follow` goes on from the last seq, as the same person. `resumed` counts the
    events that came in answer to that.
    """

    route: Route
    token: str
    code: str
    epoch: str
    log: list[Event] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    client: SocketClient | None = None
    connections: int = 0
    resumed: int = 0
    _early: list[Event] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last_seq(self) -> int:
        """The last seq that was heard."""
        return int(self.log[-1]["seq"]) if self.log else 0

    async def follow(self) -> None:
        """Come in, catch up and listen until the connection is lost. Raises one of LOST if it is lost before that."""
        async with connected(self.route, self._hear, token=self.token) as client:
            self.connections += 1
            self.client = client
            self._news.set()
            try:
                await self._catch_up(client)
                await asyncio.wait({client.closing})
            finally:
                self.client = None

    async def has_heard(self, seq: int) -> None:
        """Wait until the log reaches that far."""
        await self._until(lambda: self.last_seq >= seq)

    async def connects(self) -> SocketClient:
        """Wait until it is connected; return the connection."""
        await self._until(lambda: self.client is not None)
        assert self.client
        return self.client

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with patience():
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def _catch_up(self, client: SocketClient) -> None:
        """Subscribe, then read; what is heard live meanwhile comes after it."""
        self._early = []
        page = await client.ask("join_room", code=self.code, since=self.last_seq, epoch=self.epoch)
        if page["reset"]:
            self.faults.append(f"after seq {self.last_seq} the room had to be read afresh")
            self.log.clear()
            page = {"events": [], "more": True}
        while True:
            for event in page["events"]:
                self._take(event)
            self.resumed += len(page["events"])
            if not page["more"]:
                break
            page = await client.ask("events", code=self.code, since=self.last_seq)
        early, self._early = self._early, None
        for event in early:
            self._take_early(event)

    def _hear(self, event: Event) -> None:
        if event.get("code") != self.code or "seq" not in event:
            return
        if self._early is None:
            self._take(event)
        else:
            self._early.append(event)

    def _take_early(self, event: Event) -> None:
        if event["seq"] > self.last_seq:
            self._take(event)
        elif self.log[event["seq"] - 1 : event["seq"]] != [event]:
            self.faults.append(f"seq {event['seq']} was told in two ways")

    def _take(self, event: Event) -> None:
        if event["seq"] != self.last_seq + 1:
            self.faults.append(f"seq {event['seq']} came after {self.last_seq}")
        self.log.append(event)
        self._news.set()
