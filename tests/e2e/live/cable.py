"""A cable to a server that a test can pull: a proxy that cuts every connection at once, without a farewell."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.e2e.live.client import PATIENCE


class Cable:
    """`url` is the near end; while it is pulled, nobody gets through."""

    def __init__(self, far_end: tuple[str, int]) -> None:
        self.url = ""
        self._far_end = far_end
        self._pulled = False
        self._unanswered = 0
        self._changed = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    def pull(self) -> None:
        """Cut all connections, and let no other through."""
        self._pulled = True
        self._cut(*self._writers)

    def plug_in(self) -> None:
        """Let connections through again."""
        self._pulled = False

    async def carries(self, requests: int) -> None:
        """Wait until exactly so many requests have gone through and weren't answered yet, such as polls."""
        async with asyncio.timeout(PATIENCE):
            while self._unanswered != requests:
                self._changed.clear()
                await self._changed.wait()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection, from its beginning to its end."""
        self._writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._far_end)
        except ConnectionError:
            self._cut(writer)
            return
        self._writers.add(far_writer)
        if self._pulled:
            self._cut(writer, far_writer)
            return
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self._cut(writer, far_writer)

    def _cut(self, *writers: asyncio.StreamWriter) -> None:
        for writer in writers:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
                self._count(data)
        writer.close()

    def _count(self, data: bytes) -> None:
        self._unanswered += data.startswith((b"GET ", b"POST ")) - data.startswith(b"HTTP/1.1 ")
        self._changed.set()


@asynccontextmanager
async def cable_to(far_end: tuple[str, int]) -> AsyncIterator[Cable]:
    """Lay a cable."""
    cable = Cable(far_end)
    server = await asyncio.start_server(cable.carry, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    cable.url = f"http://{host}:{port}"
    try:
        yield cable
    finally:
        cable.pull()
        server.close()
        await server.wait_closed()
