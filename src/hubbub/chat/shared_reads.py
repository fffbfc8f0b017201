"""Shared reads: what many ask for at once is read once for all of them, and never earlier than anyone asked."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedReads(Generic[T]):
    """Reads of the same kind, by key.

    Who asks while a read is under way shares the next one, which begins when that ends: a read that had begun before
    might lack what the one who asks relies on.
    """

    def __init__(self) -> None:
        self._under_way: dict[Hashable, asyncio.Task[T]] = {}
        self._next: dict[Hashable, asyncio.Task[T]] = {}

    async def of(self, key: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """Return what is read; raises what the read raises. Who no longer waits leaves it to the others."""
        reading = self._next.get(key)
        if reading is None:
            reading = asyncio.create_task(self._read(key, self._under_way.get(key), read))
            reading.add_done_callback(_look_at)
            self._next[key] = reading
        return await asyncio.shield(reading)

    async def _read(self, key: Hashable, before: "asyncio.Task[T] | None", read: Callable[[], Awaitable[T]]) -> T:
        if before:
            await asyncio.wait({before})
        mine = self._under_way[key] = self._next.pop(key)
        try:
            return await read()
        finally:
            if self._under_way.get(key) is mine:
                del self._under_way[key]


def _look_at(done: "asyncio.Task[T]") -> None:
    if not done.cancelled():
        done.exception()  # those who asked hear of it; if all have gone meanwhile, nobody needs to
