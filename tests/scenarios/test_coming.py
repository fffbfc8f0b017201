"""Coming in and going: once, twice, all at once, and when there is no place left."""

import asyncio
from collections import Counter

import pytest

from tests.scenarios.database import Holds
from tests.scenarios.party import WAYS, Party

pytestmark = [pytest.mark.anyio, pytest.mark.scenarios]


@pytest.mark.parametrize("way", WAYS)
async def test_joining_twice_and_leaving_twice_is_once(party: Party, way: str) -> None:
    ann, bob = await party.comes("Ann"), await party.comes("Bob", by=way)
    code = await ann.opens_a_room()
    first, second = await bob.joins(code), await bob.joins(code)
    assert (first["last_seq"], second["last_seq"], second["here"]) == (3, 3, 2)
    assert party.database.holds(code) == Holds(messages=0, events=3, members=2, seats=2)
    await bob.leaves(code)
    assert await bob.refused("leave_room", code=code) == "not_a_member"
    await party.settles()
    assert ann.tally(code) == {"member_joined": 1, "member_left": 1}
    assert party.database.holds(code) == Holds(messages=0, events=4, members=1, seats=1)


async def test_who_comes_back_after_leaving_is_as_new_and_hears_what_was_said_meanwhile_by_asking(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    await bob.leaves(code)
    await ann.says(code, "behind his back")
    assert await bob.refused("events", code=code, since=bob.at(code)) == "not_a_member"
    assert await bob.resumes(code) == [2]
    await party.settles()
    assert bob.tally(code) == {"member_left": 1, "message_sent": 1, "member_joined": 1}


async def test_of_thirty_for_the_last_five_seats_five_get_in(party: Party) -> None:
    ann = await party.comes("Ann")
    code = await ann.opens_a_room(capacity=6)
    crowd = [guest for way in ("websocket", "polling", "stream") for guest in await party.come(*names(10, way), by=way)]
    outcomes = await asyncio.gather(*(guest.outcome("join_room", code=code) for guest in crowd))
    assert Counter(outcomes) == {"ok": 5, "room_full": 25}
    for guest, outcome in zip(crowd, outcomes, strict=True):
        if outcome == "ok":
            guest.view(code).joined(await guest.ask("join_room", code=code, since=0, epoch=ann.view(code).epoch), 0)
    await party.settles()
    assert ann.tally(code) == {"member_joined": 5}
    assert party.database.holds(code) == Holds(messages=0, events=7, members=6, seats=6)


async def test_a_seat_that_is_given_up_is_taken_once(party: Party) -> None:
    ann, bob, *crowd = await party.come("Ann", "Bob", *names(12))
    code = await ann.opens_a_room(capacity=2)
    await bob.joins(code)
    outcomes = await asyncio.gather(
        bob.leaves(code), *(guest.outcome("join_room", code=code) for guest in crowd), return_exceptions=False
    )
    late = [await guest.outcome("join_room", code=code) for guest in crowd]
    assert Counter(outcomes[1:])["ok"] <= 1
    assert Counter(late) == {"ok": 1, "room_full": 11}
    await party.settles()
    assert ann.tally(code) == {"member_joined": 2, "member_left": 1}
    assert party.database.holds(code).seats == 2


async def test_two_hundred_who_join_at_once_are_all_heard_by_all(party: Party) -> None:
    ann, *crowd = await party.come("Ann", *names(200))
    code = await ann.opens_a_room()
    replies = await asyncio.gather(*(guest.joins(code) for guest in crowd))
    await party.settles()
    assert ann.tally(code) == {"member_joined": 200}
    assert {event["user"]["id"] for event in ann.log(code)} == {guest.id for guest in crowd}
    assert sorted(len(guest.log(code)) + reply["last_seq"] for guest, reply in zip(crowd, replies, strict=True)) == (
        [202] * 200
    ), "everybody knows of everybody"
    assert (await ann.ask("get_room", code=code))["here"] == 201
    assert party.database.holds(code) == Holds(messages=0, events=202, members=201, seats=201)


async def test_a_name_is_taken_while_its_holder_is_here_and_free_when_they_have_left(party: Party) -> None:
    ann, also_ann, almost_ann = await party.come("Ann", "ANN", "Аnn")  # the last one's A is Cyrillic
    code = await ann.opens_a_room()
    for guest, suggestion in ((also_ann, "ANN 2"), (almost_ann, "Аnn 2")):
        refusal = await guest.refusal("join_room", code=code)
        assert (refusal["code"], refusal["suggestion"]) == ("name_taken", suggestion)
    await ann.leaves(code)
    await also_ann.joins(code)
    assert await ann.refused("join_room", code=code) == "name_taken"
    await ann.ask("change_name", name="Ann the first")
    await ann.joins(code)
    await party.settles()
    assert also_ann.tally(code) == {"member_joined": 1}
    assert party.database.holds(code) == Holds(messages=0, events=5, members=2, seats=2)


async def test_a_guest_who_is_renamed_is_renamed_once_in_each_of_three_rooms(party: Party) -> None:
    ann, bob, cid, dan = await party.come("Ann", "Bob", "Cid", "Dan")
    codes = [await owner.opens_a_room() for owner in (bob, cid, dan)]
    for code in codes:
        await ann.joins(code)
    assert await ann.refused("change_name", name="dan") == "name_taken", "in one room it is somebody's"
    await ann.ask("change_name", name="Anna")
    await ann.says(codes[0], "under the new name")
    await party.settles()
    for owner, code in zip((bob, cid, dan), codes, strict=True):
        told = [event for event in owner.log(code) if event["type"] == "member_renamed"]
        assert [(event["name"], event["user"]["id"]) for event in told] == [("Anna", ann.id)]
        assert ann.tally(code)["member_renamed"] == 1
    assert bob.log(codes[0])[-1]["by"]["name"] == "Anna"
    assert {event["user"]["name"] for event in bob.log(codes[0]) if event["type"] == "member_joined"} == {"Ann"}


async def test_closing_a_room_ends_what_is_heard_and_not_the_membership(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    await bob.unwatches(code)
    await bob.unwatches(code)
    assert [room["code"] for room in (await bob.ask("my_rooms"))["rooms"]] == [code]
    await ann.says(code, "1", "2", "3")
    assert (await bob.hears("room_activity", last_number=3))[0]["code"] == code
    assert await bob.resumes(code) == [3]
    assert ann.tally(code) == {"member_joined": 1, "message_sent": 3}


def names(count: int, kind: str = "Guest") -> list[str]:
    """Return names for a crowd."""
    return [f"{kind} {number}" for number in range(count)]
