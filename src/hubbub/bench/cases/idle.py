"""Idle: people who are in their rooms and say nothing cost memory and heartbeats; then one message goes to all."""

import asyncio

from hubbub.bench.crowd import enter, leaving, make_rooms
from hubbub.bench.plan import Plan, check_files
from hubbub.bench.process import Usage, resident_mb
from hubbub.bench.server import PING_INTERVAL, Contestant
from hubbub.bench.statistics import Figures
from hubbub.bench.talk import Talk

PEOPLE_IN_A_ROOM = 10


async def measure(contestant: Contestant, plan: Plan) -> Figures:
    """Fill rooms of ten, watch until every connection had a heartbeat, then say something in every room."""
    check_files(plan.idle)
    ping_interval = PING_INTERVAL if plan.full else round(plan.seconds * 1500)
    async with contestant.serving(max(1, plan.idle // PEOPLE_IN_A_ROOM), ping_interval) as server:
        rooms, empty = make_rooms(server), resident_mb(server.pid)
        members = await enter(server, rooms, plan.idle)
        async with leaving(members):
            filled = resident_mb(server.pid)
            asked, before = sum(member.pings for member in members), Usage.now(server.pid)
            await asyncio.sleep(ping_interval / 1000 * 1.2)
            spent = Usage.now(server.pid).since(before)
            heartbeats = sum(member.pings for member in members) - asked
            said = await Talk(rooms, server.pid).once()
    return said | {
        "rooms": len(rooms),
        "kb_per_connection": (filled - empty) * 1024 / plan.idle,
        "heartbeats": heartbeats,
        "heartbeat_seconds": ping_interval / 1000,
        "cpu_per_heartbeat": spent.server / max(1, heartbeats) * 1e6,
        "heartbeat_cpu": spent.shares()["server_cpu"],
    }
