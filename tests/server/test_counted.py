"""Connections that are counted: how many of an address are heard, kept, told to come back, dropped."""

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from hubbub.server.counted import MOST_REFUSED, CountedConnection
from hubbub.server.crowd import Crowd, Limits
from hubbub.server.http import make_server
from hubbub.server.listen import bind
from hubbub.server.proxies import Proxies
from tests.server_process import STOP_WITHIN

pytestmark = pytest.mark.anyio

REQUEST = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


class Site:
    """A server whose answers wait for `open`; `refused` ones don't."""

    def __init__(self, busy: int, idle: int, *trusted: str) -> None:
        self.limits = Limits(Crowd(busy), Crowd(idle), Crowd(0), self.refuse, Proxies(trusted))
        self.open = asyncio.Event()
        self.asked = asyncio.Semaphore(0)

    async def answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.asked.release()
        await self.open.wait()
        await PlainTextResponse("welcome")(scope, receive, send)

    async def refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("too many", 429, {"Connection": "close"})(scope, receive, send)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Site"]:
        with bind("127.0.0.1", 0) as listener:
            self.address = listener.getsockname()
            server = make_server(self.answer, functools.partial(CountedConnection, self.limits))
            task = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                async with asyncio.timeout(STOP_WITHIN):
                    yield self
            finally:
                self.open.set()
                server.should_exit = True
                await task

    @asynccontextmanager
    async def visitor(self) -> AsyncIterator["Visitor"]:
        reader, writer = await asyncio.open_connection(*self.address)
        try:
            yield Visitor(self, reader, writer)
        finally:
            writer.transport.abort()


class Visitor:
    """A connection to a site."""

    def __init__(self, site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._site, self._reader, self._writer = site, reader, writer

    async def begin(self) -> None:
        """Ask, and wait until the question is heard."""
        self._writer.write(REQUEST)
        await self._site.asked.acquire()

    async def answer(self) -> str:
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        return (await self._reader.readexactly(length)).decode()

    async def ask(self) -> str:
        self._writer.write(REQUEST)
        return await self.answer()

    async def is_hung_up_on(self) -> bool:
        try:
            return await self._reader.read() == b""
        except ConnectionError:
            return True


async def test_when_too_many_are_under_way_the_next_is_told_so_and_hung_up_on() -> None:
    async with Site(2, 2).serving() as site, site.visitor() as first, site.visitor() as second, site.visitor() as third:
        await first.begin()
        await second.begin()
        assert await third.ask() == "too many"
        assert await third.is_hung_up_on()
        site.open.set()
        assert [await first.answer(), await second.answer()] == ["welcome", "welcome"]
        async with site.visitor() as fourth:
            assert await fourth.ask() == "welcome"


async def test_who_hangs_up_makes_room() -> None:
    async with Site(1, 1).serving() as site:
        async with site.visitor() as first, site.visitor() as second:
            await first.begin()
            assert await second.ask() == "too many"
        site.open.set()
        await welcomed_again(site)


async def test_a_connection_that_has_asked_nothing_yet_is_one_too() -> None:
    async with Site(1, 1).serving() as site, site.visitor(), site.visitor() as second:
        assert await second.ask() == "too many"


async def test_idle_connections_keep_nobody_out_but_there_are_only_so_many() -> None:
    site = Site(1, 2)
    site.open.set()
    async with site.serving(), AsyncExitStack() as stack:
        visitors: list[Visitor] = []
        for _ in range(3):
            visitors.append(await stack.enter_async_context(site.visitor()))
            assert await visitors[-1].ask() == "welcome"
        assert await visitors[2].is_hung_up_on(), "two idle ones are enough"
        assert [await visitor.ask() for visitor in visitors[:2]] == ["welcome", "welcome"]


async def test_an_idle_connection_that_comes_back_when_it_is_crowded_is_refused() -> None:
    site = Site(1, 1)
    site.open.set()
    async with site.serving(), site.visitor() as first:
        assert await first.ask() == "welcome"
        site.open.clear()
        await site.asked.acquire()
        async with site.visitor() as second:
            await second.begin()
            assert await first.ask() == "too many"


async def test_those_beyond_the_ones_that_are_told_so_are_dropped() -> None:
    async with Site(1, 1).serving() as site, AsyncExitStack() as stack:
        for _ in range(1 + MOST_REFUSED):
            await stack.enter_async_context(site.visitor())
        last = await stack.enter_async_context(site.visitor())
        assert await last.is_hung_up_on()


async def test_a_trusted_proxy_may_have_any_number() -> None:
    site = Site(1, 1, "127.0.0.1")
    site.open.set()
    async with site.serving(), site.visitor() as first, site.visitor() as second, site.visitor() as third:
        for _ in range(2):
            assert [await visitor.ask() for visitor in (first, second, third)] == ["welcome"] * 3


async def welcomed_again(site: Site) -> None:
    """Come back until there is room: the server hears of a hang-up a moment later."""
    while True:
        async with site.visitor() as visitor:
            if await visitor.ask() == "welcome":
                return
