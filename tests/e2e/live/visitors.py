"""Bringing people to the live door: every official client, every transport."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.e2e.live.client import LiveClient
from tests.e2e.live.python_client import PythonClient
from tests.js_client import JavaScript, JsClient


class Way(NamedTuple):
    """A client and the transports that it may use, in this order."""

    language: str
    transports: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.language}-{'-to-'.join(self.transports)}"


TRANSPORTS = (("websocket",), ("polling",), ("polling", "websocket"))
WAYS = tuple(Way(language, transports) for language in ("javascript", "python") for transports in TRANSPORTS)


class Visitors:
    """Everybody who has come to a server. Use it as an async context: at its end all tabs are closed."""

    def __init__(self, url: str, way: Way = WAYS[0]) -> None:
        self._url, self._way = url, way
        self._stack = AsyncExitStack()
        self._javascript: JavaScript | None = None

    async def __aenter__(self) -> Self:
        await self._stack.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def come(
        self,
        name: str | None = None,
        *,
        token: str | None = None,
        auth: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        url: str | None = None,
        way: Way | None = None,
        namespace: str = "/",
    ) -> LiveClient:
        """Connect and be welcomed. Raises ConnectRefusedError."""
        auth = auth or ({"token": token} if token else {"name": name} if name else None)
        way = way or self._way
        client = await self._client(way.language, auth, headers)
        await client.connect(url or self._url, way.transports, namespace)
        await client.be_welcomed()
        return client

    async def _client(
        self, language: str, auth: Mapping[str, Any] | None, headers: Mapping[str, str] | None
    ) -> JsClient | PythonClient:
        if language == "python":
            client = PythonClient(auth, headers)
            self._stack.push_async_callback(client.close)
            return client
        if self._javascript is None:
            self._javascript = await self._stack.enter_async_context(JavaScript())
        return self._javascript.client(auth, headers)


async def on_every_way(url: str, story: Callable[[Visitors], Awaitable[None]]) -> None:
    """Play a story that takes its time on every way at once, each with people of its own."""

    async def play(way: Way) -> None:
        try:
            async with Visitors(url, way) as visitors:
                await story(visitors)
        except Exception as error:
            error.add_note(f"on the way {way}")
            raise

    async with asyncio.TaskGroup() as stories:
        for way in WAYS:
            stories.create_task(play(way), name=str(way))
