"""A reader who is behind: let go of when they take too little, or aren't done after a long while."""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable

LEAST_RATE = 4_000
"""Bytes a second of which one that reads takes more, on however slow a line."""

_ACKED = slice(120, 128)
"""Where `struct tcp_info` has `tcpi_bytes_acked`."""


class SlowReader:
    """Watches a connection that is full until `stop`; `give_up` is called if nobody seems to read there.

    Every so many seconds it looks how much was taken since; after the most seconds that is of no interest any more.
    """

    def __init__(
        self, transport: asyncio.Transport, seconds: float, most_seconds: float, give_up: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport, self._seconds, self._give_up = transport, seconds, give_up
        self._until = self._loop.time() + most_seconds
        self._wait(taken(transport))

    def stop(self) -> None:
        """Look no more."""
        self._timer.cancel()

    def _wait(self, so_far: int) -> None:
        self._so_far = so_far
        self._timer = self._loop.call_later(self._seconds, self._look)

    def _look(self) -> None:
        now = taken(self._transport)
        if now - self._so_far > LEAST_RATE * self._seconds and self._loop.time() < self._until:
            self._wait(now)
        else:
            self._give_up()


def taken(transport: asyncio.Transport) -> int:
    """Return what the other end has taken, in bytes since some time or other.

    Linux tells it exactly, under TLS too. Elsewhere what still waits here has to do, which gets less by leaps.
    """
    line = transport.get_extra_info("socket")
    if sys.platform == "linux" and line:
        with contextlib.suppress(OSError):  # a Unix socket
            told: bytes = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _ACKED.stop)
            if len(told) == _ACKED.stop:
                return int.from_bytes(told[_ACKED], sys.byteorder)
    return -transport.get_write_buffer_size()
