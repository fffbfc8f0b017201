"""Does a long history make the live door slower? The server's CPU per message and question, little and much said."""

import asyncio
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.figure import Figure
from hubbub.bench.filling import TEXT, fill, run
from hubbub.core.user import User
from tests.people import Person
from tests.server_process import ServerProcess, running
from tests.wire import Wire

LENGTHS = (100, 100_000, 1_000_000)
WATCHERS = 5
"""Members who have the room open, beside the one who asks."""

ROUNDS = 15
MESSAGES = 300
"""In one round; so the shortest history is of some thousands at the end, which the ratios bear."""

QUESTIONS = 100
"""Of one kind to one server in one round; the servers take turns, so that noise meets all alike."""

IN_FLIGHT = 8
MOST = 1.1
"""Times the CPU of the shortest history."""


@dataclass
class Place:
    """A server with one room, and what each kind of work has cost in each round, in µs of CPU."""

    server: ServerProcess
    person: Person
    code: str
    epoch: str
    last_seq: int
    costs: dict[str, list[float]] = field(default_factory=dict)


Question = tuple[str, dict[str, Any]]

QUESTIONS_ASKED: dict[str, Callable[[Place], Question]] = {
    "history page, the middle": lambda place: ("messages", {"before": max(52, place.last_seq // 2), "limit": 50}),
    "history page, the latest": lambda place: ("messages", {"limit": 50}),
    "coming back, nothing missed": lambda place: ("join_room", {"since": place.last_seq, "epoch": place.epoch}),
    "coming back, 50 missed": lambda place: ("join_room", {"since": place.last_seq - 50, "epoch": place.epoch}),
    "coming in afresh": lambda _: ("join_room", {}),
    "events beyond memory": lambda place: ("events", {"since": max(1, place.last_seq // 2), "limit": 50}),
    "the members": lambda _: ("members", {"limit": 50}),
}


def measure() -> list[Figure]:
    """Measure each kind of work at each length of history, the servers taking turns."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        places = [stack.enter_context(_place(Path(folder) / str(length), length)) for length in LENGTHS]
        for _ in range(ROUNDS + 1):
            for place in places:
                run(_round(place))
        return [figure for kind in places[0].costs for figure in _figures(kind, places)]


def _figures(kind: str, places: list[Place]) -> list[Figure]:
    rounds = list(zip(*(place.costs[kind][1:] for place in places), strict=True))  # the first round warms up
    first = Figure(f"live, {kind}: CPU with {LENGTHS[0]:,} before", statistics.median(row[0] for row in rounds), "µs")
    return [first] + [
        Figure(f"live, {kind}: {length:,} before", statistics.median(row[at] / row[0] for row in rounds), "times", MOST)
        for at, length in enumerate(LENGTHS[1:], 1)
    ]


@contextmanager
def _place(data: Path, length: int) -> Iterator[Place]:
    """Give a server whose room has so many messages."""
    with running(data) as server, Person(server.url) as ann:
        code = ann.create_room()
    run(fill(data / "hubbub.db", User(ann.id, ann.name), code, length, 512))
    with running(data, throttle="off") as server, Person(server.url, "Bob") as bob:
        joined = bob.join(code)
        yield Place(server, bob, code, joined["epoch"], joined["last_seq"])


async def _round(place: Place) -> None:
    wires = [await Wire.come_in(place.server.url, token=place.person.token) for _ in range(1 + WATCHERS)]
    for wire in wires:
        await wire.ask("join_room", code=place.code)
    await _cost(place, f"message sent, {WATCHERS} watching", MESSAGES, _send(wires[0], place))
    for wire in wires[1:]:
        await wire.close()
    for kind, question_of in QUESTIONS_ASKED.items():
        name, fields = question_of(place)
        await _cost(place, kind, QUESTIONS, _ask(wires[0], name, {"code": place.code, **fields}))
    await wires[0].close()


async def _cost(place: Place, kind: str, times: int, work: Awaitable[None]) -> None:
    before = _cpu(place.server.process.pid)
    await work
    place.costs.setdefault(kind, []).append((_cpu(place.server.process.pid) - before) / times * 1_000_000)


async def _send(wire: Wire, place: Place) -> None:
    """Send the messages, some of them under way at any time; the last ack says where the room is."""
    left = iter(range(MESSAGES))

    async def send_some() -> None:
        for _ in left:
            reply = await wire.ask("send_message", code=place.code, text=TEXT)
            place.last_seq = max(place.last_seq, reply["seq"])

    await asyncio.gather(*(send_some() for _ in range(IN_FLIGHT)))


async def _ask(wire: Wire, name: str, fields: dict[str, Any]) -> None:
    for _ in range(QUESTIONS):
        await wire.ask(name, **fields)


def _cpu(pid: int) -> float:
    """Return the seconds of CPU of all threads: the scheduler's own count, which is finer than the clock's ticks."""
    threads = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / 1e9
