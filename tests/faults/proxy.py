"""A TCP proxy in front of a server: a network that delays, drops, cuts, stands still, refuses, or is slow."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from tests.faults.link import BUFFER, Link, Weather

PATIENCE = 60.0
"""Seconds after which something has not happened."""

TURNS = 4
"""Turns of the event loop after which a connection that the system has accepted is known to us."""


class Proxy:
    """`async with Proxy(server.address) as proxy`: in fair weather `proxy.url` leads to the server.

    Every fault is for both directions, for connections that are there and for new ones, and lasts until `heal`.
    """

    def __init__(self, far_end: tuple[str, int]) -> None:
        self.reached = 0  # connections that came through so far
        self._far_end = far_end
        self._weather = Weather()
        self._refusing = False
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> tuple[str, int]:
        """The near end."""
        host, port = self._server.sockets[0].getsockname()
        return host, port

    @property
    def url(self) -> str:
        """The near end, for HTTP."""
        host, port = self.address
        return f"http://{host}:{port}"

    @property
    def connections(self) -> int:
        """How many are there now."""
        return len(self._links)

    def delay(self, seconds: float) -> None:
        """Let every byte arrive so much later."""
        self._weather.seconds = seconds

    def throttle(self, bytes_per_second: int) -> None:
        """Let so many bytes through each connection in a second, each way."""
        self._weather.rate = bytes_per_second

    def drop(self) -> None:
        """Swallow every byte; the end of a connection is still told."""
        self._weather.dropping = True

    def hold(self) -> None:
        """Leave connections half open: neither a byte nor an end gets through, and each end believes in the other."""
        self._weather.flowing.clear()

    def refuse(self) -> None:
        """Reset new connections."""
        self._refusing = True

    def cut(self, *, reset: bool = True) -> None:
        """End all connections at once, by RST or else in order; what is under way is lost."""
        for link in tuple(self._links):
            if reset:
                link.reset()
            else:
                link.close()

    def pull(self) -> None:
        """Pull the cable: end all connections, and refuse others."""
        self.refuse()
        self.cut(reset=False)

    def heal(self) -> None:
        """End all faults: what was held comes through now, what was dropped or cut is gone."""
        self._refusing = False
        self._weather.clear_up()

    async def carries(self, requests: int) -> None:
        """Wait until exactly so many requests have gone through and weren't answered yet, such as polls."""
        async with asyncio.timeout(PATIENCE):
            while self._weather.requests != requests:
                self._weather.changed.clear()
                await self._weather.changed.wait()

    async def __aenter__(self) -> Self:
        self._weather.clear_up()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=BUFFER)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.pull()
        await self._stop_accepting()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _stop_accepting(self) -> None:
        """Take nobody else. Who was accepted a moment ago is waited for: a closed server leaves them open for ever."""
        asyncio.get_running_loop().remove_reader(self._server.sockets[0].fileno())
        for _ in range(TURNS):
            await asyncio.sleep(0)
        self._server.close()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link((reader, writer), self._weather)
        self._links.add(link)
        task = asyncio.create_task(self._carry(link))
        self._tasks.add(task)
        task.add_done_callback(lambda task: self._end(link, task))

    async def _carry(self, link: Link) -> None:
        """Carry one connection, from its beginning to its end."""
        with suppress(OSError):
            await self._weather.flowing.wait()
            if not self._refusing:
                self.reached += 1
                await link.run(self._far_end)
                link.close()

    def _end(self, link: Link, task: "asyncio.Task[None]") -> None:
        """Forget a connection. A callback, because a task that is cancelled before its first step runs no `finally`."""
        self._links.discard(link)
        self._tasks.discard(task)
        link.reset()
