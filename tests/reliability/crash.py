"""A server that is killed again and again while people write at every door and read, and what is true afterwards."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.follower import Follower
from tests.live_client import LOST, Route, patience
from tests.people import Person
from tests.reliability.doors import DOORS, Door
from tests.server_process import ServerProcess, free_port

READERS = 2


@dataclass
class Sent:
    """What the writers sent, in order, and where it was acknowledged to be: by author and client_message_id."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    acked: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    lost: int = 0  # that had to be sent again
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def ack(self, key: tuple[str, str], place: tuple[int, int]) -> None:
        self.acked[key] = place
        self._more.set()

    async def until(self, count: int) -> None:
        """Wait until so many more are acknowledged."""
        count += len(self.acked)
        async with patience():
            while len(self.acked) < count:
                self._more.clear()
                await self._more.wait()


@dataclass(frozen=True)
class Told:
    """What the writers sent, what the log says in the end, and what the readers were told of it."""

    sent: Sent
    events: list[dict[str, Any]]
    readers: list[Follower]

    def faults(self) -> list[str]:
        """Return every way in which the promise is broken."""
        return faults(self.sent, self.events) + [fault for each in self.readers for fault in self.faults_of(each)]

    def faults_of(self, reader: Follower) -> list[str]:
        """Return every way in which a reader was told something else than the log says."""
        return reader.faults + ([] if reader.log == self.events else ["what was heard isn't the log"])


async def torment(data: Path, kills: int, seed: int, apart: tuple[int, int], module: str = "hubbub") -> Told:
    """Kill a server again and again while people write and read; the kills come by chance, so many acks `apart`."""
    chance, port, sent = random.Random(seed), str(free_port()), Sent()
    up, stop = asyncio.Event(), asyncio.Event()

    def start() -> ServerProcess:
        return ServerProcess(data, port=port, module=module, throttle="off")

    server = start()
    try:
        with ExitStack() as stack:
            people = [stack.enter_context(Person(server.url, f"Person {n}")) for n in range(len(DOORS) + READERS)]
            code = people[0].create_room()
            epoch = {person.join(code)["epoch"] for person in people}.pop()
            readers = [Follower(Route(server.url), person.token, code, epoch) for person in people[len(DOORS) :]]
            writers = [
                write(door, server.url, person, code, sent, up, stop)
                for door, person in zip(DOORS.values(), people, strict=False)
            ]
            async with staying(up, *(reader.follow for reader in readers)):
                writing = [asyncio.create_task(writer) for writer in writers]
                up.set()
                for _ in range(kills):
                    await sent.until(chance.randrange(*apart))
                    up.clear()
                    server.kill()
                    server = await asyncio.to_thread(start)
                    up.set()
                await sent.until(20)
                stop.set()
                await asyncio.gather(*writing)
                events = whole_log(people[0], code)
                for reader in readers:
                    await reader.has_heard(events[-1]["seq"])
            return Told(sent, events, readers)
    finally:
        server.kill()


@asynccontextmanager
async def staying(up: asyncio.Event, *visits: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Have people there whenever the server is up: each visit begins again when it was lost."""

    async def stay(visit: Callable[[], Awaitable[None]]) -> None:
        while True:
            await up.wait()
            with suppress(*LOST):
                await visit()

    tasks = [asyncio.create_task(stay(visit)) for visit in visits]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def write(
    door: Door, url: str, person: Person, code: str, sent: Sent, up: asyncio.Event, stop: asyncio.Event
) -> None:
    """Send one message after another, as fast as the acks come, each until it is acknowledged."""
    number = 1
    while not stop.is_set():
        await up.wait()
        with suppress(*LOST):
            async with door(url, person.token) as send:
                while not stop.is_set():
                    key, text = (person.id, f"{person.name} {number}"), f"text {number} of {person.name}"
                    sent.lost += key in sent.texts
                    sent.texts[key] = text
                    ack = await send(code, text, key[1])
                    sent.ack(key, (ack["seq"], ack["number"]))
                    number += 1


def whole_log(person: Person, code: str) -> list[dict[str, Any]]:
    """Read a room's log from its first event on."""
    events: list[dict[str, Any]] = []
    more = True
    while more:
        page = person.events(code, since=events[-1]["seq"] if events else 0)
        events += page["events"]
        more = page["more"]
    return events


def faults(sent: Sent, events: list[dict[str, Any]]) -> list[str]:
    """Return every way in which the log breaks the promise."""
    said = [event for event in events if event["type"] == "message_sent"]
    keys = [(event["by"]["id"], event["client_message_id"]) for event in said]
    places = dict(zip(keys, ((event["seq"], event["number"]) for event in said), strict=True))
    found = [f"{key} is lost" for key in sent.acked if key not in places]
    found += [f"{key} is there {count} times" for key, count in Counter(keys).items() if count > 1]
    found += [
        f"{key} was acknowledged at {place}, is at {places[key]}"
        for key, place in sent.acked.items()
        if places.get(key, place) != place
    ]
    if [event["seq"] for event in events] != list(range(1, len(events) + 1)):
        found.append("the seqs are not dense")
    if [event["number"] for event in said] != list(range(1, len(said) + 1)):
        found.append("the numbers are not dense")
    found += [
        f"{key} is not what was sent"
        for key, event in zip(keys, said, strict=True)
        if sent.texts.get(key) != event["text"]
    ]
    for author in {author for author, _ in keys}:
        mine = {key: place for key, place in places.items() if key[0] == author}
        if list(mine) != [key for key in sent.texts if key in mine]:
            found.append(f"the messages of {author} are out of order")
    return found
