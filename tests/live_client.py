"""A small strict client of the live door: one WebSocket, no helping hand, every oddity is an error; and polls."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect, unix_connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

PATIENCE = 60.0
"""Seconds after which something has not happened."""

Event = dict[str, Any]
PATH = "/socket.io/?EIO=4&transport=websocket"
POLL = {"EIO": "4", "transport": "polling"}

LOST = (OSError, ConnectionClosed, InvalidHandshake, EOFError)
"""What says that the server isn't there, or no longer."""


@asynccontextmanager
async def patience() -> AsyncIterator[None]:
    """Fail if it takes too long; a TimeoutError would look like a lost connection."""
    try:
        async with asyncio.timeout(PATIENCE) as limit:
            yield
    except TimeoutError:
        assert not limit.expired(), f"it did not happen within {PATIENCE} s"
        raise


class RefusalError(Exception):
    """A command or a CONNECT was refused; `error` is what was said."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class Route:
    """How a server is reached: at its address or, with `path`, at a Unix socket; `tls` says whom to trust."""

    url: str
    tls: ssl.SSLContext | None = None
    path: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[ClientConnection]:
        """Open a WebSocket; one that the test doesn't close is closed in order."""
        options: dict[str, Any] = {"compression": None, "additional_headers": self.headers, "open_timeout": None}
        url = "ws" + self.url.removeprefix("http") + PATH
        if self.path:
            opening = unix_connect(self.path, url, **options)
        else:
            opening = connect(url, ssl=self.tls, proxy=None, **options)
        async with opening as socket:
            yield socket


class SocketClient:
    """One connection of a person in the namespace `/`; `hear` is called with every event as it arrives."""

    def __init__(self, socket: ClientConnection, hear: Callable[[Event], None]) -> None:
        self.socket = socket
        self.me: dict[str, str] = {}
        self.token = ""
        self.pinged = asyncio.Event()
        self._hear = hear
        self._acks: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._asked = 0
        self._reading: asyncio.Task[None] | None = None

    @property
    def closing(self) -> "asyncio.Future[None]":
        """Done when the connection is gone."""
        assert self._reading
        return self._reading

    async def begin(self, auth: Mapping[str, str]) -> None:
        """Go through the handshakes of Engine.IO and Socket.IO, and learn who one is."""
        opened = await self._receive()
        assert opened.startswith("0{"), opened
        await self.socket.send("40" + json.dumps(dict(auth)))
        answer = await self._receive()
        if answer.startswith("44"):
            raise RefusalError(json.loads(answer[2:])["data"])
        assert answer.startswith("40{"), answer
        name, welcome = json.loads((await self._receive()).removeprefix("42"))
        assert name == welcome["type"] == "welcome", welcome
        self.me, self.token = welcome["me"], welcome.get("token", "") or auth.get("token", "")
        self._reading = asyncio.create_task(self._read())

    async def ask(self, command: str, /, **fields: Any) -> dict[str, Any]:
        """Carry out a command; return its reply. Raises RefusalError, and EOFError when the connection goes first."""
        assert self._reading
        if self._reading.done():
            raise EOFError
        self._asked += 1
        number = self._asked
        future = self._acks[number] = asyncio.get_running_loop().create_future()
        await self.socket.send(f"42{number}" + json.dumps([command, fields]))
        async with patience():
            reply: dict[str, Any] = await future
        if not reply.pop("ok"):
            raise RefusalError(reply["error"])
        return reply

    def cut(self) -> None:
        """Break off without a farewell; whatever has arrived and wasn't heard yet is lost too."""
        assert self._reading
        self._reading.cancel()
        self.socket.transport.abort()

    async def end(self) -> None:
        """Let go of a connection that is closed or about to be."""
        if self._reading:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading

    async def _receive(self) -> str:
        async with patience():
            while (text := await self.socket.recv(decode=True)) == "2":
                await self.socket.send("3")
        assert isinstance(text, str)
        return text

    async def _read(self) -> None:
        try:
            with suppress(ConnectionClosed):
                async for text in self.socket:
                    assert isinstance(text, str)
                    await self._take(text)
        finally:
            for future in self._acks.values():
                if not future.done():
                    future.set_exception(EOFError())
                    future.exception()  # whoever asked may have gone too

    async def _take(self, text: str) -> None:
        if text == "2":
            self.pinged.set()
            await self.socket.send("3")
        elif text.startswith("42"):
            name, event = json.loads(text[2:])
            assert name == event["type"]
            self._hear(event)
        elif text.startswith("43"):
            number, _, reply = text[2:].partition("[")
            future = self._acks.pop(int(number))
            if not future.cancelled():  # whoever asked may have gone
                future.set_result(json.loads("[" + reply)[0])
        else:
            raise AssertionError(f"what is {text!r}?")


@asynccontextmanager
async def connected(
    route: Route, hear: Callable[[Event], None] = lambda _: None, **auth: str
) -> AsyncIterator[SocketClient]:
    """Connect as a new guest (`name="Ann"`) or somebody known (`token=…`)."""
    async with route.open() as socket:
        client = SocketClient(socket, hear)
        try:
            await client.begin(auth)
            yield client
        finally:
            await client.end()


async def begin_to_poll(client: httpx2.AsyncClient, auth: str) -> httpx2.Response:
    """Connect by polls; return the answer to CONNECT. The sid is the client's from now on."""
    opened = await client.get("/socket.io/", params=POLL)
    client.params = client.params.merge(POLL | {"sid": json.loads(opened.text[1:])["sid"]})
    assert (await client.post("/socket.io/", content=f"40{auth}")).text == "ok"
    return await client.get("/socket.io/")
