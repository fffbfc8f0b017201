"""A chat in this process: real SQLite, a clock that stands until it is moved, chance with a seed."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hubbub.chat import Chat, ChatSettings
from hubbub.chat.context import Context
from hubbub.core import command as commands
from hubbub.core.command import Command
from hubbub.core.error import Disconnect
from hubbub.core.event import AnyEvent
from hubbub.session import LiveSession, Session
from hubbub.store.sqlite import SqliteStore
from hubbub.store.sqlite.files import prepare
from tests.fakes import FakeClock, make_context


class Listener(LiveSession):
    """A live session that remembers what it hears."""

    def __init__(self, address: str) -> None:
        self.heard: list[AnyEvent] = []
        self.ended: list[Disconnect] = []
        super().__init__(address, self._hear)

    def _hear(self, event: AnyEvent) -> bytes:
        self.heard.append(event)
        return b""

    def push(self, code: str, frames: bytes, seq: int) -> None:
        """Do nothing more: `_hear` has it."""

    def end(self, reason: Disconnect) -> None:
        """Remember why."""
        self.ended.append(reason)


@dataclass
class House:
    """The chat under test, and ways into it."""

    chat: Chat
    context: Context
    clock: FakeClock

    async def guest(self, name: str = "Ann", address: str = "127.0.0.1") -> Session:
        """Return a session that asks now and then."""
        return await self._logged_in(Session(address), name)

    async def listener(self, name: str = "Ann", address: str = "127.0.0.1") -> Listener:
        """Return a session that hears."""
        session = Listener(address)
        await self._logged_in(session, name)
        return session

    async def room(self, session: Session, **fields: Any) -> str:
        """Make a room; return its code."""
        return str((await self.chat.handle(session, commands.CreateRoom(**fields))).code)

    async def do(self, session: Session, command: Command) -> Any:
        """Carry out a command."""
        return await self.chat.handle(session, command)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.clock.advance(seconds)
        await self.chat.tick()

    async def _logged_in(self, session: Session, name: str) -> Session:
        guest = await self.chat.handle(session, commands.CreateGuest(name=name))
        await self.chat.log_in(session, guest.token)
        return session


OpenHouse = Callable[..., Awaitable[House]]


@pytest.fixture
async def open_house(tmp_path: Path) -> AsyncIterator[OpenHouse]:
    """Open a house with settings of one's own: `await open_house(vanish_after=5)`."""
    path = tmp_path / "hubbub.db"
    prepare(path, lambda _: None)
    async with SqliteStore.open(path) as store:

        async def open_it(**settings: Any) -> House:
            clock = FakeClock()
            context = make_context(store, clock, ChatSettings(**settings))
            return House(Chat(context), context, clock)

        yield open_it


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    """A house with the usual settings."""
    return await open_house()
