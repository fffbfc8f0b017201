"""What the contract suites start from: people, rooms and messages in a store."""

import asyncio
import itertools
from collections.abc import Awaitable
from typing import TypeVar

import pytest

from hubbub.core.clock import DAY
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import MessageSent, StoredEvent
from hubbub.core.reply import Sent
from hubbub.core.room import Lifetime, Room
from hubbub.core.user import User, UserKind
from hubbub.store.base import Membership, NewMessage, NewRoom, Store

AT = 1_800_000_000_000
LONG_AGO = AT - 365 * DAY
EVERYTHING = 10_000

T = TypeVar("T")

_numbers = itertools.count(1)


async def guest(store: Store, name: str = "Ann", *, kind: UserKind = UserKind.GUEST) -> User:
    """Add a guest; ids ascend. The token's hash is the id."""
    user = User(f"user{next(_numbers):08d}", name, kind)
    await store.add_guest(user, user.id.encode(), AT)
    return user


async def account(store: Store, name: str) -> User:
    """Add somebody with an account."""
    return await guest(store, name, kind=UserKind.ACCOUNT)


def draft(
    owner: User,
    code: str = "ABCD",
    *,
    private: bool = False,
    capacity: int | None = None,
    lifetime: Lifetime = Lifetime.KEPT,
    expires_days: int | None = None,
    at: int = AT,
) -> NewRoom:
    """Return a room to be made."""
    return NewRoom(code, f"epoch{next(_numbers)}", "Tea", private, capacity, lifetime, expires_days, owner, at)


async def room(store: Store, code: str = "ABCD", *, capacity: int | None = None, private: bool = False) -> Room:
    """Add a room whose owner is somebody without a part in the test."""
    owner = await guest(store, f"Owner of {code}")
    return await store.add_room(draft(owner, code, capacity=capacity, private=private))


async def member(store: Store, name: str = "Ann", *codes: str) -> User:
    """Add a guest who is a member, with a seat, of rooms (`ABCD` if none is named)."""
    user = await guest(store, name)
    for code in codes or ("ABCD",):
        await store.add_member(code, user, AT)
    return user


def message(
    author: User,
    text: str = "hello",
    client_message_id: str | None = None,
    *,
    code: str = "ABCD",
    reply_to: int | None = None,
    at: int = AT,
) -> NewMessage:
    """Return a message to be appended, under an id of its own if none is given."""
    return NewMessage(code, author, text, client_message_id or f"id{next(_numbers)}", reply_to, at)


async def say(store: Store, author: User, text: str = "hello", *, code: str = "ABCD", at: int = AT) -> Sent:
    """Append a message."""
    return await store.append_message(message(author, text, code=code, at=at))


async def log_of(store: Store, room: Room) -> list[StoredEvent]:
    """Return all events of a room."""
    return await store.events(room.id, 0, EVERYTHING)


async def messages_of(store: Store, room: Room) -> list[MessageSent]:
    """Return all messages of a room."""
    return await store.messages(room.id, None, None, EVERYTHING)


async def find_room(store: Store, code: str = "ABCD") -> Room:
    """Return a room that must be there."""
    found = await store.find_room(code)
    assert found
    return found


async def find_member(store: Store, user: User, code: str = "ABCD") -> Membership:
    """Return a membership that must be there."""
    found = await store.find_member(code, user.id)
    assert found
    return found


async def refusal(change: Awaitable[object]) -> ChatError:
    """Return the ChatError with which a change is refused."""
    with pytest.raises(ChatError) as caught:
        await change
    return caught.value


async def at_once(*changes: Awaitable[T]) -> tuple[list[T], list[ErrorCode]]:
    """Make changes at the same time; return the results of those that succeeded and the refusals of the others."""
    results: list[T] = []
    refusals: list[ErrorCode] = []
    for outcome in await asyncio.gather(*changes, return_exceptions=True):
        if isinstance(outcome, ChatError):
            refusals.append(outcome.code)
        elif isinstance(outcome, BaseException):
            raise outcome
        else:
            results.append(outcome)
    return results, refusals
