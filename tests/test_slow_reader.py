"""Who is let go while a connection is full, and when."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from hubbub.slow_reader import LEAST_RATE, SlowReader, taken
from tests.certificates import make_certificate
from tests.gateways.socketio.fakes import FakeNetwork, turn
from tests.server_process import STOP_WITHIN

pytestmark = pytest.mark.anyio

MUCH = 1_000_000
SECONDS = 0.01
ENOUGH = int(LEAST_RATE * SECONDS) + 1


class Line(FakeNetwork):
    """A connection on which so much waits at each look, from the first one on, and the same ever after."""

    def __init__(self, *waits: int) -> None:
        super().__init__()
        self.looks = 0
        self._waits = waits

    def get_write_buffer_size(self) -> int:
        self.looks += 1
        return self._waits[min(self.looks, len(self._waits)) - 1]


async def looks_until_let_go(*waits: int, seconds: float = 0, most_seconds: float = 3600) -> int:
    """Watch a line until its reader is let go; return after how many looks, not counting the first."""
    line, gone = Line(*waits), asyncio.Event()
    SlowReader(line, seconds, most_seconds, gone.set)
    async with asyncio.timeout(STOP_WITHIN):
        await gone.wait()
    return line.looks - 1


async def test_who_takes_nothing_is_let_go_at_once() -> None:
    assert await looks_until_let_go(MUCH, MUCH, 0) == 1


async def test_who_goes_on_taking_is_let_go_when_they_stop() -> None:
    assert await looks_until_let_go(MUCH, MUCH - 1, MUCH - 2, MUCH - 3, MUCH - 3, 0) == 4


async def test_so_much_has_to_be_taken_in_the_time() -> None:
    assert await looks_until_let_go(MUCH, MUCH - ENOUGH + 1, seconds=SECONDS) == 1
    assert await looks_until_let_go(MUCH, MUCH - ENOUGH, seconds=SECONDS) == 2


async def test_who_is_not_done_after_a_long_while_is_let_go_however_much_they_take() -> None:
    assert await looks_until_let_go(MUCH, MUCH // 2, 0, most_seconds=0) == 1


async def test_who_has_caught_up_is_looked_at_no_more() -> None:
    gone = asyncio.Event()
    SlowReader(Line(MUCH), 0, 0, gone.set).stop()
    assert await looks_until_let_go(MUCH) == 1, "somebody else is let go"
    assert not gone.is_set()


# What the system tells


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "encrypted"])
async def test_what_is_taken_of_much_that_was_written_at_once_is_seen(encrypted: bool, tmp_path: Path) -> None:
    async with asyncio.timeout(STOP_WITHIN), connected(tmp_path if encrypted else None) as (near, far):
        near.write(bytes(4 * MUCH))
        before = taken(near)
        await far.readexactly(MUCH)
        while taken(near) < before + MUCH // 2:
            await turn()


@asynccontextmanager
async def connected(folder: Path | None) -> AsyncIterator[tuple[asyncio.Transport, asyncio.StreamReader]]:
    """Connect, with TLS if there is a folder for a certificate; give one end's transport and what the other reads."""
    ours = theirs = None
    if folder:
        files = make_certificate(folder)
        ours, theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cafile=files.cert)
        ours.load_cert_chain(files.cert, files.key)
    near: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

    def welcome(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        near.set_result(cast("asyncio.Transport", writer.transport))

    async with await asyncio.start_server(welcome, "127.0.0.1", ssl=ours) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname(), ssl=theirs)
        try:
            yield await near, reader
        finally:
            (await near).abort()
            writer.transport.abort()


async def test_on_a_unix_socket_what_waits_is_all_there_is_to_see() -> None:
    near, far = socket.socketpair()
    with near, far:
        line = FakeNetwork(line=near)
        line.waiting = 7
        assert taken(line) == -7
