"""How long an answer takes tells guessers nothing (S8): of a private room, of a deleted one and of none, the same."""

import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import pytest

from tests.live_client import RefusalError, connected
from tests.live_client import Route as Way
from tests.people import Person
from tests.security.guesser import alike_to_strangers
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

WITHIN = 0.005
"""Seconds by which the median answers for a private room and for none may differ."""

TRIES = 150
ROUNDS = 3
"""How often it is measured again, since machines are busy."""


async def test_s8_a_private_room_and_none_are_answered_in_the_same_time(server: ServerProcess) -> None:
    with Person(server.url) as owner, Person(server.url, "Eve") as eve:

        async def look(path: str, code: str) -> None:
            assert eve.request("GET", f"/rooms/{code}{path}").status_code == 404

        codes = alike_to_strangers(owner)
        for path in ("", "/events", "/messages"):
            await take_the_same_time(codes, partial(look, path))


async def test_s8_a_private_room_and_none_are_refused_in_the_same_time_at_the_live_door(server: ServerProcess) -> None:
    with Person(server.url) as owner:
        codes = alike_to_strangers(owner)
    async with connected(Way(server.url), name="Eve") as eve:

        async def look(command: str, code: str) -> None:
            with pytest.raises(RefusalError, match="room_not_found"):
                await eve.ask(command, code=code)

        for command in ("get_room", "events", "messages"):
            await take_the_same_time(codes, partial(look, command))


async def take_the_same_time(codes: Sequence[str], look: Callable[[str], Awaitable[None]]) -> None:
    """Compare medians of many tries in turn; only a difference that stays over three rounds is one."""
    differences: list[float] = []
    while len(differences) < ROUNDS:
        took: dict[str, list[float]] = {code: [] for code in codes}
        for each in [*codes] * TRIES:
            began = time.perf_counter()
            await look(each)
            took[each].append(time.perf_counter() - began)
        medians = [statistics.median(times) for times in took.values()]
        differences.append(max(medians) - min(medians))
        if differences[-1] <= WITHIN:
            break
    assert differences[-1] <= WITHIN, (look, differences)
