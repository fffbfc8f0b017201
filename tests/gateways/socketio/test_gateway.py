"""The live door as a whole, as the composition root puts it together and takes it apart."""

import asyncio
from typing import Any, cast

import pytest

from hubbub.chat import Chat
from hubbub.core.event import Person
from hubbub.core.reply import Me
from hubbub.core.user import User
from hubbub.gateways.socketio import gateway
from hubbub.gateways.socketio.gateway import ChatGateway, Gateway
from hubbub.gateways.socketio.origin import anywhere
from hubbub.gateways.socketio.settings import EngineSettings
from hubbub.gateways.socketio.websocket import WebSocketTransport
from hubbub.session import Session
from tests.gateways.socketio.fakes import FakeApplication, Peer, counting, turn

pytestmark = pytest.mark.anyio

SETTINGS = EngineSettings(may_connect=anywhere(), connect_timeout=60_000)


async def test_a_websocket_reaches_the_application_of_its_namespace() -> None:
    application = FakeApplication()
    door = Gateway(SETTINGS, {"/": application}, counting())
    peer = Peer(door.engine).open()
    peer.send("40", '42["early"]')
    assert await peer.closed() == (1002, "not connected to this namespace")
    peer = Peer(door.engine).open()
    peer.send("40")
    await turn()
    peer.send('421["hello"]')
    assert application.heard[-1] == ("hello", [], 1)


async def test_uvicorn_gets_a_class_that_needs_only_what_uvicorn_gives() -> None:
    door = Gateway(SETTINGS, {}, counting())
    peer = Peer(door.engine)
    made = door.websocket(config=cast("Any", None), server_state=peer.state, app_state={})
    assert isinstance(made, WebSocketTransport)


async def test_the_time_for_a_connect_is_in_milliseconds() -> None:
    door = Gateway(EngineSettings(may_connect=anywhere(), connect_timeout=1), {}, counting())
    peer = Peer(door.engine).open()
    async with asyncio.timeout(30):
        while len(door.engine):
            await turn()
    assert await peer.closed() == (1008, "no CONNECT")


class SlowChat:
    """A chat in which a command ends when it is told to."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()

    async def log_in(self, session: Session, token: str) -> None:
        session.user = cast("User", object())

    async def handle(self, session: object, command: object) -> Me:
        if type(command).__name__ != "WhoAmI":
            await self.may_end.wait()
        return Me(user=Person("id", "Ann"))

    def begin(self, session: object) -> None: ...
    def end(self, session: object) -> None: ...


async def come(door: Gateway) -> Peer:
    """Connect, and ask something that takes time."""
    peer = Peer(door.engine).open()
    peer.send('40{"token":"t"}')
    await turn()
    peer.send('421["my_rooms",{}]')
    await turn()
    await peer.heard()
    return peer


async def test_closing_waits_for_what_is_under_way_and_takes_nothing_new() -> None:
    chat = SlowChat()
    door = ChatGateway(cast("Chat", chat), SETTINGS, counting())
    peer = await come(door)
    closing = asyncio.ensure_future(door.close())
    await turn()
    peer.send('422["my_rooms",{}]')
    await turn()
    assert door.engine.draining
    assert len(door.engine) == 1
    chat.may_end.set()
    await closing
    await turn()
    answer, close = peer._receive()
    assert bytes(answer.data).startswith(b'431[{"ok":true')
    assert bytes(close.data) == (1012).to_bytes(2, "big") + b"closing"
    assert len(door.engine) == 0


async def test_closing_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "FINISH_SECONDS", 0)
    chat = SlowChat()
    door = ChatGateway(cast("Chat", chat), SETTINGS, counting())
    peer = await come(door)
    await door.close()
    assert await peer.closed() == (1012, "closing")
    chat.may_end.set()
    await turn()
