"""The crash test at the live door (R1): two readers stay with the room through every `kill -9`, three people write."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_crash import WRITERS, Sent, faults, whole_log
from tests.follower import Follower
from tests.live_client import LOST, Route, connected
from tests.people import Person
from tests.server_process import ServerProcess, free_port

pytestmark = pytest.mark.anyio

READERS = 2


async def test_r1_readers_who_stay_through_ten_kills_see_what_was_acknowledged_once_and_in_order(
    tmp_path: Path,
) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    told = await torment(tmp_path / "data", kills=10, seed=seed)
    assert len(told.sent.acked) > 50, "need acknowledged messages for this test to mean anything"
    assert all(reader.connections > 10 for reader in told.readers), "need readers who were there before every kill"
    assert told.faults() == []


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_r1_readers_who_stay_through_twenty_kills_in_ten_thousand_messages(tmp_path: Path) -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    told = await torment(tmp_path / "data", kills=20, seed=seed, apart=(400, 600))
    assert len(told.sent.acked) > 8_000, "need acknowledged messages for this test to mean anything"
    assert told.faults() == []


async def test_r1_readers_who_were_told_before_the_commit_notice(tmp_path: Path) -> None:
    told = await torment(tmp_path / "data", kills=3, seed=1, module="tests.e2e.ack_too_early")
    assert any("is lost" in fault for fault in faults(told.sent, told.events))
    assert all(told.faults_of(reader) for reader in told.readers)


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


async def torment(data: Path, kills: int, seed: int, apart: tuple[int, int] = (5, 50), module: str = "hubbub") -> Told:
    """Kill a server again and again while people write and read; the kills come by chance, so many acks `apart`."""
    chance, port, sent = random.Random(seed), str(free_port()), Sent()
    up, stop = asyncio.Event(), asyncio.Event()

    def start() -> ServerProcess:
        return ServerProcess(data, port=port, module=module, throttle="off")

    server = start()
    try:
        with ExitStack() as stack:
            people = [stack.enter_context(Person(server.url, f"Person {n}")) for n in range(WRITERS + READERS)]
            code = people[0].create_room()
            epoch = {person.join(code)["epoch"] for person in people}.pop()
            route = Route(server.url)
            readers = [Follower(route, person.token, code, epoch) for person in people[WRITERS:]]
            async with following(readers, up):
                writing = [asyncio.create_task(write(route, each, code, sent, up, stop)) for each in people[:WRITERS]]
                up.set()
                for _ in range(kills):
                    await asyncio.to_thread(sent.wait_for, chance.randrange(*apart))
                    up.clear()
                    server.kill()
                    server = await asyncio.to_thread(start)
                    up.set()
                await asyncio.to_thread(sent.wait_for, 20)
                stop.set()
                await asyncio.gather(*writing)
                events = whole_log(people[0], code)
                for reader in readers:
                    await reader.has_heard(events[-1]["seq"])
            return Told(sent, events, readers)
    finally:
        server.kill()


@asynccontextmanager
async def following(readers: list[Follower], up: asyncio.Event) -> AsyncIterator[None]:
    """Keep readers connected whenever the server is up."""

    async def stay(reader: Follower) -> None:
        while True:
            await up.wait()
            with suppress(*LOST):
                await reader.follow()

    tasks = [asyncio.create_task(stay(reader)) for reader in readers]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended


async def write(route: Route, person: Person, code: str, sent: Sent, up: asyncio.Event, stop: asyncio.Event) -> None:
    """Send one message after another, as fast as the acks come, each until it is acknowledged."""
    number = 1
    while not stop.is_set():
        await up.wait()
        with suppress(*LOST):
            async with connected(route, token=person.token) as client:
                while not stop.is_set():
                    key, text = (person.id, f"{person.name} {number}"), f"text {number} of {person.name}"
                    sent.texts[key] = text
                    ack = await client.ask("send_message", code=code, text=text, client_message_id=key[1])
                    sent.ack(key, (ack["seq"], ack["number"]))
                    number += 1
