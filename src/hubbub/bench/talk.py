"""Talk in rooms: as much as can be answered with so many messages in flight, or at a fixed rate."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from itertools import cycle
from time import perf_counter

from hubbub.bench.frames import number_of
from hubbub.bench.process import Usage
from hubbub.bench.room import Room, nothing_more
from hubbub.bench.statistics import Figures, percentile

SAMPLED = 50
"""Members of a room, at most, whose waits are noted: the other waits are like theirs."""

PATIENCE = 10.0
"""Seconds that what was sent has to arrive when nothing more is sent."""


class Talk:
    """Rooms full of people, and the process that serves them."""

    def __init__(self, rooms: list[Room], pid: int) -> None:
        self._rooms = [room for room in rooms if room.members]
        self._members = [member for room in self._rooms for member in room.members]
        self._pid = pid

    async def closed_loop(self, in_flight: int, seconds: float) -> Figures:
        """Keep so many messages in flight in each room: when all have received one, the next is sent."""
        for room in self._rooms:
            room.on_received = _sender(room)
        with _undisturbed():
            for _ in range(in_flight):
                for room in self._rooms:
                    room.send()
            await asyncio.sleep(min(0.5, seconds / 5))  # until it runs evenly
            figures = await self._watch(seconds)
            for room in self._rooms:
                room.on_received = nothing_more
            return figures | await self._settle()

    async def fixed_rate(self, per_second: float, seconds: float) -> Figures:
        """Send when it is time to, however long answers take: a wait counts from when the message was due."""
        sending = asyncio.create_task(_send_when_due(self._rooms, per_second, seconds))
        with _undisturbed():
            figures = await self._watch(seconds)
            await sending
            return figures | await self._settle()

    async def once(self) -> Figures:
        """Say one message in each room; return how long it took until everybody had it."""
        with _undisturbed():
            began = perf_counter()
            for room in self._rooms:
                room.send(began)
            last = await self._all_received(PATIENCE)
            return {"seconds": last - began} | await self._settle()

    async def _watch(self, seconds: float) -> Figures:
        for room in self._rooms:
            for member in room.members[:: -(-len(room.members) // SAMPLED)]:
                member.samples = []
        before, received, done = Usage.now(self._pid), self._received(), self._done()
        await asyncio.sleep(seconds)
        spent = Usage.now(self._pid).since(before)
        received, done = self._received() - received, self._done() - done
        return spent.shares() | {
            "deliveries_rate": received / spent.seconds,
            "messages_rate": done / spent.seconds,
            "cpu_per_delivery": spent.server / received * 1e6 if received else 0.0,
            "cpu_per_message": spent.server / done * 1e6 if done else 0.0,
        }

    async def _settle(self) -> Figures:
        """Wait until everything has arrived, and count what has not."""
        await self._all_received(PATIENCE)
        waits = [wait * 1000 for room in self._rooms for wait in _waits(room)]
        faults = [asdict(room.count_losses()) for room in self._rooms]
        return {
            "people": len(self._members),
            "messages": sum(len(room.sent_at) for room in self._rooms),
            "owed": sum(len(room.sent_at) * len(room.members) for room in self._rooms),
            "deliveries": self._received(),
            "p50": percentile(waits, 50),
            "p99": percentile(waits, 99),
            "slowest": max(waits, default=0.0),
            **{name: sum(each[name] for each in faults) for name in faults[0]},
        }

    async def _all_received(self, within: float) -> float:
        """Return when it was so, or when patience ended."""
        give_up = perf_counter() + within
        while (now := perf_counter()) < give_up and not all(room.is_quiet() for room in self._rooms):  # noqa: ASYNC110
            await asyncio.sleep(0.002)  # an event would cost each delivery something
        return now

    def _received(self) -> int:
        return sum(member.received for member in self._members)

    def _done(self) -> int:
        return sum(room.received_by_all for room in self._rooms)


def _sender(room: Room) -> Callable[[int], None]:
    def send_more(count: int) -> None:
        for _ in range(count):
            room.send()

    return send_more


async def _send_when_due(rooms: list[Room], per_second: float, seconds: float) -> None:
    began = perf_counter()
    for number, room in zip(range(round(per_second * seconds)), cycle(rooms), strict=False):
        due = began + number / per_second
        if (early := due - perf_counter()) > 0:
            await asyncio.sleep(early)
        room.send(due)


def _waits(room: Room) -> Iterator[float]:
    """Give the seconds from when each message was due until each sampled member had it."""
    sent_at = [room.sent_at[number_of(each)] for each in room.order]
    for member in room.members:
        for came_at, begin, end in member.samples or ():
            yield from (came_at - sent for sent in sent_at[begin:end])
        member.samples = None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector away from what is measured."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
