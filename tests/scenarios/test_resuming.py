"""Coming back: after any kind of gap nothing is missing or comes twice, and what can't be told is said to be so."""

import asyncio
import json
from collections.abc import Callable

import pytest

from hubbub.core.page import MOST_BYTES
from hubbub.hub import ring
from tests.scenarios.party import Party

pytestmark = [pytest.mark.anyio, pytest.mark.scenarios]

SAID = 300
LAST = SAID + 2
"""The room's last seq: it was created, its owner joined, and then everything was said."""

OLDEST_IN_MEMORY = LAST - ring.MOST_EVENTS + 1

GAPS = {
    "everything": (0, [200, 102]),
    "all but the room's making": (1, [200, 101]),
    "one more than memory has": (OLDEST_IN_MEMORY - 2, [200, 57]),
    "all that memory has": (OLDEST_IN_MEMORY - 1, [200, 56]),
    "one more than a page": (LAST - 201, [200, 1]),
    "a page": (LAST - 200, [200]),
    "one event": (LAST - 1, [1]),
    "nothing": (LAST, [0]),
}


@pytest.mark.parametrize(("since", "pages"), GAPS.values(), ids=GAPS)
async def test_after_a_gap_of_any_size_each_event_comes_once(party: Party, since: int, pages: list[int]) -> None:
    ann = await party.comes("Ann")
    code = await ann.opens_a_room()
    await ann.pours(code, *map(str, range(SAID)))
    tab = await party.opens_another_tab(ann)
    view = tab.view(code)
    view.first, view.epoch = since, ann.view(code).epoch
    assert await tab.resumes(code) == pages
    await ann.says(code, "and on it goes")
    await party.settles()
    assert [event["seq"] for event in tab.log(code)] == list(range(since + 1, LAST + 2))
    assert tab.view(code).resets == 0


@pytest.mark.parametrize("way", ["websocket", "polling", "upgrade", "stream", "long-poll"])
async def test_who_vanishes_and_comes_back_goes_on_where_they_were(party: Party, way: str) -> None:
    ann, bob = await party.comes("Ann"), await party.comes("Bob", by=way)
    code = await ann.opens_a_room()
    await bob.joins(code)
    for said in range(0, 250, 50):
        await ann.pours(code, *map(str, range(said, said + 25)), ids=f"{said} {{}}".format)
        if said % 100:
            await bob.has_heard(code, ann.at(code))
        if way == "upgrade":
            await bob.goes()
        else:
            party.vanishes(bob)
        await ann.pours(code, *map(str, range(said + 25, said + 50)), ids=f"{said} and {{}}".format)
        await party.comes_back(bob, by=way)
        await bob.resumes(code)
    await party.settles()
    assert bob.texts(code) == list(map(str, range(250)))
    assert ann.tally(code) == {"member_joined": 1, "message_sent": 250}, "a lost connection ends no membership"


async def test_while_pages_are_read_others_go_on_talking(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    party.vanishes(bob)
    await ann.pours(code, *map(str, range(500)))
    await party.comes_back(bob)
    pages, _ = await asyncio.gather(bob.resumes(code), ann.pours(code, *map(str, range(300)), ids="later {}".format))
    assert sum(pages) >= 500
    await party.settles()
    assert bob.tally(code) == {"message_sent": 800}


async def test_a_seq_that_the_room_has_not_reached_begins_anew(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    await ann.says(code, *map(str, range(60)))
    tab = await party.opens_another_tab(bob)
    reply = await tab.joins(code, since=64, epoch=bob.view(code).epoch)
    assert (reply["reset"], reply["last_seq"], reply["more"], "events" in reply) == (True, 63, True, False)
    assert [message["text"] for message in reply["messages"]] == list(map(str, range(10, 60))), "the latest page"
    await ann.says(code, "after it")
    await party.settles()
    assert (tab.view(code).resets, tab.texts(code)) == (1, ["after it"])


async def test_another_epoch_begins_anew_and_nobody_is_made_to_believe_in_old_seqs(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    codes = [await ann.opens_a_room() for _ in range(2)]
    for code in codes:
        await bob.joins(code)
        await ann.says(code, "1", "2")
    foreign = bob.view(codes[1]).epoch
    party.vanishes(bob)
    await party.comes_back(bob)
    for epoch in (foreign, "made up"):
        reply = await bob.joins(codes[0], since=bob.at(codes[0]), epoch=epoch)
        assert (reply["reset"], [each["text"] for each in reply["messages"]]) == (True, ["1", "2"])
        await bob.unwatches(codes[0])
    assert bob.view(codes[0]).resets == 2
    assert await bob.refused("join_room", code=codes[0], since=-1, epoch=foreign) == "bad_request"
    assert await bob.refused("join_room", code=codes[0], since=2**53, epoch=foreign) == "bad_request"


async def test_a_deleted_room_cannot_be_resumed(party: Party) -> None:
    ann, bob, cid = await party.come("Ann", "Bob", "Cid")
    code = await ann.opens_a_room()
    await bob.joins(code)
    await cid.joins(code)
    await ann.says(code, "1", "2")
    await bob.has_heard(code, 6)
    party.vanishes(bob)
    await ann.ask("delete_room", code=code)
    await party.comes_back(bob)
    assert await bob.refused("join_room", code=code, since=6, epoch=bob.view(code).epoch) == "room_not_found"
    await cid.has_heard(code, 7)
    assert (bob.tally(code), cid.tally(code)) == (
        {"member_joined": 1, "message_sent": 2},
        {"message_sent": 2, "room_deleted": 1},
    )


TEXTS: dict[str, tuple[Callable[[int], str], int]] = {
    "letters": (lambda number: f"{number:03} ".ljust(10_000, "x"), 23),
    "emoji": (lambda number: f"{number:03} ".ljust(10_000, "🐈"), 6),
    "line breaks that JSON doubles": (lambda number: f"{number:03} ".ljust(9_999, "\n") + ".", 12),
}
"""Texts of 10,000 characters, and how many of their events fit into 256 KiB."""


@pytest.mark.parametrize(("text", "fitting"), TEXTS.values(), ids=TEXTS)
async def test_a_hundred_texts_of_ten_thousand_characters_come_in_pages_of_bounded_bytes(
    party: Party, text: Callable[[int], str], fitting: int
) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    party.vanishes(bob)
    texts = [text(number) for number in range(100)]
    await ann.says(code, *texts)
    await party.comes_back(bob, by="polling")
    full, rest = divmod(100, fitting)
    assert await bob.resumes(code) == [fitting] * full + [rest]
    page = await bob.ask("messages", code=code, limit=200)
    assert (len(page["messages"]), page["more"]) == (fitting, True)
    assert len(json.dumps(page, ensure_ascii=False).encode()) <= MOST_BYTES
    assert await ann.refused("send_message", code=code, text="x" * 10_001) == "too_long"
    await party.settles()
    assert ann.texts(code) == bob.texts(code) == texts
