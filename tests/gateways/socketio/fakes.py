"""Stand-ins for what is around the live door: a network, an application, a loop whose time is moved by hand."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from hubbub.gateways.socketio.engine import Engine
from hubbub.gateways.socketio.namespace import Client, RefusedError
from hubbub.gateways.socketio.origin import anywhere
from hubbub.gateways.socketio.settings import EngineSettings
from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.gateways.socketio.websocket import WebSocketTransport

SETTINGS = EngineSettings(may_connect=anywhere(), cookie="login")


def counting() -> Callable[[int], bytes]:
    """Return chance without any: the first bytes are all 1, the next all 2."""
    calls = iter(range(1, 256))
    return lambda size: bytes([next(calls)]) * size


class FakeCarrier:
    """A transport of the engine: it remembers what it is owed, and how it ended."""

    name = "fake"

    def __init__(self) -> None:
        self.full = False
        self.hears = True
        self.owed: list[bytes] = []
        self.at_once = 0
        self.end: tuple[int, str] | str | None = None
        self.ended = asyncio.Event()
        self.released = False

    def frame(self, payload: bytes) -> bytes:
        return payload

    def binary_frame(self, data: bytes) -> bytes:
        return b"b" + data

    def owe(self, frames: bytes) -> None:
        self.owed.append(frames)

    def push(self, frames: bytes) -> None:
        self.at_once += 1
        self.owed.append(frames)

    def close(self, code: int, reason: str) -> None:
        self.end = (code, reason)
        self.ended.set()

    def abort(self) -> None:
        self.end = "aborted"
        self.ended.set()

    def release(self) -> None:
        self.released = True

    def retain(self) -> None:
        self.released = False

    def hand_over(self) -> list[str | bytes]:
        owed, self.owed = self.owed, []
        return [data[1:] if data.startswith(b"b") else data.decode() for data in owed]


class FakeReceiver:
    """Hears a socket's messages."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.error: Exception | None = None

    def text(self, text: str) -> None:
        self.heard.append(text)
        if self.error:
            raise self.error

    def binary(self, data: bytes) -> None:
        self.text(cast("str", data))

    def resumed(self) -> None:
        self.heard.append("resumed")

    def closed(self, reason: str) -> None:
        self.heard.append(("closed", reason))


class FakeApplication:
    """Stands behind a namespace: it remembers what it hears, and lets in whoever has no `refuse` in their auth."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.clients: list[Client] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def connect(self, client: Client, auth: dict[str, Any]) -> None:
        self.heard.append(("connect", auth))
        await self.may_go_on.wait()
        if "refuse" in auth:
            raise RefusedError(auth["refuse"], auth.get("data"))

    def connected(self, client: Client) -> None:
        self.clients.append(client)

    def event(self, client: Client, name: str, args: list[Any], ack: int | None) -> None:
        self.heard.append((name, args, ack))

    def resumed(self, client: Client) -> None:
        self.heard.append("resumed")

    def disconnected(self, client: Client, reason: str) -> None:
        self.clients.remove(client)
        self.heard.append(("disconnected", reason))


class FakeLoop:
    """A loop that only keeps time; it may ring a little early, as uvloop does, and its handles know no `when`."""

    def __init__(self, early: float = 0.0) -> None:
        self.now = 100.0
        self.rung = 0
        self._early = early
        self._calls: list[tuple[float, Callable[[], None], asyncio.Handle]] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None], /) -> asyncio.Handle:
        handle = asyncio.Handle(callback, (), asyncio.get_running_loop())
        self._calls.append((when - self._early, callback, handle))
        return handle

    @property
    def waiting(self) -> int:
        """How many calls are still to come."""
        return sum(not handle.cancelled() for _, _, handle in self._calls)

    def be_late(self, seconds: float) -> None:
        """Let the next call ring that much too late, as on a busy machine."""
        self.now = min(when for when, _, handle in self._calls if not handle.cancelled()) + seconds
        self.advance(0)

    def advance(self, seconds: float) -> None:
        """Let time pass, and do what is due on the way."""
        until = self.now + seconds
        while self._calls and min(when for when, _, _ in self._calls) <= until:
            call = min(self._calls, key=lambda call: call[0])
            self._calls.remove(call)
            self.now = max(self.now + self._early / 3, call[0])
            if not call[2].cancelled():
                self.rung += 1
                assert self.rung < 1000, "it rings without end"
                call[1]()
        self.now = until


class FakeNetwork(asyncio.Transport):
    """asyncio's end of a connection: it remembers what is written, and is full when told so."""

    def __init__(self, peer: object = ("192.0.2.7", 5), *, half_close: bool = True, line: object = None) -> None:
        super().__init__({"peername": peer, "socket": line})
        self.protocol: asyncio.Protocol | None = None
        self.writes: list[bytes] = []
        self.fills = False
        self.waiting = 0
        self.ended = False
        self.aborted = False
        self._half_close = half_close
        self._reading = True
        self._closing = False

    def write(self, data: Any) -> None:
        assert not self.ended, "RuntimeError: Cannot call write() after write_eof()"
        if not self._closing:
            self.writes.append(bytes(data))
        if self.fills and self.protocol:
            self.protocol.pause_writing()

    def can_write_eof(self) -> bool:
        return self._half_close

    def write_eof(self) -> None:
        self.ended = True

    def is_closing(self) -> bool:
        return self._closing

    def pause_reading(self) -> None:
        self._reading = False

    def resume_reading(self) -> None:
        self._reading = True

    def is_reading(self) -> bool:
        return self._reading

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        assert high

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def close(self) -> None:
        if not self._closing and self.protocol:
            self._closing = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def abort(self) -> None:
        self.aborted = True
        self.close()


class Peer:
    """A client at the other end of a WebSocketTransport, without a network between them."""

    def __init__(self, engine: Engine, network: FakeNetwork | None = None) -> None:
        self.network = network or FakeNetwork()
        self.state = ServerState()
        self.server = WebSocketTransport(engine, cast("Config", None), self.state)
        self.network.protocol = self.server
        self.client = ClientProtocol(parse_uri("ws://test/"))
        self.frames: list[Frame] = []
        self._read = 0
        self.server.connection_made(self.network)

    def ask(self, target: str = "/socket.io/?EIO=4&transport=websocket", method: str = "GET", **headers: Any) -> str:
        """Ask for an upgrade; return the status line."""
        request = self.client.connect()
        lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in request.headers.raw_items()]
        for name, values in headers.items():
            lines += [
                f"{name.replace('_', '-')}: {value}" for value in ([values] if isinstance(values, str) else values)
            ]
        self.server.data_received("\r\n".join([*lines, "", ""]).encode())
        self.client.events_received()
        self.client.data_to_send()
        answer = b"".join(self.network.writes)
        return answer.partition(b"\r\n")[0].decode()

    def open(self, sid: str = "", **headers: str) -> "Peer":
        """Open a WebSocket, for a socket that is there already if a sid is given."""
        target = "/socket.io/?EIO=4&transport=websocket" + (f"&sid={sid}" if sid else "")
        assert self.ask(target, **headers) == "HTTP/1.1 101 Switching Protocols"
        return self

    def send(self, *frames: bytes | str) -> None:
        """Send frames in one piece: text, or raw ones as `frame` makes them."""
        self.server.data_received(b"".join(frame(each) if isinstance(each, str) else each for each in frames))

    async def heard(self) -> list[str]:
        """Return the texts that have come since the last call, after a turn of the loop."""
        await turn()
        return [bytes(each.data).decode() for each in self._receive() if each.opcode is Opcode.TEXT]

    async def closed(self) -> tuple[int, str]:
        """Return code and reason of the close frame."""
        await turn()
        (close,) = [each for each in self._receive() if each.opcode is Opcode.CLOSE]
        data = bytes(close.data)
        return int.from_bytes(data[:2], "big"), data[2:].decode()

    def _receive(self) -> list[Frame]:
        new = b"".join(self.network.writes[self._read :])
        self._read = len(self.network.writes)
        self.client.receive_data(new)
        return [event for event in self.client.events_received() if isinstance(event, Frame)]


def frame(data: str | bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    """Return a frame as a client sends it."""
    return Frame(opcode, data.encode() if isinstance(data, str) else data, fin).serialize(mask=True)


async def turn(turns: int = 5) -> None:
    """Let the loop go round."""
    for _ in range(turns):
        await asyncio.sleep(0)


def make_socket(carrier: FakeCarrier | None = None, **more: Any) -> EngineSocket:
    """Return a socket on a fake transport."""
    ignore: Callable[[EngineSocket], None] = lambda _: None  # noqa: E731
    return EngineSocket("sid", "", "", carrier or FakeCarrier(), more.get("forget", ignore))


class FakeCrowd:
    """Counts by address, and keeps who is inside."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.inside: list[str] = []

    def enter(self, address: str) -> int:
        self.inside.append(address)
        return max(0, len(self.inside) - self.most)

    def leave(self, address: str) -> None:
        self.inside.remove(address)
