"""Join storm: everybody is connected, and enters the same room at once."""

import asyncio
from time import perf_counter

from hubbub.bench.crowd import AT_ONCE, crowd_at, some_at_a_time
from hubbub.bench.member import Member
from hubbub.bench.plan import Plan
from hubbub.bench.process import Usage
from hubbub.bench.room import Room
from hubbub.bench.server import Contestant
from hubbub.bench.statistics import Figures, percentile
from hubbub.bench.talk import Talk


async def measure(contestant: Contestant, plan: Plan) -> Figures:
    """Time it until the last one is in; then a message must reach them all."""
    async with contestant.serving(1) as server, crowd_at(server) as crowd:
        room = Room(server.codes[0])
        newcomers = (Member(room, {"name": f"Person {number}"}) for number in range(plan.people))
        members = await some_at_a_time(crowd.connect, newcomers, AT_ONCE)
        before = Usage.now(server.pid)
        waits = await asyncio.gather(*map(_join, members))
        spent = Usage.now(server.pid).since(before)
        said = await Talk([room], server.pid).once()
    return (
        said
        | spent.shares()
        | {
            "seconds": spent.seconds,
            "cpu_per_person": spent.server / len(members) * 1e6,
            "p50": percentile(waits, 50),
            "p99": percentile(waits, 99),
            "slowest": max(waits),
        }
    )


async def _join(member: Member) -> float:
    began = perf_counter()
    member.join()
    await member.joined
    return (perf_counter() - began) * 1000
