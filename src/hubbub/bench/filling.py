"""Filling a database through the store, without a server."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from hubbub.core.room import Lifetime
from hubbub.core.user import User
from hubbub.store.base import NewMessage, NewRoom
from hubbub.store.sqlite import SqliteStore
from hubbub.store.sqlite.files import prepare

T = TypeVar("T")

EPOCH = "epoch"
OWNER = User("owner", "Ann")
TEXT = "sixty-four bytes are about what people say in a line of a chat.."


@dataclass
class Filling:
    """How many messages were appended in which time; `latencies` in seconds."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run on the loop that the server uses."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


async def make_room(path: Path, owner: User, code: str) -> None:
    """Make a database with a room."""
    prepare(path, lambda _: None)
    async with SqliteStore.open(path) as store:
        await store.add_guest(owner, b"hash", 0)
        await store.add_room(_room(code, owner))


async def make_rooms(path: Path, count: int) -> list[str]:
    """Make a database with so many rooms of nobody's but their owner's; return their codes."""
    prepare(path, lambda _: None)
    codes = [code_of(number) for number in range(count)]
    async with SqliteStore.open(path) as store:
        await store.add_guest(OWNER, b"hash", 0)
        await asyncio.gather(*(store.add_room(_room(code, OWNER)) for code in codes))
    return codes


def code_of(number: int) -> str:
    """Return a room's code, another for each number below 26 to the fourth."""
    return "".join(chr(65 + number // 26**place % 26) for place in (3, 2, 1, 0))


async def fill(path: Path, author: User, code: str, count: int, at_once: int, within: float = float("inf")) -> Filling:
    """Append so many messages, so many of them waiting at any time, or as many as can be within some seconds."""
    filling, left = Filling(), iter(range(count))
    prefix = f"{time.time_ns()}"

    async def append_some(store: SqliteStore, give_up: float) -> None:
        for number in left:
            draft = NewMessage(code, author, TEXT, f"{prefix}-{number}", None, 0)
            began = time.perf_counter()
            if began > give_up:
                break
            await store.append_message(draft)
            filling.latencies.append(time.perf_counter() - began)

    async with SqliteStore.open(path) as store:
        began = time.perf_counter()
        await asyncio.gather(*(append_some(store, began + within) for _ in range(at_once)))
        filling.seconds = time.perf_counter() - began
    return filling


def _room(code: str, owner: User) -> NewRoom:
    return NewRoom(code, EPOCH, "", False, None, Lifetime.KEPT, None, owner, 0)
