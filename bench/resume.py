"""How long it takes until everybody is live again when all have lost their connection at once."""

import asyncio
import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bench.figure import Figure, percentile
from bench.filling import run
from bench.process import cpu_seconds
from hubbub.core.room import Lifetime
from hubbub.core.user import User
from hubbub.store.base import NewRoom
from hubbub.store.sqlite import SqliteStore
from hubbub.store.sqlite.files import prepare
from tests.server_process import ServerProcess, free_port

PEOPLE = 5_000
ROOMS = 50
AT_ONCE = 1_000
"""Connections that wait for the server at any time: more would be refused by the system's queue, and try again."""

MOST_SECONDS = 10.0

EPOCH = "epoch"
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
    b"Host: bench\r\n"
    b"Connection: Upgrade\r\n"
    b"Upgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


def measure() -> list[Figure]:
    """Measure a cut of all connections, and a crash of the server."""
    with tempfile.TemporaryDirectory() as folder:
        return run(_measure(Path(folder)))


async def _measure(data: Path) -> list[Figure]:
    people = await _fill(data / "hubbub.db")
    port = str(free_port())
    server = ServerProcess(data, port=port, throttle="off", log_level="warning")
    try:
        connections = (await _wave(people, server)).connections
        _cut(connections)
        cut = await _wave(people, server)
        server.kill()
        server = ServerProcess(data, port=port, throttle="off", log_level="warning")
        crash = await _wave(people, server)
        _cut(crash.connections)
    finally:
        server.kill()
    return [*cut.figures("a cut"), *crash.figures("a crash")]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was in a room up to a seq."""

    token: str
    code: str
    since: int


@dataclass(frozen=True, slots=True)
class Wave:
    """Everybody came back; `waits` is how long each one did, in seconds."""

    connections: "list[Returning]"
    waits: list[float]
    seconds: float
    cpu: float

    def figures(self, after: str) -> list[Figure]:
        """Return what it took."""
        each = self.cpu / len(self.waits) * 1e6
        return [
            Figure(f"{len(self.waits):,} back after {after}", self.seconds, "s", MOST_SECONDS),
            Figure(f"the same, p99 of {AT_ONCE:,} at once", percentile(self.waits, 99) * 1000, "ms"),
            Figure("the same, CPU for each", each, "µs"),
        ]


async def _fill(path: Path) -> list[Person]:
    """Make a database with rooms full of people who have read everything."""
    prepare(path, lambda _: None)
    async with SqliteStore.open(path) as store:
        owner = User("owner", "Owner")
        await store.add_guest(owner, b"owner", 0)
        codes = [f"AA{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(ROOMS)]
        for code in codes:
            await store.add_room(NewRoom(code, EPOCH, "", False, None, Lifetime.KEPT, None, owner, 0))
        now = time.time_ns() // 1_000_000
        users = [User(f"user{number}", f"Person {number}") for number in range(PEOPLE)]
        places = [codes[number % ROOMS] for number in range(PEOPLE)]
        await asyncio.gather(*(store.add_guest(user, _hash(user.id), now) for user in users))
        joining = zip(places, users, strict=True)
        await asyncio.gather(*(store.add_member(code, user, now) for code, user in joining))
        last = {code: room.last_seq for code in codes if (room := await store.find_room(code))}
    return [Person(user.id, code, last[code]) for user, code in zip(users, places, strict=True)]


async def _wave(people: list[Person], server: ServerProcess) -> Wave:
    """Let everybody come back."""
    host, port = server.address
    at_once, waits = asyncio.Semaphore(AT_ONCE), []
    loop, used, began = asyncio.get_running_loop(), cpu_seconds(server.process.pid), time.perf_counter()

    async def come_back(person: Person) -> Returning:
        async with at_once:
            started = time.perf_counter()
            _, connection = await loop.create_connection(lambda: Returning(person), host, port)
            await connection.live
            waits.append(time.perf_counter() - started)
        return connection

    connections = await asyncio.gather(*map(come_back, people))
    seconds, cpu = time.perf_counter() - began, cpu_seconds(server.process.pid) - used
    return Wave(connections, waits, seconds, cpu)


def _cut(connections: "list[Returning]") -> None:
    for connection in connections:
        connection.transport.abort()


class Returning(asyncio.Protocol):
    """A connection of somebody who comes back: it says what a client says, and costs the machine little."""

    transport: asyncio.Transport

    def __init__(self, person: Person) -> None:
        self.live: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._person = person
        self._bytes = b""
        self._take: Callable[[bytes], bytes] = self._shake_hands

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for an upgrade."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(UPGRADE)

    def connection_lost(self, exc: Exception | None) -> None:
        """Notice that it wasn't let in."""
        if not self.live.done():
            self.live.set_exception(RuntimeError(f"hung up on after {self._bytes!r}"))

    def data_received(self, data: bytes) -> None:
        """Take in what is whole."""
        if not self.live.done():
            self._bytes = self._take(self._bytes + data)

    def _shake_hands(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            return data
        if not head.startswith(b"HTTP/1.1 101 "):
            raise RuntimeError(f"refused: {head!r}")
        self._take = self._take_frames
        return self._take_frames(rest)

    def _take_frames(self, data: bytes) -> bytes:
        while len(data) > 10 or (len(data) > 1 and data[1] < 126):
            start = {126: 4, 127: 10}.get(data[1], 2)
            size = int.from_bytes(data[2:start], "big") if start > 2 else data[1]
            if len(data) < start + size:
                break
            self._hear(data[start : start + size])
            data = data[start + size :]
        return data

    def _hear(self, packet: bytes) -> None:
        if packet.startswith(b"0"):
            self._say("40", {"token": self._person.token})
        elif packet.startswith(b'42["welcome"'):
            fields = {"code": self._person.code, "since": self._person.since, "epoch": EPOCH}
            self._say("421", ["join_room", fields])
        elif packet.startswith(b"431"):
            (reply,) = json.loads(packet[3:])
            if not reply["ok"] or reply["reset"]:
                raise RuntimeError(f"not resumed: {reply}")
            self.live.set_result(None)

    def _say(self, packet: str, data: Any) -> None:
        text = packet.encode() + json.dumps(data).encode()
        size = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
        self.transport.write(b"\x81" + size + bytes(4) + text)  # masked with zeros


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
