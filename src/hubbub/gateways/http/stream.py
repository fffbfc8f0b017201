"""`GET …/stream`: a room's events as they happen (server-sent events), from any seq on, without a gap."""

import asyncio
import functools
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from hubbub.core.command import Events
from hubbub.core.error import ChatError, Disconnect
from hubbub.core.event import AnyEvent, Presence, StoredEvent
from hubbub.core.join_code import tidy_code
from hubbub.core.reply import EventPage
from hubbub.core.shape import MAX_SEQ
from hubbub.gateways.http.body import body_must_be_empty, code_in_path
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.login import session_of
from hubbub.protocol import json
from hubbub.session import Codec, LiveSession

MOST_OWED = 1024 * 1024
"""Bytes that a reader may be behind; past that the stream ends, and the client comes back from its last seq."""

HEARTBEAT = 15.0
"""Seconds of silence after which a comment is sent, so that proxies keep the connection."""


class StreamSession(LiveSession):
    """One reader of a room's events."""

    def __init__(self, address: str) -> None:
        super().__init__(address, codec_of(""))
        self.cursor = 0
        self.reset = False
        self.behind = True
        self.gap = False
        self._owed: deque[bytes] = deque()
        self._bytes = 0
        self._woken = asyncio.Event()
        self._ended = False

    def begin(self, page: EventPage, since: int, epoch: str) -> None:
        """Go on after a seq of an epoch, if it is the room's and has come so far; else there is a `reset` first."""
        self.codec = codec_of(page.epoch)
        self.reset = epoch not in {"", page.epoch} or page.last_seq < since < MAX_SEQ
        self.cursor = page.last_seq if self.reset else min(since, page.last_seq)

    def push(self, code: str, frames: bytes, seq: int) -> None:
        """See LiveSession; while the reader is behind, pages bring what is dropped here of the room."""
        if self._ended or (self.behind and code):
            self.gap = True
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

    def __init__(self, door: Door, session: StreamSession, code: str, epoch: str) -> None:
        super().__init__(_all_since(door, session, code, epoch), media_type="text/event-stream")
        self.headers["X-Accel-Buffering"] = "no"
        self._door, self._session = door, session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._door.chat.end(self._session)


def stream_endpoint(door: Door) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint. The query's `since`, or the Last-Event-ID of who comes back, says after which seq to go on.

    The latter says of which epoch it is, too. Without either it is what happens from now on.
    """

    async def stream(request: Request) -> Response:
        session = await session_of(door, request, StreamSession)
        epoch, since = _since(request)
        await body_must_be_empty(request)
        command = json.convert(Events, since, {"code": code_in_path(request), "limit": 1, "wait": 0})
        page: EventPage = await door.chat.handle(session, command)
        session.begin(page, command.since, epoch)
        try:
            await door.chat.watch(session, command.code)
        except BaseException:
            door.chat.end(session)  # it may have begun to listen
            raise
        return _Stream(door, session, command.code, page.epoch)

    return stream


@functools.lru_cache(maxsize=1024)
def codec_of(epoch: str) -> Codec:
    """Return what encodes the events of an epoch; its readers share it, and so what it makes."""
    return functools.partial(_encode_sse, epoch)


def _encode_sse(epoch: str, event: AnyEvent) -> bytes:
    """Return an event as a server-sent event (WHATWG HTML, section 9.2); its id is epoch and seq."""
    head = f"id: {epoch}:{event.seq}\n" if isinstance(event, StoredEvent) else ""
    return f"{head}event: {event.type}\ndata: ".encode() + json.encode_event(event) + b"\n\n"


def _reset(epoch: str, seq: int) -> bytes:
    """Return what tells a reader that the room's history is another, and where it has come to."""
    told = json.encode({"type": "reset", "epoch": epoch, "last_seq": seq})
    return f"id: {epoch}:{seq}\nevent: reset\ndata: ".encode() + told + b"\n\n"


async def _all_since(door: Door, session: StreamSession, code: str, epoch: str) -> AsyncIterator[bytes]:
    """Give the pages that the reader lacks, then what is pushed."""
    if session.reset:
        yield _reset(epoch, session.cursor)
    while session.behind:
        try:
            page: EventPage = await door.chat.handle(session, Events(code=code, since=session.cursor))
        except ChatError:
            return  # the reader comes back, and is told why then
        for event in page.events:
            session.cursor = event.seq
            yield session.codec(event)
        session.behind = bool(session.rooms) and (page.more or not door.chat.in_step(code, session.cursor))
    if session.gap and session.rooms:  # no log has who came and went meanwhile
        yield session.codec(Presence(code=tidy_code(code), here=door.chat.here(code)))
    async for frame in session.frames():
        yield frame


def _since(request: Request) -> tuple[str, dict[str, str]]:
    """Return the epoch that the reader knows, if any, and what says after which seq to go on."""
    last = request.headers.get("last-event-id")
    fields = {"since": str(MAX_SEQ)} | dict(request.query_params)
    if last is None:
        return "", fields
    epoch, _, seq = last.rpartition(":")
    return epoch, fields | {"since": seq}
