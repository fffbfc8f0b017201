"""The drain: in which order a server is taken apart."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import httpx2
import pytest
import uvicorn
from starlette.types import ASGIApp

from hubbub.chat import Chat
from hubbub.gateways.http import Door, build_app
from hubbub.gateways.socketio.gateway import ChatGateway
from hubbub.server import serve
from hubbub.server.http import HttpServer
from tests.fakes import FakeClock

pytestmark = pytest.mark.anyio


class Story:
    """What happened, in order; it stands for the chat and the server alike."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.door = Door(cast("Chat", self), "cookie", self.ready, dict, FakeClock(), secrets.token_bytes, b"secret")
        self.live = cast("ChatGateway", _Live(self))
        self.server = _Server(self)
        self.live = cast("ChatGateway", _Live(self))
        self.ended = asyncio.Event()

    async def ready(self) -> bool:
        return True

    def close(self, retry_after: float) -> None:
        self.events.append(f"everybody told to come back after {retry_after:g} s")


class _Live:
    def __init__(self, story: Story) -> None:
        self.story = story

    async def close(self) -> None:
        self.story.events.append("live connections closed")


class _Server(HttpServer):
    def __init__(self, story: Story) -> None:
        super().__init__(uvicorn.Config("none"))
        self.story = story

    def close_listeners(self) -> None:
        self.story.events.append(f"listeners closed, draining: {self.story.door.draining}")

    def hang_up(self) -> None:
        self.story.events.append("cut off")
        self.story.ended.set()

    async def serve(self, sockets: object = None) -> None:
        await self.story.ended.wait()
        self.story.events.append(f"ended, asked to: {self.should_exit}")


async def test_newcomers_are_kept_out_then_all_are_told_then_what_is_under_way_ends() -> None:
    story = Story()
    serving = asyncio.create_task(story.server.serve())
    asyncio.get_running_loop().call_soon(story.ended.set)
    await serve.drain(story.door, story.live, story.server, serving)
    assert story.events == [
        "listeners closed, draining: True",
        "everybody told to come back after 1 s",
        "live connections closed",
        "ended, asked to: True",
    ]


async def test_who_does_not_end_in_time_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "GRACE", 0.01)
    story = Story()
    await serve.drain(story.door, story.live, story.server, asyncio.create_task(story.server.serve()))
    assert story.events[-2:] == ["cut off", "ended, asked to: True"]


async def test_a_server_that_drains_or_whose_store_does_not_answer_is_not_ready() -> None:
    story = Story()
    async with asking(build_app(story.door)) as client:
        assert (await client.get("/readyz")).status_code == 200
        story.door.draining = True
        draining = await client.get("/readyz")
        assert (draining.status_code, draining.json()["status"]) == (503, "draining")
        assert (await client.get("/healthz")).status_code == 200, "it is alive all the same"

        async def unready() -> bool:
            return False

        story.door.draining, story.door.ready = False, unready
        unavailable = await client.get("/readyz")
        assert (unavailable.status_code, unavailable.json()["status"]) == (503, "unavailable")


@asynccontextmanager
async def asking(app: ASGIApp) -> AsyncIterator[httpx2.AsyncClient]:
    """Ask an application without a server."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://here") as client:
        yield client
