"""Fan-out: what is said in a room reaches everybody in it, as quickly as it can."""

from hubbub.bench.crowd import crowd_at
from hubbub.bench.plan import Plan
from hubbub.bench.room import Room
from hubbub.bench.server import Contestant
from hubbub.bench.statistics import Figures
from hubbub.bench.talk import Talk

ROOM_OF_TALK = 20
MESSAGES_PER_SECOND = 200


async def one_room(contestant: Contestant, plan: Plan, in_flight: int) -> Figures:
    """Let everybody be in one room, with so many messages in flight."""
    return await _closed_loop(contestant, plan, 1, in_flight)


async def small_rooms(contestant: Contestant, plan: Plan) -> Figures:
    """Let everybody talk with one other, a message in flight in each room."""
    return await _closed_loop(contestant, plan, max(1, plan.people // 2), 1)


async def fixed_rate(contestant: Contestant, plan: Plan) -> Figures:
    """Let people talk in rooms of twenty as people do: when they like, whatever the server is up to."""
    count = max(1, plan.people // ROOM_OF_TALK)
    async with contestant.serving(count) as server, crowd_at(server) as crowd:
        rooms = [Room(code) for code in server.codes]
        await crowd.fill(rooms, plan.people)
        figures = await Talk(rooms, server.pid).fixed_rate(MESSAGES_PER_SECOND, plan.seconds)
    return figures | {"rooms": count}


async def _closed_loop(contestant: Contestant, plan: Plan, count: int, in_flight: int) -> Figures:
    async with contestant.serving(count) as server, crowd_at(server) as crowd:
        rooms = [Room(code) for code in server.codes]
        await crowd.fill(rooms, plan.people)
        figures = await Talk(rooms, server.pid).closed_loop(in_flight, plan.seconds)
    return figures | {"rooms": count}
