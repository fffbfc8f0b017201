"""The cases: what can be measured, by name."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from hubbub.bench.cases import append, fan_out, history, idle, join_storm, resume_storm
from hubbub.bench.plan import Plan
from hubbub.bench.server import Contestant
from hubbub.bench.statistics import Figures


@dataclass(frozen=True, slots=True)
class Case:
    """`title` may name figures; `shown` are those that a table has; `peers` tells whether others can do it too.

    A `large` case takes minutes, so it is measured only where all of it is wanted.
    """

    title: str
    measure: Callable[[Contestant, Plan], Awaitable[Figures]]
    shown: tuple[str, ...]
    peers: bool = True
    large: bool = False


_RATES = ("deliveries_rate", "cpu_per_delivery", "p50", "p99")

CASES: dict[str, Case] = {
    "fan-out-1": Case(
        "{people} people in one room, 1 message in flight", partial(fan_out.one_room, in_flight=1), _RATES
    ),
    "fan-out-8": Case("{people} people in one room, 8 in flight", partial(fan_out.one_room, in_flight=8), _RATES),
    "fan-out-32": Case("{people} people in one room, 32 in flight", partial(fan_out.one_room, in_flight=32), _RATES),
    "small-rooms": Case(
        "{rooms} rooms of 2, 1 in flight in each",
        fan_out.small_rooms,
        ("messages_rate", "cpu_per_message", "p50", "p99"),
    ),
    "latency": Case(
        "200 messages a second in {rooms} rooms of 20", fan_out.fixed_rate, ("p50", "p99", "slowest", "cpu_per_message")
    ),
    "join-storm": Case("{people} people enter one room at once", join_storm.measure, ("seconds", "cpu_per_person")),
    "resume-storm": Case(
        "{people} people come back at once",
        resume_storm.measure,
        ("seconds", "seconds_after_crash", "cpu_per_person"),
        peers=False,
    ),
    "idle": Case(
        "{people} people in {rooms} rooms who say nothing",
        idle.measure,
        ("kb_per_connection", "cpu_per_heartbeat", "seconds"),
    ),
    "crowd": Case(
        "{people} people in {rooms} rooms, with the usual heartbeats",
        idle.measure_crowd,
        ("kb_per_connection", "cpu_per_heartbeat", "heartbeat_cpu", "seconds"),
        peers=False,
        large=True,
    ),
    "history": Case(
        "a page of 50 out of {messages} messages", history.measure, ("p50", "p99", "cpu_per_page"), peers=False
    ),
    "append": Case(
        "messages made durable, 1, 64 and 512 waiting",
        append.measure,
        ("append_1", "append_64", "append_512"),
        peers=False,
    ),
}


def cases_for(plan: Plan) -> list[str]:
    """Return the cases that are measured unless some are named."""
    return [name for name, case in CASES.items() if plan.full or not case.large]
