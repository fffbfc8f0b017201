"""A person who polls, one poll after the other, and may try to change to a WebSocket step by step."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx2
from websockets.asyncio.client import ClientConnection, connect

from tests.live_client import PATH, begin_to_poll, patience
from tests.scenarios.connection import Connection, Hear, Where, taken

SEPARATOR = "\x1e"
ENGINE = "/socket.io/"


class OverPolling(Connection):
    """Long-polling by hand."""

    def __init__(self, where: Where, hear: Hear) -> None:
        super().__init__(hear)
        self.http = where.client()
        self._where = where
        self._numbers = itertools.count(1)
        self._acks: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._posting = asyncio.Lock()
        self._welcomed = asyncio.Event()
        self._stopping = False
        self._polling: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, where: Where, hear: Hear, auth: Mapping[str, str]) -> Self:
        """Connect."""
        connection = cls(where, hear)
        connection.token = auth.get("token", "")
        first = await begin_to_poll(connection.http, json.dumps(dict(auth)))
        connection._polling = asyncio.create_task(connection._poll(first))
        async with patience():
            await connection._welcomed.wait()
        return connection

    async def carry_out(self, command: str, fields: dict[str, Any]) -> dict[str, Any]:
        """See Connection."""
        number = next(self._numbers)
        answer = self._acks[number] = asyncio.get_running_loop().create_future()
        await self.post(f"42{number}" + json.dumps([command, fields]))
        async with patience():
            return taken(await answer)

    async def post(self, *packets: str) -> None:
        """Send packets in one payload."""
        async with self._posting:
            answer = await self.http.post(ENGINE, content=SEPARATOR.join(packets))
        assert answer.text == "ok", answer.text

    async def close(self) -> None:
        """See Connection."""
        if self._polling and not self._polling.done():
            await self.post("1")
        await self._end()

    def cut(self) -> None:
        """See Connection."""
        assert self._polling
        self._polling.cancel()

    async def ended(self) -> None:
        """Wait until the server lets it poll no more."""
        assert self._polling
        async with patience():
            await asyncio.wait({self._polling})

    async def stops(self) -> None:
        """Poll no more once the poll that waits is answered."""
        self._stopping = True
        await self.ended()

    @asynccontextmanager
    async def second_line(self) -> AsyncIterator[ClientConnection]:
        """Open the WebSocket that is to take over."""
        url = "ws" + self._where.url.removeprefix("http") + PATH + f"&sid={self.http.params['sid']}"
        headers = dict(self._where.headers)
        async with connect(url, compression=None, proxy=None, additional_headers=headers) as socket:
            yield socket

    async def _end(self) -> None:
        if self._polling:
            self._polling.cancel()
            (ended,) = await asyncio.gather(self._polling, return_exceptions=True)
            if isinstance(ended, Exception):
                raise ended
        await self.http.aclose()

    async def _poll(self, first: httpx2.Response) -> None:
        answer = first
        while True:
            assert answer.status_code == 200, answer.text
            for packet in answer.text.split(SEPARATOR):
                if packet == "1":
                    return
                await self._take(packet)
            if self._stopping:
                return
            try:
                answer = await self.http.get(ENGINE)
            except httpx2.TransportError:
                return  # the server isn't there; whoever needs it will notice
            if answer.status_code == 400 and answer.json()["message"] == "Session ID unknown":
                return  # closed, with an invitation to come back

    async def _take(self, packet: str) -> None:
        if packet == "2":
            await self.post("3")
        elif packet.startswith("42"):
            name, event = json.loads(packet[2:])
            assert name == event["type"]
            self._take_event(event)
        elif packet.startswith("43"):
            number, _, reply = packet[2:].partition("[")
            self._acks.pop(int(number)).set_result(json.loads("[" + reply)[0])
        else:
            assert packet == "6" or packet.startswith("40{"), f"what is {packet!r}?"

    def _take_event(self, event: dict[str, Any]) -> None:
        if event["type"] == "welcome":
            self.me, self.token = event["me"], event.get("token", self.token)
            self._welcomed.set()
        self.hear(event)
