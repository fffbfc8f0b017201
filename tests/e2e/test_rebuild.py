"""The log tells everything: after any sequence of commands, state rebuilt from events equals state read fresh."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.chat import Chat, ChatSettings
from hubbub.core import command as commands
from hubbub.core.error import ChatError
from hubbub.core.event import (
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageSent,
    Person,
    RoomCreated,
    StoredEvent,
)
from hubbub.session import Session
from hubbub.store.base import Store
from hubbub.store.memory import MemoryStore
from hubbub.store.sqlite import SqliteStore
from hubbub.store.sqlite.files import prepare
from tests.fakes import FakeClock, make_context

PEOPLE = 4
ROOMS = 2


@dataclass
class Rebuilt:
    """A room as somebody knows it who has heard nothing but its events."""

    title: str = ""
    owner: str = ""
    last_seq: int = 0
    members: dict[str, tuple[str, str]] = field(default_factory=dict)
    messages: list[tuple[int, int, str | None, str]] = field(default_factory=list)

    def hear(self, event: StoredEvent) -> None:
        """Take in the next event."""
        assert event.seq == self.last_seq + 1, "a gap"
        self.last_seq = event.seq
        match event:
            case RoomCreated():
                self.title, self.owner = event.title, event.by.id
            case MemberJoined():
                self.members[event.user.id] = (event.user.name, event.role)
            case MemberLeft():
                del self.members[event.user.id]
            case MemberRenamed():
                self.members[event.user.id] = (event.name, self.members[event.user.id][1])
            case MessageSent():
                self.messages.append((event.seq, event.number, event.text, event.by.id))


Step = tuple[int, int, str, str]
STEPS = st.lists(
    st.tuples(
        st.integers(0, PEOPLE - 1),
        st.integers(0, ROOMS - 1),
        st.sampled_from(["join", "join", "leave", "send", "send", "rename", "read", "delete", "pass"]),
        st.sampled_from(["Ann", "Bob", "ann", "Eve", "x", "two words"]),
    ),
    max_size=40,
)


@pytest.fixture(scope="module")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "hubbub.db"
    prepare(path, lambda _: None)
    return path


@pytest.mark.parametrize("adapter", ["sqlite", "memory"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_room_rebuilt_from_its_events_is_the_room_read_fresh(
    adapter: str, empty_database: Path, tmp_path: Path, steps: list[Step]
) -> None:
    asyncio.run(_play_and_compare(adapter, empty_database, tmp_path / "hubbub.db", steps))


async def _play_and_compare(adapter: str, empty: Path, path: Path, steps: list[Step]) -> None:
    async with _open(adapter, empty, path) as store:
        clock = FakeClock()
        chat = Chat(make_context(store, clock, ChatSettings(throttle=False)))
        people = [await _guest(chat, f"Guest {number}") for number in range(PEOPLE)]
        codes = [(await chat.handle(people[0], commands.CreateRoom(title=f"Room {n}"))).code for n in range(ROOMS)]
        for step in steps:
            with contextlib.suppress(ChatError):
                await _take(chat, clock, people, codes, step)
        for code in codes:
            for session in people:
                await _compare(chat, session, code)


async def _take(chat: Chat, clock: FakeClock, people: list[Session], codes: list[str], step: Step) -> None:
    who, where, what, word = step
    session, code = people[who], codes[where]
    match what:
        case "join":
            await chat.handle(session, commands.JoinRoom(code=code))
        case "leave":
            await chat.handle(session, commands.LeaveRoom(code=code))
        case "send":
            await chat.handle(session, commands.SendMessage(code=code, text=word, client_message_id=word))
        case "rename":
            await chat.handle(session, commands.ChangeName(name=word))
        case "read":
            await chat.handle(session, commands.Read(code=code, number=len(word)))
        case "delete":
            await chat.handle(session, commands.DeleteRoom(code=code))
        case "pass":
            clock.advance(61)
            await chat.tick()


async def _compare(chat: Chat, session: Session, code: str) -> None:
    try:
        page = await chat.handle(session, commands.Members(code=code))
    except ChatError as refused:
        if refused.code in {"not_a_member", "room_not_found"}:
            return
        raise
    rebuilt = Rebuilt()
    while (events := await chat.handle(session, commands.Events(code=code, since=rebuilt.last_seq, limit=7))).events:
        for event in events.events:
            rebuilt.hear(event)
    assert rebuilt.last_seq == events.last_seq
    assert rebuilt.members == {member.id: (member.name, member.role) for member in page.members}
    assert rebuilt.messages == [_told(message) for message in await _all_messages(chat, session, code)]
    assert [message[1] for message in rebuilt.messages] == list(range(1, len(rebuilt.messages) + 1)), (
        "numbers are dense"
    )
    assert rebuilt.title == (await chat.handle(session, commands.GetRoom(code=code))).title


async def _all_messages(chat: Chat, session: Session, code: str) -> list[MessageSent]:
    found: list[MessageSent] = []
    while True:
        after = found[-1].seq if found else 0
        page = await chat.handle(session, commands.Messages(code=code, after=after, limit=3))
        found += page.messages
        if not page.more:
            return found


def _told(message: MessageSent) -> tuple[int, int, str | None, str]:
    return message.seq, message.number, message.text, message.by.id


async def _guest(chat: Chat, name: str) -> Session:
    session = Session("127.0.0.1")
    guest: Any = await chat.handle(session, commands.CreateGuest(name=name))
    assert isinstance(guest.user, Person)
    await chat.log_in(session, guest.token)
    return session


@contextlib.asynccontextmanager
async def _open(adapter: str, empty: Path, path: Path) -> AsyncIterator[Store]:
    if adapter == "memory":
        yield MemoryStore()
        return
    for leftover in path.parent.glob("hubbub.db*"):
        leftover.unlink()
    shutil.copy(empty, path)
    async with SqliteStore.open(path) as store:
        yield store
