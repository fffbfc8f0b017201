"""The stream: what its reader is owed in every state."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import httpx2
import pytest

from hubbub.chat import Chat
from hubbub.core.command import CreateGuest, CreateRoom, Events, JoinRoom, LeaveRoom
from hubbub.core.error import Disconnect
from hubbub.core.event import Presence
from hubbub.core.reply import EventPage, NewGuest
from hubbub.core.shape import MAX_SEQ
from hubbub.gateways.http import Door, build_app, stream
from hubbub.gateways.http.stream import StreamSession, codec_of
from hubbub.session import Session
from hubbub.store.base import Membership
from hubbub.store.memory import MemoryStore
from tests.fakes import FakeClock, make_context

pytestmark = pytest.mark.anyio


class HastyStore(MemoryStore):
    """A store in which `hasty` leaves the room just before it is looked for the second time."""

    def __init__(self) -> None:
        super().__init__()
        self.hasty: Session | None = None
        self.looks = 0
        self.chat = Chat(make_context(self, FakeClock()))

    async def find_member(self, code: str, user_id: str) -> Membership | None:
        if self.hasty and self.hasty.user and self.hasty.user.id == user_id:
            self.looks += 1
            if self.looks == 2:
                await self.chat.handle(self.hasty, LeaveRoom(code=code))
        return await super().find_member(code, user_id)


async def guest(chat: Chat, name: str) -> tuple[Session, str]:
    """Return a session of a new guest, and its token."""
    session = Session("192.0.2.1")
    new: NewGuest = await chat.handle(session, CreateGuest(name=name))
    await chat.log_in(session, new.token)
    return session, new.token


def make_door(chat: Chat) -> Door:
    """Return the HTTP door of a chat."""

    async def is_ready() -> bool:
        return True

    clock = FakeClock()
    return Door(chat, "hubbub_test", is_ready, dict, clock, make_context(MemoryStore(), clock).random_bytes, b"secret")


@pytest.mark.parametrize("behind", [False, True])
async def test_a_reader_is_told_that_the_server_closes_even_while_pages_bring_what_they_lack(behind: bool) -> None:
    session = StreamSession("127.0.0.1")
    session.behind = behind
    session.push("WXYZ", b"said ", 3)
    session.push("", b"closing", 0)
    session.end(Disconnect.CLOSING)
    session.push("WXYZ", b"too late", 4)
    assert [frames async for frames in session.frames()] == ([b"closing"] if behind else [b"said ", b"closing"])


@pytest.mark.parametrize(
    ("since", "epoch", "cursor", "reset"),
    [
        (5, "ours", 5, False),
        (9, "ours", 9, False),
        (5, "", 5, False),
        (MAX_SEQ, "", 9, False),
        (5, "theirs", 9, True),
        (10, "ours", 9, True),
        (10, "", 9, True),
    ],
)
async def test_a_reader_goes_on_where_they_were_unless_that_is_in_another_history(
    since: int, epoch: str, cursor: int, reset: bool
) -> None:
    session = StreamSession("127.0.0.1")
    session.begin(EventPage(events=(), last_seq=9, epoch="ours", more=False), since, epoch)
    assert (session.cursor, session.reset) == (cursor, reset)


async def test_all_readers_of_an_epoch_share_what_is_encoded() -> None:
    assert codec_of("ours") is codec_of("ours")
    assert codec_of("ours") is not codec_of("theirs")


async def beginning(session: StreamSession, meanwhile: Callable[[], None]) -> list[bytes]:
    """Return what a reader of an empty room gets when something happens while their page is read."""

    async def handle(_session: object, command: Events) -> EventPage:
        meanwhile()
        return EventPage(events=(), last_seq=command.since, epoch="e", more=False)

    chat = SimpleNamespace(handle=handle, in_step=lambda *_: True, here=lambda _: 7)
    session.rooms.add("WXYZ")
    frames = []
    async for frame in stream._all_since(cast("Door", SimpleNamespace(chat=chat)), session, "wxyz", "e"):
        frames.append(frame)
        session.end(Disconnect.SLOW)
    return frames


async def test_a_reader_who_was_behind_when_somebody_came_or_went_is_told_how_many_are_here_now() -> None:
    session = StreamSession("127.0.0.1")
    gone = Presence(code="WXYZ", here=6, went=("bob",))
    frames = await beginning(session, lambda: session.push("WXYZ", session.codec(gone), 0))
    assert frames == [session.codec(Presence(code="WXYZ", here=7))]


async def test_a_reader_who_has_missed_nobody_is_told_nothing() -> None:
    session = StreamSession("127.0.0.1")
    assert await beginning(session, lambda: session.end(Disconnect.SLOW)) == []


async def test_to_follow_a_room_makes_nobody_a_member_who_is_just_leaving() -> None:
    store = HastyStore()
    chat = store.chat
    (ann, _), (bob, token) = await guest(chat, "Ann"), await guest(chat, "Bob")
    code = (await chat.handle(ann, CreateRoom())).code
    await chat.handle(bob, JoinRoom(code=code))
    store.hasty = bob
    transport = httpx2.ASGITransport(build_app(make_door(chat)))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        path, headers = f"/api/v1/rooms/{code}/stream", {"Authorization": f"Bearer {token}"}
        answer = await asyncio.wait_for(client.get(path, headers=headers), 10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_a_member")
    assert bob.user
    assert await store.find_member(code, bob.user.id) is None
