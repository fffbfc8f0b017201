"""A member: one connection at the live door that comes in, enters a room and then counts what it is sent."""

import asyncio
import re
from time import perf_counter
from typing import Any, cast

from hubbub.bench.frames import UPGRADE, frame, packet
from hubbub.bench.room import Room

CONNECTED = b'40{"sid"'
JOINED = b'430[{"ok":true'
RESUMED = b'"reset":false'
REFUSED = re.compile(rb'44\{.*|43\d+\[\{"ok":false.*')
NOT_RESUMED = re.compile(REFUSED.pattern + rb'|"reset":true.*')

MOST_OF_A_MARK = 19
PING = b"\x81\x012"
PONG = frame(b"3")
OK = b'"ok":true'

Sample = tuple[float, int, int]
"""When it came, how many messages the member had before, how many it has now."""


class RefusedError(Exception):
    """The server didn't let somebody in, or hung up."""


class Member(asyncio.Protocol):
    """Understands as little as is enough: searching bytes is quicker than taking frames and JSON apart.

    `connected`, `joined` and `gone` are done when it is; `samples` is None unless the times are to be noted.
    """

    def __init__(self, room: Room, credentials: dict[str, str]) -> None:
        loop = asyncio.get_running_loop()
        self.room = room
        self.connected: asyncio.Future[None] = loop.create_future()
        self.joined: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self.received = 0
        self.unanswered = 0
        self.pings = 0
        self.samples: list[Sample] | None = None
        self._transport: asyncio.Transport | None = None
        self._credentials = credentials
        self._let_in, self._refused = JOINED, REFUSED
        self._leaving = False
        self._rest = b""
        self._take = self._shake_hands

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for an upgrade."""
        self._transport = cast("asyncio.Transport", transport)
        self.write(UPGRADE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Notice who was hung up on."""
        self.gone.set_result(None)
        if not self._leaving:
            self.room.faults.closed += 1
            self._fail(f"The server hung up: {exc or 'no reason'}; {self._rest[-200:]!r}.")

    def data_received(self, data: bytes) -> None:
        """Take in what came."""
        self._take(data)

    def join(self, **resume: Any) -> None:
        """Ask to be let into the room; `resume` may have `since` and `epoch`."""
        if resume:
            self._let_in, self._refused = RESUMED, NOT_RESUMED
        self.write(packet("420", ["join_room", {"code": self.room.code, **resume}]))

    def write(self, frame: bytes) -> None:
        """Write a frame that was built before."""
        if self._transport:
            self._transport.write(frame)

    def send(self, message: bytes) -> None:
        """Say something, and expect an answer."""
        self.unanswered += 1
        self.write(message)

    def cut(self) -> bool:
        """Let the connection break, if there is one; return whether there was."""
        self._leaving = True
        if self._transport:
            self._transport.abort()
        return self._transport is not None and not self.gone.done()

    def _shake_hands(self, data: bytes) -> None:
        self._rest += data
        head, end, self._rest = self._rest.partition(b"\r\n\r\n")
        if not end:
            self._rest = head
        elif not head.startswith(b"HTTP/1.1 101 "):
            self._fail(f"The server answered {head[:200]!r}.")
        else:
            self._take = self._introduce
            self._introduce(b"")

    def _introduce(self, data: bytes) -> None:
        self._rest += data
        if b'0{"sid"' in self._rest:
            self._rest = b""
            self._take = self._wait_at_the_door
            self.write(packet("40", self._credentials))

    def _wait_at_the_door(self, data: bytes) -> None:
        """Wait until connected, then until in the room."""
        self._answer_pings(self._rest, data)
        self._rest += data
        if not self.connected.done() and CONNECTED in self._rest:
            _finish(self.connected)
        if self.connected.done() and self._let_in in self._rest:
            self._rest, self._take = b"", self._listen
            _finish(self.joined)
        elif refusal := self._refused.search(self._rest):
            self._fail(f"The server refused: {refusal[0][:200].decode(errors='replace')}.")

    def _listen(self, data: bytes) -> None:
        room, before = self.room, self.received
        ids = room.heard_ids if data == room.heard and not self._rest else self._search(data)
        if ids:
            if self.samples is not None:
                self.samples.append((perf_counter(), before, before + len(ids)))
            self.received = room.take(before, ids)

    def _search(self, data: bytes) -> list[bytes]:
        """Find messages, pings and answers, also those that began in the bytes before."""
        room, rest, whole = self.room, self._rest, self._rest + data
        ids: list[bytes] = room.said.marks.findall(whole)
        own = self._answer_pings(rest, data)
        if self.unanswered:
            answers = whole.count(OK) - rest.count(OK)
            self.unanswered -= answers
            own += answers
        self._rest = b"" if data.endswith((b"]", PING)) else whole[-MOST_OF_A_MARK:]
        if not (own or rest or self._rest):
            room.heard, room.heard_ids = data, ids
        return ids

    def _answer_pings(self, rest: bytes, data: bytes) -> int:
        asked = (rest + data).count(PING) - rest.count(PING)
        for _ in range(asked):
            self.write(PONG)
        self.pings += asked
        return asked

    def _fail(self, words: str) -> None:
        for waiting in (self.connected, self.joined):
            if not waiting.done():
                waiting.set_exception(RefusedError(words))
                waiting.exception()  # whoever waits is told; nobody may be waiting
        if not self._leaving:
            self.cut()


def _finish(waiting: "asyncio.Future[None]") -> None:
    if not waiting.done():  # whoever waited may have given up
        waiting.set_result(None)
