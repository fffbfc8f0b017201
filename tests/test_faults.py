"""The fault kit does what it says: each fault really happens, and is over at the end."""

import asyncio
import errno
import os
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic

import httpx2
import pytest

from tests.faults import Proxy, locked, no_larger_files, own_clock, small_disk
from tests.people import Person
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def echo() -> AsyncIterator[Proxy]:
    """Give a proxy in front of a server that sends everything back, and ends when its client does."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server, Proxy((host, port)) as proxy:
        yield proxy


@asynccontextmanager
async def stream(proxy: Proxy) -> AsyncIterator[Stream]:
    """Connect, and see that the way is open."""
    reader, writer = await asyncio.open_connection(*proxy.address)
    try:
        await say(writer, b"hello")
        assert await reader.readexactly(5) == b"hello"
        yield reader, writer
    finally:
        writer.transport.abort()


async def say(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def silent(reader: asyncio.StreamReader) -> bool:
    """Tell whether nothing comes for a while, not even the end."""
    try:
        async with asyncio.timeout(0.3):
            await reader.read(1)
    except TimeoutError:
        return True
    return False


async def test_a_delay_makes_bytes_late_but_not_fewer() -> None:
    async with echo() as proxy, stream(proxy) as (reader, writer):
        proxy.delay(0.2)
        began = monotonic()
        await say(writer, bytes(300_000))
        assert await reader.readexactly(300_000) == bytes(300_000)
        assert monotonic() - began >= 0.4, "there and back"


async def test_what_is_dropped_never_comes() -> None:
    async with echo() as proxy, stream(proxy) as (reader, writer):
        proxy.drop()
        await say(writer, b"lost")
        assert await silent(reader)
        proxy.heal()
        await say(writer, b"found")
        assert await reader.readexactly(5) == b"found"


async def test_a_held_connection_passes_neither_bytes_nor_ends_until_it_is_healed() -> None:
    async with echo() as proxy, stream(proxy) as (reader, writer), stream(proxy) as (other, ending):
        proxy.hold()
        await say(writer, b"late")
        ending.write_eof()
        assert await silent(reader)
        assert await silent(other)
        proxy.heal()
        assert await reader.readexactly(4) == b"late"
        assert await other.read() == b"", "the server has seen the end, and ended too"


async def test_while_it_holds_new_connections_reach_nobody() -> None:
    async with echo() as proxy:
        proxy.hold()
        reader, writer = await asyncio.open_connection(*proxy.address)
        await say(writer, b"hello")
        assert await silent(reader)
        assert proxy.reached == 0
        proxy.heal()
        assert await reader.readexactly(5) == b"hello"
        writer.close()


async def test_a_cut_is_a_reset_or_an_end_in_order() -> None:
    async with echo() as proxy:
        async with stream(proxy) as (reader, _):
            proxy.cut()
            with pytest.raises(ConnectionResetError):
                await reader.read()
        async with stream(proxy) as (reader, _):
            proxy.cut(reset=False)
            assert await reader.read() == b""
        async with stream(proxy):
            assert proxy.connections == 1, "after a cut there may be others"


async def test_a_refused_connection_is_reset_and_others_stay() -> None:
    async with echo() as proxy, stream(proxy) as (reader, writer):
        proxy.refuse()
        with pytest.raises(ConnectionError):
            async with stream(proxy):
                pass
        await say(writer, b"still")
        assert await reader.readexactly(5) == b"still"
        proxy.heal()
        async with stream(proxy):
            assert proxy.reached == 2


@pytest.mark.parametrize("turns", range(6))
async def test_a_connection_that_arrives_as_the_proxy_ends_is_closed(turns: int) -> None:
    async with echo() as proxy:
        arriving = socket.create_connection(proxy.address)
        for _ in range(turns):
            await asyncio.sleep(0)
    with arriving:
        assert await asyncio.to_thread(ended, arriving), "else it's found by the garbage collector, in some other test"


def ended(connection: socket.socket) -> bool:
    """Tell whether the other end is gone."""
    connection.settimeout(10)
    try:
        return not connection.recv(1)
    except ConnectionResetError:
        return True


async def test_a_throttled_connection_is_slow_and_whole() -> None:
    async with echo() as proxy, stream(proxy) as (reader, writer):
        proxy.throttle(10_000)
        began = monotonic()
        await say(writer, b"x" * 4_000)
        assert await reader.readexactly(4_000) == b"x" * 4_000
        assert monotonic() - began >= 0.3


async def test_who_reads_through_a_slow_proxy_is_felt_by_the_sender() -> None:
    async with echo() as proxy, stream(proxy) as (_, writer):
        proxy.throttle(1_000)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await say(writer, bytes(16_000_000))


async def test_a_frozen_server_answers_when_it_thaws(start: Start) -> None:
    server = start()
    async with httpx2.AsyncClient() as client:
        with server.frozen():
            asking = asyncio.create_task(client.get(f"{server.url}/healthz"))
            assert not (await asyncio.wait({asking}, timeout=0.5))[0]
        assert (await asking).is_success


def test_a_clock_jumps_and_comes_back_while_time_goes_on(start: Start, tmp_path: Path) -> None:
    with own_clock(tmp_path) as clock:
        server = start(throttle="off", **clock.settings)
        with Person(server.url) as ann:
            code = ann.create_room()
            times = []
            for seconds in (0, 3_600, -3_600, 0):
                clock.jump_to(seconds)
                times.append(datetime.fromisoformat(ann.send(code, "when?")["at"]))
    hours = [(at - times[0]).total_seconds() / 3_600 for at in times]
    assert [round(hour) for hour in hours] == [0, 1, -1, 0]
    assert times[0] < times[3], "meanwhile time went on"


def test_files_that_may_not_grow_refuse_what_is_beyond_and_nothing_else(tmp_path: Path) -> None:
    file = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    try:
        with no_larger_files(os.getpid(), 1_000):
            assert os.pwrite(file, bytes(1_000), 0) == 1_000
            with pytest.raises(OSError) as refused:  # noqa: PT011 - the number is what matters
                os.pwrite(file, b"x", 1_000)
            assert refused.value.errno == errno.EFBIG
        assert os.pwrite(file, b"x", 1_000) == 1
    finally:
        os.close(file)


@pytest.mark.root
def test_a_small_disk_is_full_and_then_has_room_again_and_is_gone_at_the_end(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    with small_disk(folder, megabytes=2) as disk:
        assert os.path.ismount(folder)
        with disk.full(), pytest.raises(OSError, match="No space left"):
            (folder / "file").write_bytes(b"x")
        (folder / "file").write_bytes(b"x")
    assert not os.path.ismount(folder)


def test_a_locked_database_can_be_read_and_not_written_until_the_lock_is_gone(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "file.db", timeout=0, isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("CREATE TABLE things (thing)")
    with locked(tmp_path / "file.db"):
        assert db.execute("SELECT count(*) FROM things").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            db.execute("INSERT INTO things VALUES (1)")
    db.execute("INSERT INTO things VALUES (1)")
    db.close()
