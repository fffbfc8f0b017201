"""Visits: people who come to a busy server for a moment, through every door, and go in every way there is."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import httpx2

from tests.live_client import RefusalError, begin_to_poll
from tests.wire import Wire

PATIENCE = 60.0
MOST_KNOWN = 200
"""Guests who are kept to come again; they make room for new ones."""

UNKNOWN_SID = '{"code":1,"message":"Session ID unknown"}'


class LetGoError(Exception):
    """A poller's socket was closed before the poller asked again."""


def is_busy(error: Exception) -> bool:
    """Tell whether a visit ended as it may where the machine is too busy for all of them: people then come back.

    They were asked to try again, or their own silence was too long for the heartbeat.
    """
    if isinstance(error, RefusalError):
        return bool(error.error["code"] == "unavailable")
    return isinstance(error, LetGoError) or (isinstance(error, ConnectionError) and str(error) == "heartbeat")


@dataclass
class Town:
    """Where people go: a server, its busy rooms, and those who have been here before (their tokens)."""

    url: str
    codes: list[str]
    chance: random.Random
    known: list[str] = field(default_factory=list)
    named: int = 0

    async def somebody(self, receive_buffer: int = 0) -> Wire:
        """Connect as somebody who has been here before, or as a new guest."""
        if self.known and self.chance.random() < 0.7:
            token = self.chance.choice(self.known)
            wire = await Wire.come_in(self.url, receive_buffer=receive_buffer, token=token)
            wire.token = token
            return wire
        wire = await self.stranger(receive_buffer)
        self.known.append(wire.token)
        if len(self.known) > MOST_KNOWN:
            self.known.pop(self.chance.randrange(len(self.known)))
        return wire

    async def stranger(self, receive_buffer: int = 0) -> Wire:
        """Connect as a new guest whom nobody else is."""
        self.named += 1
        return await Wire.come_in(self.url, receive_buffer=receive_buffer, name=f"Visitor {self.named}")

    async def visitor(self, receive_buffer: int = 0) -> tuple[Wire, str]:
        """Have somebody in a busy room."""
        wire, code = await self.somebody(receive_buffer), self.chance.choice(self.codes)
        await wire.ask("join_room", code=code)
        return wire, code

    async def a_while(self, most: float = 2.0) -> None:
        """Stay for a moment."""
        await asyncio.sleep(self.chance.uniform(0, most))


Visit = Callable[[Town], Awaitable[None]]
VISITS: list[Visit] = []


def kind(visit: Visit) -> Visit:
    """Add a kind of visit."""
    VISITS.append(visit)
    return visit


@kind
async def says_something_and_closes(town: Town) -> None:
    wire, code = await town.visitor()
    await town.a_while()
    await wire.ask("send_message", code=code, text="a visitor's word")
    await wire.close()


@kind
async def disconnects(town: Town) -> None:
    wire, _ = await town.visitor()
    await town.a_while()
    wire.say("41")
    wire.transport.close()
    await wire.closed


@kind
async def is_cut_off(town: Town) -> None:
    wire, _ = await town.visitor()
    await town.a_while()
    wire.cut()
    await wire.closed


@kind
async def is_cut_off_while_joining(town: Town) -> None:
    wire = await town.somebody()
    wire.command("join_room", {"code": town.chance.choice(town.codes)})
    wire.cut()
    await wire.closed


@kind
async def falls_silent(town: Town) -> None:
    wire, _ = await town.visitor()
    wire.answers_pings = False
    await asyncio.wait_for(wire.closed, PATIENCE)
    assert wire.reason == "heartbeat", wire.reason


@kind
async def reads_slowly(town: Town) -> None:
    """Stop reading: whether they are back in time or dropped, they find themselves in the room again."""
    wire, code = await town.visitor(receive_buffer=4096)
    wire.transport.pause_reading()
    await town.a_while(8)
    wire.transport.resume_reading()
    with suppress(ConnectionError):
        await wire.ask("send_message", code=code, text="a slow one's word")
        wire.transport.close()
    await wire.closed


@kind
async def leaves_for_good(town: Town) -> None:
    wire, code = await town.stranger(), town.chance.choice(town.codes)
    await wire.ask("join_room", code=code)
    await town.a_while()
    await wire.ask("leave_room", code=code)
    await wire.close()


@kind
async def makes_a_room_and_deletes_it(town: Town) -> None:
    wire = await town.somebody()
    code = (await wire.ask("create_room"))["code"]
    await wire.ask("join_room", code=code)
    for number in range(20):
        await wire.ask("send_message", code=code, text=f"word {number}")
    await wire.ask("delete_room", code=code)
    await wire.close()


@kind
async def makes_a_room_that_vanishes(town: Town) -> None:
    wire = await town.somebody()
    code = (await wire.ask("create_room", lifetime="vanishes"))["code"]
    await wire.ask("join_room", code=code)
    await wire.ask("send_message", code=code, text="word")
    wire.cut()
    await wire.closed


async def _come_in_by_polls(town: Town, client: httpx2.AsyncClient) -> None:
    answer = await begin_to_poll(client, json.dumps({"token": town.chance.choice(town.known)}))
    assert "welcome" in answer.text, answer.text
    join = json.dumps(["join_room", {"code": town.chance.choice(town.codes)}])
    await _post(client, f"42{join}")


async def _post(client: httpx2.AsyncClient, packet: str) -> None:
    answer = await client.post("/socket.io/", content=packet)
    if answer.text == UNKNOWN_SID:
        raise LetGoError
    assert answer.text == "ok", answer.text


async def _poll(client: httpx2.AsyncClient, times: int) -> None:
    for _ in range(times):
        answer = await client.get("/socket.io/")
        if answer.text == UNKNOWN_SID:
            raise LetGoError
        assert answer.status_code == 200, answer.text
        if "2" in answer.text.split("\x1e"):
            await _post(client, "3")


@kind
async def polls_and_closes(town: Town) -> None:
    async with _browser(town) as client:
        await _come_in_by_polls(town, client)
        await _poll(client, town.chance.randrange(1, 30))
        await _post(client, "1")


@kind
async def polls_and_stays_away(town: Town) -> None:
    async with _browser(town) as client:
        await _come_in_by_polls(town, client)
        await _poll(client, town.chance.randrange(1, 5))


@kind
async def reads_the_stream(town: Town) -> None:
    """Read server-sent events for a while, then go in the middle of one."""
    wire, code = await town.visitor()
    await wire.close()
    headers = {"Authorization": f"Bearer {wire.token}"}
    pieces = town.chance.randrange(1, 200)
    async with (
        _browser(town) as client,
        client.stream("GET", f"/api/v1/rooms/{code}/stream", headers=headers) as answer,
    ):
        assert answer.status_code == 200, answer.status_code
        async for _ in answer.aiter_raw():
            pieces -= 1
            if not pieces:
                break


def _browser(town: Town) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(base_url=town.url, timeout=PATIENCE, verify=False)
