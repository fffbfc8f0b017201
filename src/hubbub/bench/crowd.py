"""A crowd: many members who come in, some at a time, enter their rooms, and go when all is measured."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from ipaddress import IPv4Address
from typing import TypeVar

from hubbub.bench.member import Member
from hubbub.bench.room import Room
from hubbub.bench.server import Server

T = TypeVar("T")
R = TypeVar("R")
M = TypeVar("M", bound=Member)

AT_ONCE = 200
"""Connections that wait for the server at any time, unless a storm is what is measured."""

PER_ADDRESS = 5_000
"""Connections from one address: each needs a port, and the system gives clients 28,000, at random."""

_addresses = itertools.count(2)
"""No address is used twice in a run: the ports of those who left a minute ago are still taken, and looking past many of
them for a free one costs more than all the rest of a connection.
"""


class Crowd:
    """Everybody who is connected to one server; `members` in the order in which they began to come."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.members: list[Member] = []
        self._address = ""

    async def connect(self, member: M) -> M:
        """Let somebody in at the door; the room knows them as a member. Raises RefusedError."""
        if len(self.members) % PER_ADDRESS == 0:
            self._address = str(IPv4Address("127.0.0.0") + next(_addresses))
        self.members.append(member)
        loop, server = asyncio.get_running_loop(), self.server
        await loop.create_connection(lambda: member, server.host, server.port, local_addr=(self._address, 0))
        await member.connected
        member.room.enter(member)
        return member

    async def fill(self, rooms: list[Room], people: int) -> None:
        """Let so many people into the rooms, one room after the other, and wait until all are in."""

        async def come(number: int) -> None:
            member = await self.connect(Member(rooms[number % len(rooms)], {"name": f"Person {number}"}))
            member.join()
            await member.joined

        await some_at_a_time(come, range(people), AT_ONCE)


@asynccontextmanager
async def crowd_at(server: Server) -> AsyncIterator[Crowd]:
    """Give a crowd that still has to come; all are gone at the end, before the server ends: it would wait for them."""
    crowd = Crowd(server)
    try:
        yield crowd
    finally:
        connected = [member for member in crowd.members if member.cut()]
        if connected:
            await asyncio.wait([asyncio.ensure_future(member.gone) for member in connected], timeout=5)


async def some_at_a_time(work: Callable[[T], Awaitable[R]], items: Iterable[T], at_once: int) -> list[R]:
    """Do the work for each item, so many at any time; return the results in order. The first failure ends all."""
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
