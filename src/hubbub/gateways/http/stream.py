"""`GET …/stream`: a room's events as they happen (server-sent events), from any seq on, without a gap."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from hubbub.core.command import Events, JoinRoom
from hubbub.core.error import ChatError, Disconnect
from hubbub.core.event import AnyEvent, StoredEvent
from hubbub.core.reply import EventPage
from hubbub.core.shape import MAX_SEQ
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.login import session_of
from hubbub.protocol import json
from hubbub.session import LiveSession

MOST_OWED = 1024 * 1024
"""Bytes that a reader may be behind; past that the stream ends, and the client comes back from its last seq."""

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that proxies keep the connection."""


class StreamSession(LiveSession):
    """One reader of a room's events."""

    def __init__(self, address: str) -> None:
        super().__init__(address, encode_sse)
        self.cursor = 0
        self.behind = True
        self._owed: deque[bytes] = deque()
        self._bytes = 0
        self._woken = asyncio.Event()
        self._ended = False

    def push(self, code: str, frames: bytes, seq: int) -> None:
        """See LiveSession; while the reader is behind, pages bring what is dropped here of the room."""
        if self._ended or (self.behind and code):
            return
        self._owed.append(frames)
        self._bytes += len(frames)
        if self._bytes > MOST_OWED:
            self.end(Disconnect.SLOW)
        self._woken.set()

    def end(self, reason: Disconnect) -> None:
        """See LiveSession; what is owed beyond the bound is dropped, the client asks for it when it is back."""
        if reason is Disconnect.SLOW:
            self._owed.clear()
        self._ended = True
        self._woken.set()

    async def frames(self) -> AsyncIterator[bytes]:
        """Give what is owed, as it comes; end when the session does."""
        while True:
            while self._owed:
                frames = self._owed.popleft()
                self._bytes -= len(frames)
                yield frames
            if self._ended or not self.rooms:
                return
            self._woken.clear()
            try:
                await asyncio.wait_for(self._woken.wait(), HEARTBEAT)
            except TimeoutError:
                yield b":\n\n"


class _Stream(StreamingResponse):
    """The answer that goes on until its reader, its session or its server ends."""

    def __init__(self, door: Door, session: StreamSession, code: str) -> None:
        super().__init__(_all_since(door, session, code), media_type="text/event-stream")
        self.headers["X-Accel-Buffering"] = "no"
        self._door, self._session = door, session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._door.chat.end(self._session)


def stream_endpoint(door: Door) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint. The query's `since`, or the Last-Event-ID of who comes back, says after which seq to go on.

    Without either it is what happens from now on.
    """

    async def stream(request: Request) -> Response:
        session = await session_of(door, request, StreamSession)
        command = json.convert(Events, _since(request), {"code": request.path_params["code"], "limit": 1, "wait": 0})
        page: EventPage = await door.chat.handle(session, command)
        session.cursor = min(command.since, page.last_seq)
        try:
            await door.chat.handle(session, JoinRoom(code=command.code, since=session.cursor, epoch=page.epoch))
        except BaseException:
            door.chat.end(session)  # it may have begun to listen
            raise
        return _Stream(door, session, command.code)

    return stream


def encode_sse(event: AnyEvent) -> bytes:
    """Return an event as a server-sent event (WHATWG HTML, section 9.2); its id is the seq."""
    head = f"id: {event.seq}\n" if isinstance(event, StoredEvent) else ""
    return f"{head}event: {event.type}\ndata: ".encode() + json.encode_event(event) + b"\n\n"


async def _all_since(door: Door, session: StreamSession, code: str) -> AsyncIterator[bytes]:
    """Give the pages that the reader lacks, then what is pushed."""
    while session.behind:
        try:
            page: EventPage = await door.chat.handle(session, Events(code=code, since=session.cursor))
        except ChatError:
            return  # the reader comes back, and is told why then
        for event in page.events:
            session.cursor = event.seq
            yield encode_sse(event)
        session.behind = bool(session.rooms) and (page.more or not door.chat.in_step(code, session.cursor))
    async for frame in session.frames():
        yield frame


def _since(request: Request) -> dict[str, str]:
    last = request.headers.get("last-event-id")
    fields = {"since": str(MAX_SEQ)} | dict(request.query_params)
    return fields if last is None else fields | {"since": last}
