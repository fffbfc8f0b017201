"""A client of the live door that says exactly what a test wants said, byte by byte, and hides nothing of the answer."""

import contextlib
import json
import socket
import struct
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Protocol, Self

import httpx2
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import CONNECTING
from websockets.uri import parse_uri

from tests.metrics import measures

TARGET = "/socket.io/?EIO=4&transport=websocket"
PATIENCE = 30.0
"""Seconds after which something has not happened."""


class Reachable(Protocol):
    """A server, wherever it runs."""

    @property
    def url(self) -> str:
        """Its address, as a browser knows it."""

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, for bare sockets."""


class RawClient:
    """One TCP connection to a server, and a WebSocket on it if it is asked for.

    Between two ends on one machine the system keeps much for who doesn't read; for one who is `far`, it doesn't.
    """

    def __init__(self, server: Reachable, *, receive_buffer: int = 0, far: bool = False) -> None:
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        if far:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1460)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(server.address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._protocol = ClientProtocol(parse_uri(f"ws://{server.url.removeprefix('http://')}/"), max_size=None)
        self._frames: list[Frame] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    # What it says

    def request(self, target: str = TARGET, method: str = "GET", **headers: str) -> bytes:
        """Return the head of a request for a WebSocket."""
        request = self._protocol.connect()
        lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.raw_items())]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def ask(self, target: str = TARGET, method: str = "GET", **headers: str) -> int:
        """Ask for a WebSocket; return the status of the answer."""
        self._protocol.state = CONNECTING
        self.send(self.request(target, method, **headers))
        return int(self._read_head().split()[1])

    def open(self, sid: str = "", **headers: str) -> Self:
        """Open a WebSocket, for a socket that is there already if a sid is given."""
        assert self.ask(TARGET + (f"&sid={sid}" if sid else ""), **headers) == 101
        if not sid:
            assert self.text().startswith("0{")
        return self

    def come_in(self, **auth: str) -> Self:
        """Open a WebSocket and connect to the chat."""
        self.open()
        self.say("40" + json.dumps(auth))
        assert self.text().startswith("40{")
        assert self.text().startswith('42["welcome"')
        return self

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.socket.sendall(data)

    def say(self, *packets: str | bytes) -> None:
        """Send each packet in a frame."""
        self.send(b"".join(frame(packet) for packet in packets))

    def command(self, name: str, ack: int | None = None, **fields: Any) -> None:
        """Send a command."""
        self.say(command(name, ack, **fields))

    def ask_for(self, name: str, **fields: Any) -> dict[str, Any]:
        """Carry out a command and return its reply; what else comes meanwhile is lost."""
        self.command(name, 7, **fields)
        while not (text := self.text()).startswith("437"):
            pass
        (reply,) = json.loads(text.removeprefix("437"))
        assert reply.pop("ok"), reply
        answer: dict[str, Any] = reply
        return answer

    def cut(self) -> None:
        """Break off, as if the machine had gone: the server reads a reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    # What it hears

    def frames(self) -> Iterator[Frame]:
        """Wait for frames until the connection ends."""
        while True:
            while self._frames:
                yield self._frames.pop(0)
            try:
                data = self.socket.recv(65_536)
            except ConnectionResetError:
                return
            if not data:
                return
            self._feed(data)

    def text(self) -> str:
        """Wait for the next packet, and return it; pings are answered."""
        for each in self.frames():
            assert each.opcode is not Opcode.CLOSE, bytes(each.data)
            text = bytes(each.data).decode()
            if text != "2":
                return text
            self.say("3")
        raise AssertionError("the connection has ended")

    def events(self) -> Iterator[dict[str, Any]]:
        """Wait for events."""
        while True:
            text = self.text()
            if text.startswith("42"):
                yield json.loads(text[2:])[1]

    def closed(self) -> tuple[int, str] | None:
        """Wait for the end; return code and reason, None if the connection broke off without any."""
        found = None
        for each in self.frames():
            if each.opcode is Opcode.CLOSE:
                data = bytes(each.data)
                found = int.from_bytes(data[:2], "big"), data[2:].decode()
                with contextlib.suppress(OSError):  # it may have closed the connection already
                    self.send(frame(data, Opcode.CLOSE))
        return found

    def ended(self) -> bytes:
        """Wait for the end, and return all that came before it."""
        data = b""
        while True:
            try:
                piece = self.socket.recv(65_536)
            except ConnectionResetError:
                return data
            if not piece:
                return data
            data += piece

    def _read_head(self) -> str:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(65_536)
            assert piece, f"no answer but {data!r}"
            data += piece
        head, _, _ = data.partition(b"\r\n\r\n")
        self._feed(data)
        return head.decode()

    def _feed(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        self._protocol.data_to_send()
        self._frames += [each for each in self._protocol.events_received() if isinstance(each, Frame)]


class RawPoller:
    """A socket that polls."""

    def __init__(self, server: Reachable, cookie: str = "") -> None:
        self.url = f"{server.url}/socket.io/?EIO=4&transport=polling"
        headers = {"Cookie": cookie} if cookie else None
        self.http = httpx2.Client(timeout=PATIENCE, headers=headers, verify=False)  # loading certificates takes longest
        answer = self.http.get(self.url)
        assert answer.status_code == 200, answer.text
        self.sid: str = json.loads(answer.text[1:])["sid"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def come_in(self, **auth: str) -> Self:
        """Connect to the chat."""
        assert self.post("40" + json.dumps(auth)).text == "ok"
        heard = ""
        while "welcome" not in heard:
            heard += self.poll().text
        return self

    def poll(self, **headers: str) -> httpx2.Response:
        """Wait for what is owed."""
        return self.http.get(f"{self.url}&sid={self.sid}", headers=headers)

    def post(self, body: str | bytes, **headers: str) -> httpx2.Response:
        """Send a payload."""
        return self.http.post(f"{self.url}&sid={self.sid}", content=body, headers=headers)


def frame(data: str | bytes, opcode: Opcode | None = None, *, fin: bool = True) -> bytes:
    """Return a frame as a client sends it; text or binary as the data is, unless told otherwise."""
    if opcode is None:
        opcode = Opcode.TEXT if isinstance(data, str) else Opcode.BINARY
    return Frame(opcode, data.encode() if isinstance(data, str) else data, fin).serialize(mask=True)


def command(name: str, ack: int | None = None, **fields: Any) -> str:
    """Return a command as a packet."""
    return f"42{'' if ack is None else ack}{json.dumps([name, fields])}"


def measure(server: Reachable) -> dict[str, float]:
    """Return what the server counts of the live door."""
    return {name: value for name, value in measures(server).items() if name.startswith(("hubbub_live_", "hubbub_hub_"))}


def left_over(server: Reachable, before: dict[str, float]) -> dict[str, float]:
    """Return what there is more of than before; less is no leak: a room is forgotten after a minute."""
    return {name: value for name, value in measure(server).items() if value > before[name]}
