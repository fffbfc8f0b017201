"""The server closes in the middle of things: what it has answered is kept, all else can be asked again, once."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncGenerator, Callable

import pytest

from tests.live_client import LOST
from tests.scenarios.guest import Guest
from tests.scenarios.party import Party
from tests.server_process import ServerProcess, free_port

pytestmark = [pytest.mark.anyio, pytest.mark.scenarios]

Story = AsyncGenerator[None, None]
"""Stops when everybody is there, again when things are under way, and ends when the server is back on its address."""

AGAIN = 100
"""Of what was answered, so much is sent again."""


async def what_was_answered_is_there_and_what_was_not_is_sent_again(party: Party) -> Story:
    ann, bob, cid = await party.come("Ann", "Bob", "Cid")
    code = await ann.opens_a_room()
    await bob.joins(code)
    await cid.joins(code)
    yield
    sending = [asyncio.create_task(sends_until_lost(guest, code)) for guest in (ann, bob)]
    await cid.has_heard(code, 50)
    yield
    answered = await asyncio.gather(*sending)
    await come_again(party, ann, bob, cid)
    for guest in (ann, bob, cid):
        await guest.resumes(code)
    for guest, seqs in zip((ann, bob), answered, strict=True):
        stored = {row.text: row.seq for row in party.database.log(code) if row.by == guest.id}
        assert [stored[str(number)] for number in range(len(seqs))] == seqs, "what was answered is kept"
        first = max(0, len(seqs) - AGAIN)
        again = [guest.ask("send_message", **a_message(code, number)) for number in range(first, len(seqs) + 2)]
        replies = await asyncio.gather(*again)
        assert [reply["seq"] for reply in replies[:-2]] == seqs[first:], "and it is what it was"
    await party.settles(ann, bob, cid)
    told = Counter((event["by"]["id"], event["text"]) for event in cid.log(code))
    assert told == {
        (guest.id, str(number)): 1
        for guest, seqs in zip((ann, bob), answered, strict=True)
        for number in range(len(seqs) + 2)
    }


async def who_comes_and_goes_is_where_they_were_told_that_they_are(party: Party) -> Story:
    ann, *crowd = await party.come("Ann", *(f"Guest {number}" for number in range(8)))
    code = await ann.opens_a_room()
    yield
    coming = [asyncio.create_task(comes_and_goes_until_lost(guest, code)) for guest in crowd]
    await ann.has_heard(code, 40)
    yield
    answered = await asyncio.gather(*coming)
    await come_again(party, ann, *crowd)
    await ann.resumes(code)
    for guest, moves in zip(crowd, answered, strict=True):
        told = [event["type"] for event in ann.log(code) if event["user"]["id"] == guest.id]
        assert told == list(itertools.islice(itertools.cycle(["member_joined", "member_left"]), len(told)))
        assert len(told) - moves in {0, 1}, "one at most was done and not answered"
        await guest.joins(code)
    await party.settles(ann, *crowd)
    assert party.database.holds(code).members == 9


async def who_waits_for_news_is_answered_and_goes_on(party: Party) -> Story:
    ways = ["polling", "stream", "long-poll"]
    ann = await party.comes("Ann")
    waiting = {way: await party.comes(f"Reader {way}", by=way) for way in ways}
    code = await ann.opens_a_room()
    for reader in waiting.values():
        await reader.joins(code)
    await ann.says(code, "before")
    for reader in waiting.values():
        await reader.has_heard(code, ann.at(code))
    yield
    yield
    for way in ways[:2]:  # a long poll has nothing to say that isn't in the log
        assert len(await waiting[way].hears("closing")) == 1
    await come_again(party, ann)
    for way, reader in waiting.items():
        await come_again(party, reader, by=way)
    for guest in (ann, *waiting.values()):
        assert await guest.resumes(code) == [0]
    await ann.says(code, "after")
    await party.settles(ann, *waiting.values())
    assert [reader.texts(code)[-2:] for reader in waiting.values()] == [["before", "after"]] * 3


async def nobody_has_gone_and_seats_are_kept(party: Party) -> Story:
    ann, bob, late = await party.come("Ann", "Bob", "bob")
    code = await ann.opens_a_room(capacity=2)
    await bob.joins(code)
    await ann.hears("presence", here=2)
    yield
    yield
    await come_again(party, ann, late)
    await ann.resumes(code)
    assert await late.refused("join_room", code=code) == "name_taken", "his seat is kept for a minute"
    await come_again(party, bob)
    await bob.resumes(code)
    assert (await ann.ask("members", code=code))["here"] == 2
    assert not any(event["went"] for event in ann.heard("presence"))


STORIES = (
    what_was_answered_is_there_and_what_was_not_is_sent_again,
    who_comes_and_goes_is_where_they_were_told_that_they_are,
    who_waits_for_news_is_answered_and_goes_on,
    nobody_has_gone_and_seats_are_kept,
)


async def test_a_server_that_closes_in_mid_send_in_mid_join_and_in_mid_poll_breaks_no_promise(
    start: Callable[..., ServerProcess],
) -> None:
    settings = {"throttle": "off", "port": str(free_port())}
    server = await asyncio.to_thread(start, **settings)
    async with Party(server) as party:
        stories = [story(party) for story in STORIES]
        for _ in range(2):
            await asyncio.gather(*(anext(story) for story in stories))
        assert await asyncio.to_thread(server.stop) == 0
        await asyncio.to_thread(start, **settings)
        await asyncio.gather(*(anext(story, None) for story in stories))
        for guest in party.guests:
            assert len(guest.heard("closing")) == (0 if guest.me["name"] == "Reader long-poll" else 1)


def a_message(code: str, number: int) -> dict[str, str]:
    """Return one that may be sent again."""
    return {"code": code, "text": str(number), "client_message_id": str(number)}


async def sends_until_lost(guest: Guest, code: str) -> list[int]:
    """Say one number after the other until the connection is gone; return the seqs that were answered."""
    seqs: list[int] = []
    try:
        while True:
            seqs.append((await guest.ask("send_message", **a_message(code, len(seqs))))["seq"])
    except LOST:
        return seqs


async def comes_and_goes_until_lost(guest: Guest, code: str) -> int:
    """Join and leave until the connection is gone; return how much of it was answered."""
    for moves in itertools.count():
        try:
            await (guest.leaves(code) if moves % 2 else guest.joins(code))
        except LOST:
            return moves
    raise AssertionError


async def come_again(party: Party, *guests: Guest, by: str = "websocket") -> None:
    """Let those come back whose server was away."""
    for guest in guests:
        await guest.goes()
        await party.comes_back(guest, by=by)
