"""Deadlines and bounds of one connection: for headers that don't end, and for readers that don't read."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import cast

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from hubbub.server import connection
from hubbub.server.connection import HttpConnection
from hubbub.server.http import make_server
from hubbub.server.listen import bind
from tests.server_process import STOP_WITHIN

pytestmark = pytest.mark.anyio

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], "contextlib.AbstractAsyncContextManager[Streams]"]

HEAD = b"GET / HTTP/1.1\r\nHost: here\r\n"
REQUEST = HEAD + b"\r\n"


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set deadlines that a test can wait for, these or all, for what begins from now on."""

    def set_deadlines(*names: str) -> None:
        for name in names or ("HEAD_SECONDS", "REST_SECONDS", "READ_SECONDS"):
            monkeypatch.setattr(connection, name, 0.05)

    return set_deadlines


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
    await send({"type": "http.response.body", "body": b"hello"})


@asynccontextmanager
async def serving(
    app: ASGIApp,
    http: Callable[..., asyncio.Protocol] = HttpConnection,
    websocket: Callable[..., asyncio.Protocol] | None = None,
) -> AsyncIterator[Connect]:
    """Serve an application; give what connects to it."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[Streams]:
        reader, writer = await asyncio.open_connection(*address)
        try:
            async with asyncio.timeout(STOP_WITHIN):
                yield reader, writer
        finally:
            writer.transport.abort()

    with bind("127.0.0.1", 0) as listener:
        address = listener.getsockname()
        server = make_server(app, http, websocket)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield connect
        finally:
            server.should_exit = True
            await task


async def test_who_asks_nothing_is_hung_up_on_without_a_word(hurry: Callable[..., None]) -> None:
    hurry()
    async with serving(hello) as connect, connect() as (reader, _):
        assert await reader.read() == b""


async def test_headers_that_do_not_end_are_refused_however_they_trickle(hurry: Callable[..., None]) -> None:
    async with serving(hello) as connect, connect() as (reader, writer):
        await ask(reader, writer)
        hurry()
        writer.write(HEAD + b"X-More: ")
        assert (await trickle(reader, writer, b"x")).startswith(b"HTTP/1.1 408 ")


async def test_line_ends_between_requests_do_not_keep_a_connection_for_ever(hurry: Callable[..., None]) -> None:
    async with serving(hello) as connect, connect() as (reader, writer):
        await ask(reader, writer)
        hurry()
        assert await trickle(reader, writer, b"\r\n") == b""


async def test_a_body_that_nobody_waits_for_does_not_keep_a_connection_for_ever(hurry: Callable[..., None]) -> None:
    hurry()
    async with serving(hello) as connect, connect() as (reader, writer):
        writer.write(HEAD + b"Content-Length: 100000\r\n\r\n")
        assert (await trickle(reader, writer, b"x")).endswith(b"hello")


async def test_a_body_that_ends_after_its_answer_leaves_the_connection_for_the_next_request(
    hurry: Callable[..., None],
) -> None:
    hurry("REST_SECONDS")
    async with serving(hello) as connect, connect() as (reader, writer):
        await ask(reader, writer, b"Content-Length: 2\r\n", b"xx")
        async with connect() as (other_reader, other_writer):
            await ask(other_reader, other_writer, b"Content-Length: 2\r\n", b"x")
            assert await other_reader.read() == b"", "and so the deadline has passed"
        await ask(reader, writer, b"Content-Length: 2\r\n")
        hurry()
        writer.write(b"xx")
        assert await trickle(reader, writer, b"\r\n") == b"", "but here too one may not dawdle"


async def test_a_connection_that_was_handed_over_has_no_deadline_of_ours(hurry: Callable[..., None]) -> None:
    hurry()
    async with serving(hello, websocket=Echo) as connect, connect() as (reader, writer):
        writer.write(HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await a_deadline_passes(connect)
        writer.write(b"still there")
        assert await reader.readexactly(11) == b"still there"


class Echo(asyncio.Protocol):
    """Takes connections over, and sends everything back."""

    def __init__(self, **_: object) -> None: ...

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


async def test_endless_headers_are_refused_long_before_the_deadline() -> None:
    async with serving(hello) as connect, connect() as (reader, writer):
        writer.write(HEAD + b"X-More: ")
        answer = asyncio.ensure_future(reader.readline())
        with contextlib.suppress(ConnectionError):
            while not answer.done():
                writer.write(b"x" * 4096)
                await writer.drain()
        assert (await answer).startswith(b"HTTP/1.1 431 ")


async def test_headers_just_below_the_bound_are_taken() -> None:
    async with serving(hello) as connect, connect() as (reader, writer):
        writer.write(HEAD + b"X-More: " + b"x" * (connection.MOST_HEAD_BYTES - 1024) + b"\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")


async def test_neither_a_pause_between_requests_nor_a_slow_answer_is_cut_short(hurry: Callable[..., None]) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()
    answer.set()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        asked.set()
        await answer.wait()
        await hello(scope, receive, send)

    async with serving(slow) as connect, connect() as (reader, writer):
        await ask(reader, writer)
        asked.clear()
        answer.clear()
        hurry()
        await a_deadline_passes(connect)
        asking = asyncio.ensure_future(ask(reader, writer))
        await asked.wait()
        await a_deadline_passes(connect)
        answer.set()
        await asking


async def test_who_stops_reading_is_cut_off_and_the_application_sees_a_client_that_left(
    hurry: Callable[..., None],
) -> None:
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def flood(scope: Scope, receive: Receive, send: Send) -> None:
        hurry()
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        left = asyncio.ensure_future(receive())
        while not left.done():
            await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
            await asyncio.wait({left}, timeout=0)
        ended.set_result(left.result()["type"])

    async with serving(flood) as connect, connect() as (_, writer):
        writer.write(REQUEST)
        assert await ended == "http.disconnect"


async def test_who_reads_slowly_but_steadily_gets_the_whole_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    size, loop = 5_000_000, asyncio.get_running_loop()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(size)})

    monkeypatch.setattr(connection, "READ_SECONDS", 0.2)
    async with serving(answer) as connect, connect() as (reader, writer):
        writer.write(HEAD + b"Connection: close\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        began, got = loop.time(), 0
        while piece := await reader.read(65_536):
            got += len(piece)
            await asyncio.sleep(connection.READ_SECONDS / 10)
        assert got > size
        assert loop.time() - began > 5 * connection.READ_SECONDS, "need more time for this test to mean anything"


async def test_a_request_with_another_behind_it_sees_a_client_that_left_and_that_other_is_never_asked() -> None:
    asked: list[Scope] = []
    waiting = asyncio.Event()
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def wait(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope)
        await receive()
        waiting.set()
        ended.set_result((await receive())["type"])

    async with serving(wait) as connect, connect() as (_, writer):
        writer.write(REQUEST * 3)
        await waiting.wait()
        writer.transport.abort()
        assert await ended == "http.disconnect"
    assert len(asked) == 1


async def test_an_upgrade_behind_an_answer_that_was_not_read_is_cut_off() -> None:
    """Whoever took over would not be told that the connection is full, and would write on and on."""
    size, answered = 20_000_000, asyncio.Event()

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % size)]})
        await send({"type": "http.response.body", "body": bytes(size)})
        answered.set()

    async with serving(answer, websocket=Echo) as connect, connect() as (reader, writer):
        writer.write(REQUEST)
        await answered.wait()
        writer.write(HEAD + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
        assert len(await all_that_comes(reader)) < size


@pytest.mark.parametrize("how", ["the answer is the last", "nothing more is asked", "nothing more will come"])
async def test_who_does_not_take_the_last_of_an_answer_is_cut_off(how: str, hurry: Callable[..., None]) -> None:
    """So little is left that the connection isn't full, and closing it waits until that is taken."""
    made: list[HttpConnection] = []
    gone, answered = asyncio.Event(), asyncio.Event()

    class Known(HttpConnection):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            made.append(self)
            self.timeout_keep_alive = 0 if how == "nothing more is asked" else 60

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            gone.set()

    async def nearly_fill(scope: Scope, receive: Receive, send: Send) -> None:
        transport = made[0].transport
        head = [(b"connection", b"close")] if how == "the answer is the last" else []
        await send({"type": "http.response.start", "status": 200, "headers": head})
        while not transport.get_write_buffer_size():
            await send({"type": "http.response.body", "body": bytes(4096), "more_body": True})
            await asyncio.sleep(0)
        hurry("READ_SECONDS")
        await send({"type": "http.response.body", "body": b""})
        answered.set()

    async with serving(nearly_fill, Known) as connect, connect() as (_, writer):
        writer.write(REQUEST)
        await answered.wait()
        assert 0 < made[0].transport.get_write_buffer_size() < 65_536
        if how == "nothing more will come":
            writer.write_eof()
        await gone.wait()


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, headers: bytes = b"", body: bytes = b""
) -> None:
    """Send a request, read its answer, and only then send its body."""
    writer.write(HEAD + headers + b"\r\n")
    assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200 ")
    writer.write(body)


async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, drop: bytes) -> bytes:
    """Send this again and again until the server hangs up; return what it says."""
    answer = asyncio.ensure_future(all_that_comes(reader))
    while not answer.done():
        writer.write(drop)
        await asyncio.wait({answer}, timeout=0.01)
    return answer.result()


async def all_that_comes(reader: asyncio.StreamReader) -> bytes:
    """Read until the end; who sends while the server hangs up sees a reset behind what was said."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65_536):
            said += piece
    return said


async def a_deadline_passes(connect: Connect) -> None:
    """Wait until somebody who asked nothing has been hung up on."""
    async with connect() as (reader, _):
        assert await reader.read() == b""
