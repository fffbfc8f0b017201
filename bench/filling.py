"""Filling a room through the store, without a server."""

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
        await store.add_room(NewRoom(code, "epoch", "", False, None, Lifetime.KEPT, None, owner, 0))


async def fill(path: Path, author: User, code: str, count: int, at_once: int) -> Filling:
    """Append so many messages, so many of them waiting at any time."""
    filling, left = Filling(), iter(range(count))
    prefix = f"{time.time_ns()}"

    async def append_some(store: SqliteStore) -> None:
        for number in left:
            draft = NewMessage(code, author, TEXT, f"{prefix}-{number}", None, 0)
            began = time.perf_counter()
            await store.append_message(draft)
            filling.latencies.append(time.perf_counter() - began)

    async with SqliteStore.open(path) as store:
        began = time.perf_counter()
        await asyncio.gather(*(append_some(store) for _ in range(at_once)))
        filling.seconds = time.perf_counter() - began
    return filling
