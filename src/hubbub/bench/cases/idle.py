"""Idle: people who are in their rooms and say nothing cost memory and heartbeats; then one message goes to all."""

import asyncio

from hubbub.bench.crowd import Crowd, crowd_at
from hubbub.bench.plan import Plan, check_files
from hubbub.bench.process import Usage, resident_mb
from hubbub.bench.room import Room
from hubbub.bench.server import PING_INTERVAL, Contestant
from hubbub.bench.statistics import Figures
from hubbub.bench.talk import Talk

PEOPLE_IN_A_ROOM = 10


async def measure(contestant: Contestant, plan: Plan) -> Figures:
    """Let some sit for a moment, with heartbeats that come often enough for it."""
    return await _sit(contestant, plan.idle, round(plan.seconds * 1500))


async def measure_crowd(contestant: Contestant, plan: Plan) -> Figures:
    """Let as many sit as one process can be expected to hold, with the usual heartbeats."""
    return await _sit(contestant, plan.crowd, PING_INTERVAL)


async def _sit(contestant: Contestant, people: int, ping_interval: int) -> Figures:
    """Fill rooms of ten, watch until every connection had a heartbeat, then say something in every room."""
    check_files(people)
    async with (
        contestant.serving(max(1, people // PEOPLE_IN_A_ROOM), ping_interval) as server,
        crowd_at(server) as crowd,
    ):
        rooms, empty = [Room(code) for code in server.codes], resident_mb(server.pid)
        await crowd.fill(rooms, people)
        filled = resident_mb(server.pid)
        asked, before = _pings(crowd), Usage.now(server.pid)
        await asyncio.sleep(ping_interval / 1000 * 1.2)
        spent, heartbeats = Usage.now(server.pid).since(before), _pings(crowd) - asked
        said = await Talk(rooms, server.pid).once()
    return said | {
        "rooms": len(rooms),
        "kb_per_connection": (filled - empty) * 1024 / people,
        "heartbeats": heartbeats,
        "heartbeat_seconds": ping_interval / 1000,
        "cpu_per_heartbeat": spent.server / max(1, heartbeats) * 1e6,
        "heartbeat_cpu": spent.shares()["server_cpu"],
    }


def _pings(crowd: Crowd) -> int:
    return sum(member.pings for member in crowd.members)
