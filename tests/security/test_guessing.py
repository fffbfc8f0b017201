"""Guessing codes (S8): ten wrong ones over all doors together; to strangers, a private room and none are alike."""

import asyncio
import contextlib
import itertools
import re
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from hubbub.core.clock import DAY
from hubbub.core.command import Events, RoomCommand
from hubbub.core.join_code import ALPHABET, PRIVATE_LENGTH
from hubbub.core.throttle import ALARM_DELAY, ALARM_MISSES, FORGOTTEN_AFTER, FREE_MISSES, Misses
from hubbub.gateways.http.routes import PREFIX, ROUTES, Route
from tests.live_client import RefusalError, connected
from tests.live_client import Route as Way
from tests.people import Person
from tests.security.guesser import DOORS, WRONG, Guesser, alike_to_strangers
from tests.server_process import ROOT, ServerProcess

HOLDS = ("hubbub.chat.codes",)

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]

ALICE, BOB, CAROL = "203.0.113.7", "203.0.113.8", "2001:db8:0:1::1"
NEAR_CAROL, FAR_FROM_CAROL = "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"
ROUNDS = 3
"""How often something is tried again that a busy machine may have spoilt."""

BODIES: dict[str, dict[str, Any]] = {"send_message": {"text": "x"}, "read": {"number": 0}}
LOOKS = [row for row in ROUTES if issubclass(row.command, RoomCommand) and row.command.type != "join_room"]
STREAM = Route("GET", "/rooms/{code}/stream", Events)


@pytest.fixture
def private(start: Start) -> Callable[[str], tuple[str, str]]:
    """Start a server that trusts this machine as a proxy, or nobody; return its address and a private room's code."""

    def private(trusted: str = "127.0.0.1") -> tuple[str, str]:
        server = start(trusted_proxies=trusted)
        with Person(server.url, "Owner") as owner:
            return server.url, owner.create_room(private=True)

    return private


async def test_s8_wrong_codes_of_one_address_are_counted_over_all_doors_together(
    private: Callable[[], tuple[str, str]],
) -> None:
    url, code = private()
    for number, door in zip(range(FREE_MISSES), itertools.cycle(DOORS)):
        somebody = await Guesser.at(url, ALICE)
        assert await somebody.guess(door, WRONG[number]) == "room_not_found"
    for door in DOORS:
        assert await (await Guesser.at(url, ALICE)).guess(door, code) == "slow_down", "the right code tells no more"
        assert await (await Guesser.at(url, BOB)).guess(door, code) == "ok", "others are let in"


async def test_s8_wrong_codes_of_one_user_are_counted_over_all_doors_and_addresses(
    private: Callable[[], tuple[str, str]],
) -> None:
    url, code = private()
    eve = await Guesser.at(url, "198.51.100.200")
    for number, door in zip(range(FREE_MISSES), itertools.cycle(DOORS)):
        assert await eve.from_address(f"198.51.100.{number}").guess(door, WRONG[number]) == "room_not_found"
    for door in DOORS:
        assert await eve.from_address(ALICE).guess(door, code) == "slow_down"
        assert await (await Guesser.at(url, "198.51.100.1")).guess(door, code) == "ok", "somebody else may"


async def test_s8_a_network_of_ipv6_counts_as_one_address(private: Callable[[], tuple[str, str]]) -> None:
    url, code = private()
    for number in range(FREE_MISSES):
        address = f"2001:db8:0:1::{number + 1:x}"
        assert await (await Guesser.at(url, address)).guess("http", WRONG[number]) == "room_not_found"
    assert await (await Guesser.at(url, NEAR_CAROL)).guess("http", code) == "slow_down"
    assert await (await Guesser.at(url, FAR_FROM_CAROL)).guess("http", code) == "ok"


async def test_s8_whoever_is_no_proxy_gains_nothing_by_naming_other_addresses(
    private: Callable[[str], tuple[str, str]],
) -> None:
    url, code = private("192.0.2.1")
    for number, door in zip(range(FREE_MISSES), itertools.cycle(DOORS)):
        liar = await Guesser.at(url, f"198.51.100.{number}")
        assert await liar.guess(door, WRONG[number]) == "room_not_found"
    for door in DOORS:
        assert await (await Guesser.at(url, BOB)).guess(door, code) == "slow_down"


async def test_s8_a_restart_forgets_no_wrong_code_at_any_door(start: Start) -> None:
    first = start()
    with Person(first.url, "Owner") as owner:
        code = owner.create_room(private=True)
    for number, door in zip(range(FREE_MISSES), itertools.cycle(DOORS)):
        assert await (await Guesser.at(first.url)).guess(door, WRONG[number]) == "room_not_found"
    first.kill()
    second = start()
    for door in DOORS:
        assert await (await Guesser.at(second.url)).guess(door, code) == "slow_down"


def test_s8_members_of_a_deleted_room_who_ask_for_it_keep_nobody_at_their_address_out(start: Start) -> None:
    url = start().url
    with contextlib.ExitStack() as everybody:
        owner, newcomer, *members = [
            everybody.enter_context(Person(url, f"Guest {number}")) for number in range(FREE_MISSES + 4)
        ]
        deleted, other = owner.create_room(), owner.create_room(private=True)
        for each in members:
            each.join(deleted)
        owner.ask("DELETE", f"/rooms/{deleted}")
        for each in members:
            for path in ("", "/events", "/stream"):
                assert each.refused("GET", f"/rooms/{deleted}{path}")["code"] == "room_not_found"
        assert newcomer.join(other)["room"]["code"] == other
        for wrong in WRONG[:FREE_MISSES]:
            assert newcomer.refused("GET", f"/rooms/{wrong}")["code"] == "room_not_found"
        assert newcomer.refused("GET", f"/rooms/{deleted}")["code"] == "slow_down"


async def test_s8_after_many_wrong_codes_of_all_together_every_further_one_is_answered_late(
    private: Callable[[], tuple[str, str]],
) -> None:
    url, code = private()
    few = FREE_MISSES - 1
    for number in range(-(-ALARM_MISSES // few)):
        somebody = await Guesser.at(url, f"198.51.100.{number}")
        async with httpx2.AsyncClient(base_url=url + PREFIX, headers=somebody.headers, verify=False) as client:
            for wrong in WRONG[:few]:
                assert (await client.get(f"/rooms/{wrong}")).status_code == 404
    for number in range(ROUNDS):
        late, known = await Guesser.at(url, f"192.0.2.{number}"), [await Guesser.at(url, BOB) for _ in DOORS]
        slow = [asyncio.create_task(seconds_of_a_miss(late, door)) for door in DOORS]
        for door, somebody in zip(DOORS, known, strict=True):
            assert await somebody.guess(door, code) == "ok"
        waited = any(each.done() for each in slow)
        assert min(took := await asyncio.gather(*slow)) >= ALARM_DELAY, took
        if not waited:
            break
    assert not waited, "who knows the code waits for nobody"


async def seconds_of_a_miss(guesser: Guesser, door: str) -> float:
    """Return how long it takes to be told at a door that a code is wrong."""
    began = time.monotonic()
    assert await guesser.guess(door, WRONG[0]) == "room_not_found"
    return time.monotonic() - began


def test_s8_a_hundred_addresses_find_a_private_room_in_a_day_with_a_chance_of_less_than_one_in_a_thousand() -> None:
    best = max(tries_in_a_day(in_a_row) for in_a_row in range(1, 30))
    assert f"{best:,} tries a day" in (ROOT / "docs/security.md").read_text()
    codes = len(ALPHABET) ** PRIVATE_LENGTH
    assert f"one in {codes // (100 * best) // 10 * 10:,}" in (ROOT / "docs/security.md").read_text()
    assert 100 * best / codes < 0.001


def tries_in_a_day(in_a_row: int) -> int:
    """Return how often somebody may guess who pauses until all is forgotten after so many misses in a row."""
    misses, now, tries = Misses(), DAY, 0
    while now < 2 * DAY:
        for _ in range(in_a_row):
            now += misses.wait(now)
            misses, tries = misses.another(now), tries + (now < 2 * DAY)
        now = max(misses.since, misses.until) + FORGOTTEN_AFTER + 1
    return tries


@pytest.mark.parametrize("route", [*LOOKS, STREAM], ids=lambda row: f"{row.method} {row.path}")
def test_s8_a_private_room_and_none_are_answered_alike_in_status_body_and_headers(
    server: ServerProcess, route: Any
) -> None:
    with Person(server.url) as owner, Person(server.url, "Eve") as eve:
        answers = []
        for code in alike_to_strangers(owner):
            path = route.path.replace("{code}", code)
            answer = eve.request(route.method, path, json=BODIES.get(route.command.type))
            headers = {name: value for name, value in answer.headers.items() if name != "date"}
            answers.append((answer.status_code, answer.text.replace(code, "CODE"), headers))
        assert answers[0][0] == 404
        assert answers[0] == answers[1] == answers[2]


async def test_s8_a_private_room_and_none_are_refused_alike_at_the_live_door(server: ServerProcess) -> None:
    with Person(server.url) as owner:
        codes = alike_to_strangers(owner)
    async with connected(Way(server.url), name="Eve") as eve:
        for route in LOOKS:
            refusals = []
            for each in codes:
                with pytest.raises(RefusalError) as refused:
                    await eve.ask(route.command.type, code=each, **BODIES.get(route.command.type, {}))
                refusals.append(str(refused.value.error).replace(each, "CODE"))
            assert refusals[0] == refusals[1] == refusals[2]
            assert "room_not_found" in refusals[0]


@pytest.mark.parametrize("path", ["/r/CODE", "/r/CODE/qr.svg", "/CODE"])
def test_s8_no_page_tells_whether_there_is_a_room(server: ServerProcess, path: str) -> None:
    with Person(server.url) as owner, httpx2.Client(base_url=server.url) as browser:
        codes = owner.create_room(private=True), owner.create_room(), "ZZZZ", WRONG[0]
        answers = [browser.get(path.replace("CODE", code)) for code in codes]
        assert len({answer.status_code for answer in answers}) == 1
        assert len({tuple(sorted({*answer.headers} - {"set-cookie"})) for answer in answers}) == 1
        if not path.endswith(".svg"):  # whose picture is the code
            assert len({_without_code(answer, code) for answer, code in zip(answers, codes, strict=True)}) == 1


def _without_code(answer: httpx2.Response, code: str) -> str:
    """Return where a page leads and what it says, but for the code and its tiles."""
    page = re.sub(r'aria-label="Room [A-Z ]+"|<span class="tile"><span>[A-Z]</span></span>', "", answer.text)
    return f"{answer.headers.get('location')} {page}".replace(code, "CODE")
