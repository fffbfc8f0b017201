"""The ways to a server, and what every one of them can do."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2

from tests.e2e.live.visitors import Visitors, Way
from tests.live_client import PATIENCE, Event, RefusalError, Route, SocketClient, connected

Hear = Callable[[Event], None]


@dataclass(frozen=True)
class Where:
    """A server's address, and the headers that tell it whose address is asking."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def client(self) -> httpx2.AsyncClient:
        """Return somebody who can ask it by HTTP."""
        return httpx2.AsyncClient(base_url=self.url, headers=dict(self.headers), timeout=PATIENCE)


class Connection:
    """One tab's way to the server; `hear` is called with each event, in the order in which they arrive.

    `hears_the_end` says whether a room's last event, or that of one's own leaving, is sure to come.
    """

    hears_the_end = True

    def __init__(self, hear: Hear) -> None:
        self.hear = hear
        self.me: dict[str, str] = {}
        self.token = ""

    async def carry_out(self, command: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Return the reply of a command. Raises RefusalError."""
        raise NotImplementedError

    async def listen(self, code: str, since: int) -> None:
        """Hear a room's events after a seq, if that doesn't come by itself."""

    async def finishes(self, code: str) -> None:
        """Wait until nothing more can come of a room that one has left; live, it came before the answer."""

    async def close(self) -> None:
        """Close the tab."""
        raise NotImplementedError

    def cut(self) -> None:
        """Break off without a farewell; nothing is heard from then on."""
        raise NotImplementedError


class OverWebSocket(Connection):
    """A bare WebSocket, strict about every frame."""

    client: SocketClient

    def __init__(self, hear: Hear) -> None:
        super().__init__(hear)
        self._stack = AsyncExitStack()

    @classmethod
    async def open(cls, where: Where, hear: Hear, auth: Mapping[str, str]) -> Self:
        """Connect."""
        connection, route = cls(hear), Route(where.url, headers=where.headers)
        client = await connection._stack.enter_async_context(connected(route, hear, **auth))
        connection.client, connection.me, connection.token = client, client.me, client.token
        return connection

    async def carry_out(self, command: str, fields: dict[str, Any]) -> dict[str, Any]:
        """See Connection."""
        return await self.client.ask(command, **fields)

    async def close(self) -> None:
        """See Connection."""
        await self._stack.aclose()

    def cut(self) -> None:
        """See Connection."""
        self.client.cut()


class OverOfficialClient(Connection):
    """An official client, which begins by polls and changes to a WebSocket."""

    language = ""

    def __init__(self, visitors: Visitors, hear: Hear) -> None:
        super().__init__(hear)
        self._visitors = visitors

    @classmethod
    async def open(cls, where: Where, hear: Hear, auth: Mapping[str, str]) -> Self:
        """Connect, and wait for the upgrade."""
        connection = cls(Visitors(where.url, Way(cls.language, ("polling", "websocket"))), hear)
        await connection._begin(where, auth)
        return connection

    async def carry_out(self, command: str, fields: dict[str, Any]) -> dict[str, Any]:
        """See Connection."""
        answer = await self._client.acknowledgement(command, fields)
        return taken(answer)

    async def close(self) -> None:
        """See Connection."""
        await self._visitors.__aexit__(None, None, None)

    def cut(self) -> None:
        """See Connection."""
        raise NotImplementedError("the official clients come back by themselves")

    async def _begin(self, where: Where, auth: Mapping[str, str]) -> None:
        await self._visitors.__aenter__()
        self._client = await self._visitors.come(auth=auth, headers=where.headers)
        self.me, self.token = self._client.me, self._client.token or auth.get("token", "")
        if self.language == "javascript":
            await self._client.hear("upgraded")
        assert await self._client.transport() == "websocket"
        self.hear(self._client.heard("welcome")[0])
        self._client.listener = self._listen

    def _listen(self, event: Event) -> None:
        if event["type"] not in {"connected", "disconnected", "upgraded"}:
            self.hear(event)


class OverPythonUpgrade(OverOfficialClient):
    """python-socketio."""

    language = "python"


class OverJavaScriptUpgrade(OverOfficialClient):
    """socket.io-client."""

    language = "javascript"


def taken(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the reply in an acknowledgement. Raises RefusalError."""
    if not answer.pop("ok"):
        raise RefusalError(answer["error"])
    return answer
