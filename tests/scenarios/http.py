"""A person at the HTTP door, who hears by a stream of events or by one long poll after the other."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self

import httpx2

from hubbub.gateways.http.routes import PREFIX, ROUTES, Fields
from tests.live_client import PATIENCE, RefusalError, patience
from tests.scenarios.connection import Connection, Hear, Where

ROUTE_OF = {route.command.type: route for route in ROUTES}
WAIT = 50
"""Seconds for which a poll waits."""

Begun = asyncio.Future[None]
"""Done as soon as whatever happens next is heard."""


class OverHttp(Connection):
    """Requests, each a command; and one more that listens, for each room."""

    def __init__(self, where: Where, hear: Hear) -> None:
        super().__init__(hear)
        self.http = where.client()
        self.http.timeout = PATIENCE + WAIT
        self._listening: dict[str, asyncio.Task[None]] = {}

    @classmethod
    async def open(cls, where: Where, hear: Hear, auth: Mapping[str, str]) -> Self:
        """Become somebody."""
        connection = cls(where, hear)
        if "name" in auth:
            guest = await connection.carry_out("create_guest", {"name": auth["name"]})
            connection.me, connection.token = guest["user"], guest["token"]
            connection.http.cookies.clear()
        else:
            connection.token = auth["token"]
        connection.http.headers["Authorization"] = f"Bearer {connection.token}"
        connection.me = (await connection.carry_out("who_am_i", {}))["user"]
        return connection

    async def carry_out(self, command: str, fields: dict[str, Any]) -> dict[str, Any]:
        """See Connection."""
        route, rest = ROUTE_OF[command], dict(fields)
        path = PREFIX + route.path.format(code=rest.pop("code", ""))
        how: dict[str, Any] = {"params": rest} if route.fields is Fields.QUERY else {"json": rest} if rest else {}
        answer = await self.http.request(route.method, path, **how)
        reply: dict[str, Any] = answer.json()
        if answer.is_error:
            raise RefusalError(reply["error"])
        assert answer.status_code == route.status
        return reply

    async def listen(self, code: str, since: int) -> None:
        """See Connection."""
        before = self._listening.get(code)
        if before is None or before.done():
            begun = asyncio.get_running_loop().create_future()
            self._listening[code] = asyncio.create_task(self.follow(code, since, begun))
            await asyncio.wait({self._listening[code], begun}, return_when=asyncio.FIRST_COMPLETED)

    async def finishes(self, code: str) -> None:
        """See Connection."""
        async with patience():
            await asyncio.wait({self._listening[code]})

    async def close(self) -> None:
        """See Connection."""
        self.cut()
        ends = await asyncio.gather(*self._listening.values(), return_exceptions=True)
        await self.http.aclose()
        for ended in ends:
            if isinstance(ended, Exception):
                raise ended

    def cut(self) -> None:
        """See Connection."""
        for task in self._listening.values():
            task.cancel()

    async def follow(self, code: str, since: int, begun: Begun) -> None:
        """Hear a room's events after a seq until the room, the membership or the server ends."""
        raise NotImplementedError


class OverStream(OverHttp):
    """Server-sent events."""

    async def follow(self, code: str, since: int, begun: Begun) -> None:
        """See OverHttp."""
        path, seq = f"{PREFIX}/rooms/{code}/stream", ""
        async with self.http.stream("GET", path, params={"since": since}) as answer:
            assert answer.status_code == 200, await answer.aread()
            begun.set_result(None)
            async for line in answer.aiter_lines():
                name, _, value = line.partition(": ")
                if name == "id":
                    seq = value.rpartition(":")[2]
                elif name == "data":
                    event = json.loads(value)
                    assert str(event.get("seq", "")) == seq, "the id has the seq"
                    self.hear(event)
                    seq = ""


class OverLongPolls(OverHttp):
    """`GET …/events?wait=…`, again and again; who asks after the end is refused, and told no event."""

    hears_the_end = False

    async def follow(self, code: str, since: int, begun: Begun) -> None:
        """See OverHttp."""
        begun.set_result(None)
        while True:
            try:
                page = await self.carry_out("events", {"code": code, "since": since, "wait": WAIT})
            except RefusalError as refused:
                if refused.error["code"] not in {"not_a_member", "room_not_found"}:
                    raise
                return
            except httpx2.TransportError:
                return  # the server isn't there; whoever needs it will notice
            for event in page["events"]:
                self.hear(event)
                since = event["seq"]
