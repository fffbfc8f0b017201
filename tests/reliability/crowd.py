"""A crowd at the live door: readers of one room who cost the machine little, so that thousands fit beside a server."""

import asyncio
import hashlib
import json
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from hubbub.core.room import Lifetime
from hubbub.core.user import User
from hubbub.store.base import NewRoom
from hubbub.store.sqlite import SqliteStore
from hubbub.store.sqlite.files import prepare
from tests.reliability.trickle import UPGRADE

EPOCH = "epoch"
CODE = "MANY"
OWNER = User("owner", "Owner")
AT_ONCE = 65_536
"""Bytes that are read at once, unless told otherwise."""

_SEQ = re.compile(rb'"seq":(\d+)')


@dataclass(eq=False)
class Reader:
    """Somebody who reads the room `MANY` up to the seq `since`; `faults` has whatever can't be true of its log."""

    token: str
    since: int = 0
    connections: int = 0
    told: int = 0
    faults: list[str] = field(default_factory=list)

    def take(self, seq: int) -> None:
        """Take in an event."""
        if seq != self.since + 1:
            self.faults.append(f"{self.token}: seq {seq} came after {self.since}")
        self.since = seq
        self.told += 1


async def gather_crowd(path: Path, people: int) -> list[Reader]:
    """Make a database with a room and so many members who have read it up to now."""
    prepare(path, lambda _: None)
    async with SqliteStore.open(path) as store:
        now = time.time_ns() // 1_000_000
        await store.add_guest(OWNER, _hash(OWNER.id), now)
        await store.add_room(NewRoom(CODE, EPOCH, "", False, None, Lifetime.KEPT, None, OWNER, now))
        users = [User(f"user{number}", f"Person {number}") for number in range(people)]
        await asyncio.gather(*(store.add_guest(user, _hash(user.id), now) for user in users))
        await asyncio.gather(*(store.add_member(CODE, user, now) for user in users))
        room = await store.find_room(CODE)
        assert room
    return [Reader(user.id, room.last_seq) for user in users]


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class Connection(asyncio.BufferedProtocol):
    """One connection of a reader: `live` when it has caught up, `gone` when it has ended, with the server's reason.

    It reads `at_once` bytes, then waits for `pace` seconds before it reads on.
    """

    transport: asyncio.Transport

    def __init__(self, reader: Reader, at_once: int = AT_ONCE, pace: float = 0.0) -> None:
        self._loop = asyncio.get_running_loop()
        self.live: asyncio.Future[None] = self._loop.create_future()
        self.gone: asyncio.Future[str] = self._loop.create_future()
        self.pace = pace
        self._reader = reader
        self._buffer = memoryview(bytearray(at_once))
        self._bytes = bytearray()
        self._early: list[int] | None = []
        self._in_pages = 0
        self._why = "cut"
        self._take: Callable[[], bool] = self._shake_hands

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for an upgrade."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(UPGRADE.encode())

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self.gone.set_result(self._why)
        if not self.live.done():
            self.live.set_exception(ConnectionResetError(self._why))
            self.live.exception()  # whoever connects may have given up

    def get_buffer(self, sizehint: int) -> memoryview:
        """Read so much at most."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take in what is whole."""
        self._bytes += self._buffer[:nbytes]
        while self._take():
            pass
        if self.pace:
            self.stop_reading()
            self._loop.call_later(self.pace, self.read_on)

    def stop_reading(self) -> None:
        """Read nothing from now on."""
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def read_on(self) -> None:
        """Read again."""
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def _shake_hands(self) -> bool:
        end = self._bytes.find(b"\r\n\r\n")
        if end < 0:
            return False
        if not self._bytes.startswith(b"HTTP/1.1 101 "):
            self._why = self._bytes[:12].decode()
            self.transport.abort()
            return False
        del self._bytes[: end + 4]
        self._take = self._take_frame
        return True

    def _take_frame(self) -> bool:
        data = self._bytes
        if len(data) < 2:
            return False
        start = {126: 4, 127: 10}.get(data[1], 2)
        size = int.from_bytes(data[2:start], "big") if start > 2 else data[1]
        if len(data) < max(start, start + size):
            return False
        payload, is_close = bytes(data[start : start + size]), data[0] == 0x88
        del data[: start + size]
        if is_close:
            self._why = payload[2:].decode()
            self.transport.close()
        else:
            self._hear(payload)
        return True

    def _hear(self, packet: bytes) -> None:
        if packet.startswith(b"42") and not packet.startswith(b'42["welcome"'):
            if found := _SEQ.search(packet, 0, 200):
                self._hear_event(int(found[1]))
        elif packet == b"2":
            self._say("3")
        elif packet.startswith(b"0"):
            self._say("40" + json.dumps({"token": self._reader.token}))
        elif packet.startswith(b"42"):
            self._command("join_room", since=self._reader.since, epoch=EPOCH)
        elif packet.startswith(b"431"):
            self._read_page(json.loads(packet[3:])[0])
        elif not packet.startswith(b"40"):
            self._reader.faults.append(f"what is {packet[:80]!r}?")

    def _hear_event(self, seq: int) -> None:
        """Keep what comes before all pages have; what was in one of them may come once more, as the documents say."""
        if self._early is not None:
            self._early.append(seq)
        elif seq > self._in_pages:
            self._reader.take(seq)

    def _read_page(self, page: dict[str, Any]) -> None:
        if not page["ok"] or page.get("reset"):
            self._reader.faults.append(f"{self._reader.token} got {str(page)[:200]}")
            self.transport.abort()
            return
        for event in page["events"]:
            self._reader.take(event["seq"])
        if page["more"]:
            self._command("events", since=self._reader.since)
            return
        early, self._early, self._in_pages = self._early or [], None, self._reader.since
        for seq in early:
            self._hear_event(seq)
        self._reader.connections += 1
        self.live.set_result(None)

    def _command(self, name: str, **fields: Any) -> None:
        self._say("421" + json.dumps([name, {"code": CODE, **fields}]))

    def _say(self, packet: str) -> None:
        text = packet.encode()
        size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
        self.transport.write(b"\x81" + size + bytes(4) + text)  # masked with zeros


async def come_in(
    reader: Reader, address: tuple[str, int], *, source: str = "127.0.0.1", far: bool = False, **how: Any
) -> Connection:
    """Connect from an address of this machine, and catch up. Raises OSError if that isn't possible.

    Between two ends on one machine the system keeps megabytes for who doesn't read; for one who is `far`, it doesn't.
    """
    line = socket.socket()
    try:
        line.setblocking(False)
        if far:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 1460)
        line.bind((source, 0))
        loop = asyncio.get_running_loop()
        await loop.sock_connect(line, address)
        _, connection = await loop.create_connection(lambda: Connection(reader, **how), sock=line)
    except BaseException:
        line.close()
        raise
    try:
        await connection.live
    except BaseException:
        connection.transport.abort()
        raise
    return connection
