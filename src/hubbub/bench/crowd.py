"""A crowd: many members who come in, some at a time, and enter their rooms."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from hubbub.bench.member import Member
from hubbub.bench.room import Room
from hubbub.bench.server import Server

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 200
"""Connections that wait for the server at any time, unless a storm is what is measured."""

PER_ADDRESS = 20_000
"""Connections from one address of our own: each needs a port, and the system gives 28,000 to clients."""


def make_rooms(server: Server) -> list[Room]:
    """Return the server's rooms, still empty."""
    return [Room(code) for code in server.codes]


async def enter(server: Server, rooms: list[Room], people: int) -> list[Member]:
    """Let so many people into the rooms, one room after the other; return them when all are in."""

    async def come(number: int) -> Member:
        member = await connect(server, rooms[number % len(rooms)], {"name": f"Person {number}"}, number)
        member.join()
        await member.joined
        return member

    return await some_at_a_time(come, range(people), AT_ONCE)


async def connect(server: Server, room: Room, credentials: dict[str, str], number: int) -> Member:
    """Let somebody in at the door; `number` decides from which address of this machine."""
    loop = asyncio.get_running_loop()
    source = f"127.0.0.{2 + number // PER_ADDRESS}"
    _, member = await loop.create_connection(
        lambda: Member(room, credentials), server.host, server.port, local_addr=(source, 0)
    )
    await member.connected
    room.enter(member)
    return member


async def some_at_a_time(work: Callable[[T], Awaitable[R]], items: Iterable[T], at_once: int) -> list[R]:
    """Do the work for each item, so many at any time; return the results in order."""
    waiting = asyncio.Semaphore(at_once)

    async def do(item: T) -> R:
        async with waiting:
            return await work(item)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(do(item)) for item in items]
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    return [task.result() for task in tasks]


@asynccontextmanager
async def leaving(members: Sequence[Member]) -> AsyncIterator[None]:
    """Let all go at the end, before the server ends: it would wait for them."""
    try:
        yield
    finally:
        for member in members:
            member.cut()
        await asyncio.wait([member.gone for member in members])
