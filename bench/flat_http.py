"""Does a long history make a room slower over HTTP? The server's CPU per request, with little and much said before."""

import json
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.caller import Caller
from bench.figure import Figure
from hubbub.bench.filling import TEXT, fill, run
from hubbub.bench.process import cpu_seconds
from hubbub.core.user import User
from tests.people import Person
from tests.server_process import ServerProcess, running

LENGTHS = (100, 100_000, 1_000_000)
ROUNDS = 7
REQUESTS = 300
"""Requests of one kind to one server in one round; the servers take turns, so that noise meets all alike."""

MOST = 1.1
"""Times the CPU of the shortest history."""


@dataclass
class Place:
    """A server with one room, and what its requests have cost in each round, in ms of CPU."""

    server: ServerProcess
    person: Person
    code: str
    last_seq: int
    costs: dict[str, list[float]] = field(default_factory=dict)


Request = tuple[str, str, dict[str, str] | None]

KINDS: dict[str, Callable[[Place], Request]] = {
    "message sent": lambda place: ("POST", f"/rooms/{place.code}/messages", {"text": TEXT}),
    "history page": lambda place: (
        "GET",
        f"/rooms/{place.code}/messages?limit=50&before={max(52, place.last_seq // 2)}",
        None,
    ),
    "events since the last": lambda place: ("GET", f"/rooms/{place.code}/events?since={place.last_seq - 1}", None),
    "events beyond memory": lambda place: (
        "GET",
        f"/rooms/{place.code}/events?limit=50&since={place.last_seq - REQUESTS}",
        None,
    ),
}


def measure() -> list[Figure]:
    """Measure each kind of request at each length of history, the servers taking turns."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        places = [stack.enter_context(_place(Path(folder) / str(length), length)) for length in LENGTHS]
        for _ in range(ROUNDS + 1):
            for place in places:
                run(_round(place))
        return [figure for kind in KINDS for figure in _figures(kind, places)]


def _figures(kind: str, places: list[Place]) -> list[Figure]:
    costs = [statistics.median(place.costs[kind][1:]) for place in places]  # the first round warms up
    first = Figure(f"{kind}, CPU with {LENGTHS[0]:,} before", costs[0], "ms")
    ratios = [cost / costs[0] for cost in costs[1:]]
    return [first] + [
        Figure(f"{kind}, with {length:,} before", ratio, "times", MOST)
        for length, ratio in zip(LENGTHS[1:], ratios, strict=True)
    ]


@contextmanager
def _place(data: Path, length: int) -> Iterator[Place]:
    """Give a server whose room has so many messages."""
    with running(data) as server, Person(server.url) as ann:
        code = ann.create_room()
    author = User(ann.id, ann.name)
    run(fill(data / "hubbub.db", author, code, length, 512))
    with running(data, throttle="off") as server, Person(server.url, "Bob") as bob:
        last_seq = bob.join(code)["last_seq"]
        yield Place(server, bob, code, last_seq)


async def _round(place: Place) -> None:
    caller = await Caller.connect(place.server.url, place.person.token)
    for kind, request_of in KINDS.items():
        request, before = request_of(place), cpu_seconds(place.server.process.pid)
        for _ in range(REQUESTS):
            answer = await caller.call(*request)
        spent = cpu_seconds(place.server.process.pid) - before
        place.costs.setdefault(kind, []).append(spent / REQUESTS * 1000)
        if request[0] == "POST":
            place.last_seq = json.loads(answer)["seq"]
    await caller.close()
