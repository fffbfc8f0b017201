"""A bare client of the live door that costs next to nothing: one process plays a crowd with it."""

import asyncio
import json
import socket
from collections.abc import Mapping
from typing import Any, Self, cast
from urllib.parse import urlsplit

from tests.live_client import PATH, RefusalError

_TEXT, _CLOSE = 0x81, 0x88

Reply = dict[str, Any]


def text_frame(text: str) -> bytes:
    """Return a text as a client's frame; its mask is zero, which the protocol allows and nobody need compute."""
    payload = text.encode()
    length = len(payload)
    if length < 126:
        return bytes([_TEXT, 0x80 | length, 0, 0, 0, 0]) + payload
    return bytes([_TEXT, 0x80 | 126]) + length.to_bytes(2, "big") + bytes(4) + payload


class Wire(asyncio.Protocol):
    """One WebSocket. It answers pings unless told not to; whoever wants to hear events overrides `hear`.

    `closed` is done when the connection is gone; `reason` then is the close frame's, empty if there was none.
    """

    transport: asyncio.Transport

    def __init__(self) -> None:
        self.answers_pings = True
        self.reason = ""
        self.me: dict[str, str] = {}
        self.token = ""
        loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[None] = loop.create_future()
        self._welcomed: asyncio.Future[None] = loop.create_future()
        self._head = ""
        self._auth = ""
        self._upgraded = False
        self._rest = b""
        self._asked = 0
        self._acks: dict[int, asyncio.Future[Reply]] = {}

    @classmethod
    async def come_in(
        cls, url: str, *more: Any, source: str = "127.0.0.1", receive_buffer: int = 0, **auth: str
    ) -> Self:
        """Connect as a new guest (`name="Ann"`) or somebody known (`token=…`); `more` goes to the class.

        Raises ConnectionError if the connection is gone before one is welcome.
        """
        wire = cls(*more)
        parts = urlsplit(url)
        wire._head = f"GET {PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        wire._auth = json.dumps(auth)
        raw = socket.socket()
        if receive_buffer:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        raw.setblocking(False)
        raw.bind((source, 0))
        loop = asyncio.get_running_loop()
        await loop.sock_connect(raw, (parts.hostname, parts.port))
        await loop.create_connection(lambda: wire, sock=raw)
        await asyncio.wait({wire._welcomed, wire.closed}, return_when=asyncio.FIRST_COMPLETED)
        if not wire._welcomed.done():
            raise ConnectionError(f"not let in: {wire._rest!r}")
        return wire

    def hear(self, payload: bytes) -> None:
        """Take an event as it came: `42["name",{…}]`."""

    def pinged(self) -> None:
        """Answer a ping."""
        if self.answers_pings:
            self.say("3")

    def acknowledged(self, number: int, payload: bytes) -> None:
        """Take the answer to a command: `[{"ok":…}]`."""
        self._acks.pop(number).set_result(json.loads(payload)[0])

    def say(self, packet: str) -> None:
        """Send a packet."""
        self.transport.write(text_frame(packet))

    def command(self, name: str, fields: Mapping[str, Any]) -> int:
        """Send a command; return the number of its acknowledgement."""
        self._asked += 1
        self.say(f"42{self._asked}" + json.dumps([name, fields]))
        return self._asked

    async def ask(self, name: str, **fields: Any) -> Reply:
        """Return a command's reply. Raises RefusalError, or ConnectionError (the reason) if the connection goes."""
        future: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._acks[self.command(name, fields)] = future
        either: set[asyncio.Future[Any]] = {future, self.closed}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            raise ConnectionError(self.reason)
        reply = future.result()
        if not reply["ok"]:
            raise RefusalError(reply["error"])
        return reply

    def cut(self) -> None:
        """Break off, as if the machine had gone: the server reads a reset."""
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.transport.abort()

    async def close(self) -> None:
        """Close in order: the packet, then whatever the server says to that."""
        self.say("1")
        await self.closed

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the upgrade."""
        self.transport = cast("asyncio.Transport", transport)
        key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        self.transport.write((self._head + key).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take in bytes; whole frames are heard."""
        data = self._rest + data if self._rest else data
        if not self._upgraded:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end or not head.startswith(b"HTTP/1.1 101"):
                self._rest = head + end + data
                return
            self._upgraded = True
        self._rest = data[self._take_frames(data) :]

    def _take_frames(self, data: bytes) -> int:
        """Take the frames that are whole; return where the rest begins."""
        start, end = 0, len(data)
        while end - start >= 2:
            length, body = data[start + 1], start + 2
            if length >= 126:
                body += 2 if length == 126 else 8
                length = int.from_bytes(data[start + 2 : body], "big")
            if body + length > end:
                break
            if data[start] == _TEXT:
                self._take(data[body : body + length])
            elif data[start] == _CLOSE:
                self.reason = data[body + 2 : body + length].decode()
                self.transport.close()
            start = body + length
        return start

    def _take(self, payload: bytes) -> None:
        if payload == b"2":
            self.pinged()
        elif payload[:2] == b"43":
            number, _, answer = payload[2:].partition(b"[")
            self.acknowledged(int(number), b"[" + answer)
        elif self._welcomed.done():
            self.hear(payload)
        else:
            self._shake_hands(payload)

    def _shake_hands(self, payload: bytes) -> None:
        if payload[:1] == b"0":
            self.say("40" + self._auth)
        elif payload[:3] != b"40{":
            assert payload[:11] == b'42["welcome', payload
            welcome = json.loads(payload[2:])[1]
            self.me, self.token = welcome["me"], welcome.get("token", "")
            self._welcomed.set_result(None)
