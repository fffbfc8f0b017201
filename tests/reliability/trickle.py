"""Clients that trickle: after a beginning that promises more, one drop after another, for ever."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import cast

from websockets.frames import Opcode

from tests.e2e.hostile.raw_client import frame

DROPS_APART = 0.2
"""Seconds."""

HEAD = "Host: here\r\n"
POLL = "/socket.io/?EIO=4&transport=polling"
WEBSOCKET = f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n{HEAD}"
UPGRADE = (
    f"{WEBSOCKET}Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
LENGTH = "Content-Length: 1000\r\n\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n\r\n"
LARGE_FRAME = frame("4" * 1000)[:8]
"""The head of a frame that promises a thousand bytes."""
CLOSE = b"\x88"
"""What a close frame begins with; nothing else that is said here has it."""


@dataclass(frozen=True)
class Trickle:
    """One kind: what it begins with, what it begins with once it has been answered, and the drop."""

    first: str
    then: bytes = b""
    drop: bytes = b"x"


TRICKLES: dict[str, Trickle] = {
    "a request line": Trickle("GET /"),
    "a header": Trickle(f"GET / HTTP/1.1\r\n{HEAD}X-More: "),
    "many headers": Trickle(f"GET / HTTP/1.1\r\n{HEAD}", drop=b"X: y\r\n"),
    "a body": Trickle(f"POST /api/v1/guests HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\n{LENGTH}", drop=b" "),
    "chunks of a body": Trickle(
        f"POST /api/v1/guests HTTP/1.1\r\n{HEAD}Content-Type: application/json\r\n{CHUNKED}", drop=b"1\r\n \r\n"
    ),
    "a form": Trickle(f"POST / HTTP/1.1\r\n{HEAD}Content-Type: application/x-www-form-urlencoded\r\n{LENGTH}"),
    "a body that nobody waits for": Trickle(f"GET /healthz HTTP/1.1\r\n{HEAD}{LENGTH}"),
    "a body of a path that isn't there": Trickle(f"POST /nowhere HTTP/1.1\r\n{HEAD}{LENGTH}"),
    "line ends between requests": Trickle(f"GET /healthz HTTP/1.1\r\n{HEAD}\r\n", drop=b"\r\n"),
    "a second request": Trickle(f"GET /healthz HTTP/1.1\r\n{HEAD}\r\n", b"GET / HTTP/1.1\r\nX-More: "),
    "a poll's post": Trickle(f"POST {POLL}&sid={{sid}} HTTP/1.1\r\n{HEAD}{LENGTH}"),
    "a WebSocket's handshake": Trickle(f"{WEBSOCKET}Upgrade: websocket\r\nX-More: "),
    "a WebSocket's first frame": Trickle(UPGRADE, LARGE_FRAME),
    "fragments of a WebSocket's first message": Trickle(
        UPGRADE, frame("4", fin=False), frame("", Opcode.CONT, fin=False)
    ),
    "a frame of somebody who is in": Trickle(UPGRADE, frame('40{"name":"Ann"}') + LARGE_FRAME),
}


class Trickler(asyncio.Protocol):
    """One connection; `ended` gives the seconds after which the server let go of it: hung up, or sent a close frame."""

    def __init__(self, kind: Trickle, sid: str = "") -> None:
        self._kind, self._sid = kind, sid
        self._loop = asyncio.get_running_loop()
        self._began = monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self._heard = b""
        self.ended: asyncio.Future[float] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(self._kind.first.replace("{sid}", self._sid).encode())
        if not self._kind.then:
            self._drip()

    def data_received(self, data: bytes) -> None:
        """Go on to the second beginning when the first is answered."""
        waiting = self._kind.then and not self._timer
        self._heard += data
        if waiting and b"\r\n\r\n" in self._heard:
            self.transport.write(self._kind.then)
            self._drip()
        if self._kind.first is UPGRADE and CLOSE in data:
            self.connection_lost(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take the time."""
        if self._timer:
            self._timer.cancel()
        if not self.ended.done():
            self.ended.set_result(monotonic() - self._began)

    def _drip(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(self._kind.drop)
            self._timer = self._loop.call_later(DROPS_APART, self._drip)
