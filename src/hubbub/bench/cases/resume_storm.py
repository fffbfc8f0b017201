"""Resume storm: all have lost their connection at once, by a cut of the network or with the server, and come back."""

import asyncio
import hashlib
import os
import signal
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from hubbub.bench.crowd import crowd_at, some_at_a_time
from hubbub.bench.filling import EPOCH, make_rooms
from hubbub.bench.member import Member
from hubbub.bench.plan import Plan, check_files
from hubbub.bench.process import Usage
from hubbub.bench.room import Room
from hubbub.bench.server import Contestant, Server, hubbub_on
from hubbub.bench.statistics import Figures, percentile
from hubbub.bench.talk import Talk
from hubbub.core.user import User
from hubbub.store.sqlite import SqliteStore

PEOPLE_IN_A_ROOM = 100

AT_ONCE = 1_000
"""Connections that wait for the server at any time: more would be refused by the system's queue, and try again."""


@dataclass(frozen=True, slots=True)
class Returning:
    """Somebody who was in a room up to a seq."""

    token: str
    code: str
    since: int


async def measure(_: Contestant, plan: Plan) -> Figures:
    """Let all come, lose them, and time it until the last one is back; then the same after a crash of the server."""
    check_files(plan.returning)
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        people = await _fill(Path(folder), plan.returning)
        with hubbub_on(Path(folder)) as server:
            await _come_back(server, people)
            after_cut = await _come_back(server, people)
            os.kill(server.pid, signal.SIGKILL)
        with hubbub_on(Path(folder)) as server:
            after_crash = await _come_back(server, people)
    worst = {name: after_cut[name] + after_crash[name] for name in ("messages", "owed", "deliveries", "lost")}
    return after_cut | worst | {"seconds_after_crash": after_crash["seconds"]}


async def _fill(data: Path, count: int) -> list[Returning]:
    """Make a database with rooms full of people who have read everything."""
    path = data / "hubbub.db"
    codes = await make_rooms(path, -(-count // PEOPLE_IN_A_ROOM))
    users = [User(f"user{number}", f"Person {number}") for number in range(count)]
    places = [codes[number % len(codes)] for number in range(count)]
    now = time.time_ns() // 1_000_000
    async with SqliteStore.open(path) as store:
        await asyncio.gather(*(store.add_guest(user, _hash(user.id), now) for user in users))
        joining = zip(places, users, strict=True)
        await asyncio.gather(*(store.add_member(code, user, now) for code, user in joining))
        last = {code: room.last_seq for code in codes if (room := await store.find_room(code))}
    return [Returning(user.id, code, last[code]) for user, code in zip(users, places, strict=True)]


async def _come_back(server: Server, people: list[Returning]) -> Figures:
    """Let everybody come, prove that all are live by a message in each room, and cut them off."""
    rooms = {code: Room(code) for code in dict.fromkeys(person.code for person in people)}
    waits: list[float] = []

    async def come(person: Returning) -> None:
        began = time.perf_counter()
        member = await crowd.connect(Member(rooms[person.code], {"token": person.token}))
        member.join(since=person.since, epoch=EPOCH)
        await member.joined
        waits.append((time.perf_counter() - began) * 1000)

    async with crowd_at(server) as crowd:
        before = Usage.now(server.pid)
        await some_at_a_time(come, people, AT_ONCE)
        spent = Usage.now(server.pid).since(before)
        said = await Talk(list(rooms.values()), server.pid).once()
    return (
        said
        | spent.shares()
        | {
            "seconds": spent.seconds,
            "cpu_per_person": spent.server / len(people) * 1e6,
            "p50": percentile(waits, 50),
            "p99": percentile(waits, 99),
            "slowest": max(waits),
        }
    )


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
