"""A person in a scenario: what they do, and what they have heard."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from tests.live_client import Event, RefusalError, patience
from tests.scenarios.connection import Connection
from tests.scenarios.view import View

QUIET = frozenset({"welcome", "presence"})
"""What comes to everybody; any other event without a seq must be one that the scenario waits for."""

AT_ONCE = 200
"""Messages that are sent before the first answer: not so many that the server says `slow_down`."""

T = TypeVar("T")


class Guest:
    """One tab of a person. Reading `heard` of an event without a seq says that it was expected."""

    def __init__(self) -> None:
        self.views: dict[str, View] = {}
        self.signals: list[Event] = []
        self.expected: set[str] = set(QUIET)
        self._connection: Connection | None = None
        self._news = asyncio.Event()
        self.me: dict[str, str] = {}
        self.token = ""

    # Coming and going

    def begin(self, connection: Connection) -> None:
        """Have a connection from now on; the first says who one is, and no other says anything else."""
        assert self.me in ({}, connection.me), f"{connection.me} is somebody new"
        self._connection, self.me, self.token = connection, connection.me, connection.token

    @property
    def connection(self) -> Connection:
        """The way to the server. Fails when there is none."""
        assert self._connection, "there is no connection"
        return self._connection

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None

    @property
    def id(self) -> str:
        """The user id."""
        return self.me["id"]

    async def goes(self) -> None:
        """Close the tab."""
        connection = self.vanishes(cut=False)
        await connection.close()

    def vanishes(self, *, cut: bool = True) -> Connection:
        """Lose the connection, without a farewell; it can't be used any more."""
        connection, self._connection = self.connection, None
        if cut:
            connection.cut()
        for view in self.views.values():
            view.close()
        return connection

    # What they do

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        """Carry out a command; return its reply. Raises RefusalError."""
        return await self.connection.carry_out(command, fields)

    async def refused(self, command: str, **fields: Any) -> str:
        """Try what must be refused; return the error's code."""
        return str((await self.refusal(command, **fields))["code"])

    async def refusal(self, command: str, **fields: Any) -> dict[str, Any]:
        """Try what must be refused; return the error."""
        try:
            reply = await self.ask(command, **fields)
        except RefusalError as refused:
            return refused.error
        raise AssertionError(f"{command} was not refused: {reply}")

    async def outcome(self, command: str, **fields: Any) -> str:
        """Try something; return the error's code, or "ok"."""
        try:
            await self.ask(command, **fields)
        except RefusalError as refused:
            return str(refused.error["code"])
        return "ok"

    async def opens_a_room(self, **fields: Any) -> str:
        """Make a room and come in; return its code."""
        code = str((await self.ask("create_room", **fields))["code"])
        await self.joins(code)
        return code

    async def joins(self, code: str, since: int | None = None, epoch: str = "") -> dict[str, Any]:
        """Come in, and hear the room from now on; with `since` and `epoch` what was missed too, up to a page."""
        view = self.view(code)
        missed: dict[str, Any] = {} if since is None else {"since": since, "epoch": epoch or view.epoch}
        reply = await self.ask("join_room", code=code, **missed)
        view.joined(reply, since)
        if view.watching:
            await self.connection.listen(code, view.last_seq)
        self._news.set()
        return reply

    async def resumes(self, code: str) -> list[int]:
        """Go on after the last seq, page by page; return how many events each page had."""
        view = self.view(code)
        page = await self.joins(code, since=view.last_seq)
        assert page["reset"] is False, "the room had to be read afresh"
        pages = [len(page["events"])]
        while page["more"]:
            page = await self.ask("events", code=code, since=view.last_seq)
            view.page(page)
            pages.append(len(page["events"]))
        await self.connection.listen(code, view.last_seq)
        return pages

    async def leaves(self, code: str) -> None:
        """End the membership."""
        await self.ask("leave_room", code=code)
        await self.connection.finishes(code)
        assert not (self.view(code).watching and self.connection.hears_the_end), "nobody told the one who left"
        self.view(code).close()

    async def unwatches(self, code: str) -> None:
        """Close the room, and remain a member."""
        await self.ask("unwatch_room", code=code)
        self.view(code).close()

    async def says(self, code: str, *texts: str) -> list[int]:
        """Say something, one after the other; return the seqs."""
        return [int((await self.ask("send_message", code=code, text=text))["seq"]) for text in texts]

    async def pours(self, code: str, *texts: str, ids: Callable[[int], str] = "pour {}".format) -> list[int]:
        """Say much, as much at once as may wait; return the seqs, in the order of the texts."""
        seqs = []
        for batch in batched(enumerate(texts), AT_ONCE):
            sends = (
                self.ask("send_message", code=code, text=text, client_message_id=ids(number)) for number, text in batch
            )
            seqs += [int(reply["seq"]) for reply in await asyncio.gather(*sends)]
        return seqs

    # What they hear

    def hear(self, event: Mapping[str, Any]) -> None:
        """Take in an event."""
        if "seq" in event:
            self.view(event["code"]).hear(dict(event))
        else:
            self.signals.append(dict(event))
        self._news.set()

    def view(self, code: str) -> View:
        """Return what is known of a room."""
        if code not in self.views:
            self.views[code] = View(code, self.me.get("id", ""))
        return self.views[code]

    def log(self, code: str) -> list[Event]:
        """Return what was heard of a room since the last time that it was read afresh."""
        return self.view(code).log

    def at(self, code: str) -> int:
        """Return the last seq that was heard of a room."""
        return self.view(code).last_seq

    def tally(self, code: str) -> dict[str, int]:
        """Count what was heard of a room, by kind."""
        return dict(Counter(event["type"] for event in self.log(code)))

    def texts(self, code: str) -> list[str]:
        """Return what was heard to be said, in order."""
        return [event["text"] for event in self.log(code) if event["type"] == "message_sent"]

    def heard(self, kind: str, **fields: Any) -> list[Event]:
        """Return the events of a kind without a seq, with these fields."""
        self.expected.add(kind)
        return [each for each in self.signals if each["type"] == kind and fields.items() <= each.items()]

    async def hears(self, kind: str, times: int = 1, **fields: Any) -> list[Event]:
        """Wait for so many of them."""
        await self.until(lambda: len(self.heard(kind, **fields)) >= times)
        return self.heard(kind, **fields)

    async def has_heard(self, code: str, seq: int) -> None:
        """Wait until a room was heard up to a seq."""
        await self.until(lambda: self.at(code) >= seq)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait for what an event brings."""
        async with patience():
            while not condition():
                self._news.clear()
                await self._news.wait()

    def faults(self) -> list[str]:
        """Return what this tab has heard and can't have."""
        unexpected = Counter(event["type"] for event in self.signals if event["type"] not in self.expected)
        odd = [f"{count} times {kind}, which nobody expected" for kind, count in unexpected.items()]
        return list(itertools.chain(odd, *(view.all_faults() for view in self.views.values())))


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Cut into pieces of at most that size."""
    rest = iter(items)
    while piece := list(itertools.islice(rest, size)):
        yield piece
