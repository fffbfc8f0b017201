"""The upgrade from polls to a WebSocket: broken off at any step, or taken to the end, it neither loses nor doubles."""

import asyncio
import json

import pytest
from websockets.asyncio.client import ClientConnection

from tests.scenarios.guest import Guest
from tests.scenarios.party import Party
from tests.scenarios.polling import OverPolling

pytestmark = [pytest.mark.anyio, pytest.mark.scenarios]


@pytest.fixture
async def pair(party: Party) -> tuple[Guest, Guest, str]:
    """Ann, who has a WebSocket, and Bob, who polls, in a room."""
    ann, bob = await party.comes("Ann"), await party.comes("Bob", by="polling")
    code = await ann.opens_a_room()
    await bob.joins(code)
    return ann, bob, code


STEPS = ("the line is open", "the probe is sent", "the probe is answered")


@pytest.mark.parametrize("how", ["closed", "cut"])
@pytest.mark.parametrize("step", STEPS)
async def test_an_upgrade_that_is_broken_off_leaves_the_polls_as_they_were(
    party: Party, pair: tuple[Guest, Guest, str], step: str, how: str
) -> None:
    ann, bob, code = pair
    async with polls_of(bob).second_line() as line:
        await ann.says(code, "before")
        if step != STEPS[0]:
            await line.send("2probe")
        if step == STEPS[2]:
            assert await line.recv() == "3probe"
        await ann.says(code, "meanwhile")
        if how == "cut":
            line.transport.abort()
    await ann.says(code, "after")
    await bob.says(code, "still here")
    await party.settles()
    assert ann.texts(code) == bob.texts(code) == ["before", "meanwhile", "after", "still here"]


async def test_an_upgrade_that_was_broken_off_can_be_begun_again(party: Party, pair: tuple[Guest, Guest, str]) -> None:
    ann, bob, code = pair
    for number in range(3):
        async with polls_of(bob).second_line() as line:
            await line.send("2probe")
            assert await line.recv() == "3probe"
            await ann.says(code, f"try {number}")
        await bob.has_heard(code, ann.at(code))
    async with polls_of(bob).second_line() as line:
        await upgrades(party, bob, line)
        await ann.says(code, "at last")
        assert await heard_texts(line, 1) == ["at last"]


async def test_the_upgrade_answers_the_waiting_poll_and_what_comes_then_comes_once(
    party: Party, pair: tuple[Guest, Guest, str]
) -> None:
    ann, bob, code = pair
    await ann.says(code, *map(str, range(5)))
    async with polls_of(bob).second_line() as line:
        await line.send("2probe")
        assert await line.recv() == "3probe"
        await ann.says(code, *map(str, range(5, 10)))
        talking = asyncio.create_task(ann.pours(code, *map(str, range(10, 110))))
        await changes_over(party, bob, line)
        await talking
        by_line = await heard_texts(line, 110 - len(bob.texts(code)))
        assert bob.texts(code) + by_line == list(map(str, range(110)))


async def test_who_is_cut_off_after_the_upgrade_is_gone_and_resumes_with_the_rest(
    party: Party, pair: tuple[Guest, Guest, str]
) -> None:
    ann, bob, code = pair
    await ann.says(code, "1")
    await bob.has_heard(code, 4)
    polls = polls_of(bob)
    async with polls.second_line() as line:
        await upgrades(party, bob, line)
        line.transport.abort()
    while (answer := await polls.http.get("/socket.io/")).json()["message"] == "Bad request":
        pass  # the line is still up: polls are refused
    assert (answer.status_code, answer.json()["message"]) == (400, "Session ID unknown")
    await ann.says(code, "2", "3")
    await party.comes_back(bob)
    assert await bob.resumes(code) == [2]
    await party.settles()
    assert bob.texts(code) == ["1", "2", "3"]


async def test_what_is_posted_during_an_upgrade_is_done_once(party: Party, pair: tuple[Guest, Guest, str]) -> None:
    ann, bob, code = pair
    async with polls_of(bob).second_line() as line:
        await line.send("2probe")
        assert await line.recv() == "3probe"
        assert await bob.says(code, "by post") == [4]
        await changes_over(party, bob, line)
        await line.send("42" + json.dumps(["send_message", {"code": code, "text": "by line"}]))
        assert (await heard_texts(line, 2 - len(bob.texts(code))))[-1] == "by line"
    await party.settles()
    assert ann.texts(code) == ["by post", "by line"]


async def test_a_second_line_beside_the_first_is_refused(party: Party, pair: tuple[Guest, Guest, str]) -> None:
    ann, bob, code = pair
    async with polls_of(bob).second_line() as line, polls_of(bob).second_line() as other:
        await line.send("2probe")
        assert await line.recv() == "3probe"
        await other.wait_closed()
        assert (other.close_code, other.close_reason) == (1008, "this sid has a WebSocket already")
        await ann.says(code, "1")
    await party.settles()
    assert bob.texts(code) == ["1"]


def polls_of(guest: Guest) -> OverPolling:
    """Return somebody's polls."""
    assert isinstance(guest.connection, OverPolling)
    return guest.connection


async def upgrades(party: Party, guest: Guest, line: ClientConnection) -> None:
    """Change over, as the official clients do: once the probe is answered and no poll waits any more."""
    await line.send("2probe")
    assert await line.recv() == "3probe"
    await changes_over(party, guest, line)


async def changes_over(party: Party, guest: Guest, line: ClientConnection) -> None:
    """Say that the line carries all from now on; what is said and heard by it is the story's to see."""
    await polls_of(guest).stops()
    party.vanishes(guest)
    await line.send("5")


async def heard_texts(line: ClientConnection, count: int) -> list[str]:
    """Wait for so many messages on a line."""
    texts: list[str] = []
    while len(texts) < count:
        packet = await line.recv(decode=True)
        if packet.startswith('42["message_sent"'):
            texts.append(json.loads(packet[2:])[1]["text"])
    return texts
