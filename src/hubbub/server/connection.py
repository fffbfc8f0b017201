"""One HTTP connection: uvicorn's, with deadlines for whoever trickles or doesn't read, and a bound for headers."""

import asyncio
from collections.abc import Callable
from typing import cast

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from hubbub.slow_reader import SlowReader

HEAD_SECONDS = 9.0
"""Time for the headers of a request to arrive, and for who sends something between requests to ask anything at all.

A second less than the ten that are promised, so that a busy server keeps them too.
"""

MOST_HEAD_BYTES = 64 * 1024
"""Headers that are longer are refused, give or take what one read brings."""

REST_SECONDS = 2.0
"""Time for the rest of a body that was answered already; a connection that was cut at once would lose the answer."""

READ_SECONDS = 30.0
"""Time for a client to take what fills its connection, or enough of it to be given as much time again."""

MOST_READ_SECONDS = 600.0
"""Time for a client that goes on taking enough."""


MOST_LEFT = 8 * 1024
"""Bytes that may wait to be sent when a WebSocket takes over: TLS has words of its own at its beginning.

So few that what the answer to the upgrade adds doesn't fill the connection.
"""


class HttpConnection(HttpToolsProtocol):
    """Uvicorn waits for ever: for the end of headers, however many come, for a body, for a reader that has stopped."""

    _head_timer: asyncio.TimerHandle | None = None
    _rest_timer: asyncio.TimerHandle | None = None
    _reader: SlowReader | None = None
    _head_bytes = 0
    _handed_over = False
    _under_way: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        super().connection_made(cast("asyncio.Transport", transport))
        self._await_head(self._close)  # without a word: browsers open connections in advance

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadlines, and tell the request under way: uvicorn tells the last one, which may only wait."""
        self._end_head()
        self._end_rest()
        self._end_read()
        if self._under_way and not self._under_way.response_complete:
            self._under_way.disconnected = True
            self._under_way.message_event.set()
        super().connection_lost(exc)

    def eof_received(self) -> None:
        """Take it that nothing more will come; asyncio closes the connection once all is sent."""
        super().eof_received()
        self._watch_the_end()

    def data_received(self, data: bytes) -> None:
        """Take what came, unless it makes the headers too long."""
        super().data_received(data)
        if self.transport.is_closing():
            self._watch_the_end()
        if self._head_timer:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")
        elif self._asks_nothing:
            self._await_head(self._close)  # line ends between requests, say: uvicorn has begun to wait anew

    def on_message_begin(self) -> None:
        """Begin to wait for the end of the headers."""
        super().on_message_begin()
        self._await_head(lambda: self._refuse(b"408 Request Timeout"))

    def on_headers_complete(self) -> None:
        """See that the headers have come in time."""
        self._end_head()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """See that the whole body has come."""
        super().on_message_complete()
        self._end_rest()
        if getattr(self.cycle, "more_body", False):  # there may have been no request before
            self.cycle.more_body = False  # uvicorn doesn't note it when it has answered already

    def on_response_complete(self) -> None:
        """Begin to wait for what is left of the body if it was answered before its end."""
        super().on_response_complete()
        if self.transport.is_closing():
            self._watch_the_end()
        elif self.cycle.response_complete and self.cycle.more_body:
            self._rest_timer = self.loop.call_later(REST_SECONDS, self._close)

    def handle_websocket_upgrade(self) -> None:
        """Hand the connection over, unless an answer is still on its way: its rest would end among the frames.

        Nor would who takes over be told that the connection is full: the transport has told us, and tells it once.
        """
        is_answered = getattr(self.cycle, "response_complete", True)  # there may have been no request before
        is_full = self._reader is not None
        if not is_answered or is_full or self.transport.get_write_buffer_size() > MOST_LEFT:
            self.transport.abort()
        else:
            self._handed_over = True
            super().handle_websocket_upgrade()

    def pause_writing(self) -> None:
        """Begin to wait for the reader."""
        super().pause_writing()
        self._await_read()

    def resume_writing(self) -> None:
        """See that the reader reads."""
        self._end_read()
        super().resume_writing()
        if self.transport.is_closing():
            self._watch_the_end()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that has asked nothing for long."""
        super().timeout_keep_alive_handler()
        if self.transport.is_closing():
            self._watch_the_end()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._under_way = cycle
        super()._start_asgi_task(cycle, app)

    @property
    def _asks_nothing(self) -> bool:
        """Whether the last request is over and answered, and no other has begun."""
        if self._handed_over or self.timeout_keep_alive_task or self.transport.is_closing():
            return False
        cycle = self.cycle
        return getattr(cycle, "response_complete", True) and not getattr(cycle, "more_body", False)

    def _await_head(self, too_late: Callable[[], None]) -> None:
        self._end_head()
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(HEAD_SECONDS, too_late)

    def _end_head(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None

    def _end_rest(self) -> None:
        if self._rest_timer:
            self._rest_timer.cancel()
            self._rest_timer = None

    def _watch_the_end(self) -> None:
        """Wait for the reader: what is closed stays open until they have taken the last of it."""
        if self._reader is None and self.transport.get_write_buffer_size():
            self._await_read()

    def _close(self) -> None:
        self.transport.close()
        self._watch_the_end()

    def _await_read(self) -> None:
        self._end_read()
        self._reader = SlowReader(self.transport, READ_SECONDS, MOST_READ_SECONDS, self.transport.abort)

    def _end_read(self) -> None:
        if self._reader:
            self._reader.stop()
            self._reader = None

    def _refuse(self, status: bytes) -> None:
        self._end_head()
        if not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            self._close()
