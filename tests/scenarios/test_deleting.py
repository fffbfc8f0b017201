"""The end of a room: everybody in it hears it, last of all, and nothing is left of it."""

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.scenarios.database import Holds
from tests.scenarios.party import WAYS, Party

pytestmark = [pytest.mark.anyio, pytest.mark.scenarios]

NOTHING = Holds(messages=0, events=0, members=0, seats=0)


async def test_a_room_is_deleted_under_readers_on_every_transport(party: Party) -> None:
    ann = await party.comes("Ann")
    code = await ann.opens_a_room()
    readers = [await party.comes(f"Reader {way}", by=way) for way in WAYS]
    for reader in readers:
        await reader.joins(code)
    await ann.says(code, "last words")
    await party.settles()
    await ann.ask("delete_room", code=code)
    for reader in readers:
        if reader.connection.hears_the_end:
            await reader.has_heard(code, ann.at(code))
            assert reader.log(code)[-1]["type"] == "room_deleted"
        await reader.connection.finishes(code)
        assert await reader.refused("join_room", code=code) == "room_not_found"
        assert (await reader.ask("my_rooms"))["rooms"] == []
    assert ann.tally(code) == {"member_joined": len(readers), "message_sent": 1, "room_deleted": 1}
    assert party.database.holds(code) == NOTHING
    assert await ann.refused("delete_room", code=code) == "room_not_found"


async def test_of_what_is_sent_while_a_room_is_deleted_all_that_was_accepted_was_heard_before_the_end(
    party: Party,
) -> None:
    ann, bob, cid = await party.come("Ann", "Bob", "Cid")
    code = await ann.opens_a_room()
    for guest in (bob, cid):
        await guest.joins(code)
    pouring = [
        guest.outcome("send_message", code=code, text=f"{guest.me['name']} {number}")
        for number in range(100)
        for guest in (bob, cid)
    ]
    *outcomes, deleted = await asyncio.gather(*pouring, ann.outcome("delete_room", code=code))
    counted = Counter(outcomes)
    assert deleted == "ok"
    assert counted.keys() <= {"ok", "not_a_member", "room_not_found"}
    for reader in (ann, bob, cid):
        await reader.until(lambda reader=reader: "room_deleted" in reader.tally(code))  # type: ignore[misc]
        assert reader.tally(code)["message_sent"] == counted["ok"], "what was refused was never heard"
        assert reader.log(code)[-1]["type"] == "room_deleted"
    assert party.database.holds(code) == NOTHING


async def test_only_one_of_many_deletes_a_room_and_who_joins_meanwhile_is_told_that_it_is_over(party: Party) -> None:
    ann, *crowd = await party.come("Ann", *(f"Guest {number}" for number in range(20)))
    code = await ann.opens_a_room()
    tabs = [ann, *[await party.opens_another_tab(ann) for _ in range(4)]]
    joins = [guest.outcome("join_room", code=code) for guest in crowd]
    deletes = [tab.outcome("delete_room", code=code) for tab in tabs]
    outcomes = await asyncio.gather(*joins[:10], *deletes, *joins[10:])
    assert Counter(outcomes[10:15]) == {"ok": 1, "room_not_found": 4}
    assert set(outcomes[:10] + outcomes[15:]) <= {"ok", "room_not_found"}
    await ann.until(lambda: "room_deleted" in ann.tally(code))
    for guest, outcome in zip(crowd, outcomes[:10] + outcomes[15:], strict=True):
        if outcome == "ok":
            await guest.until(lambda guest=guest: bool(guest.view(code).early))  # type: ignore[misc]
        assert await guest.refused("send_message", code=code, text="?") == "room_not_found"
        ends = [event["type"] for event in guest.view(code).takes_early()]
        assert ends.count("room_deleted") == (outcome == "ok"), "who came in hears that it is over, once"
    assert party.database.holds(code) == NOTHING


async def test_only_the_owner_ends_a_room_and_nobody_who_may_not_leaves_a_trace(party: Party) -> None:
    ann, bob, eve = await party.come("Ann", "Bob", "Eve")
    code = await ann.opens_a_room()
    await bob.joins(code)
    assert await bob.refused("delete_room", code=code) == "forbidden"
    assert await eve.refused("delete_room", code=code) == "not_a_member"
    commands: dict[str, dict[str, Any]] = {"send_message": {"text": "let me in"}, "read": {"number": 1}}
    commands |= {name: {} for name in ("events", "messages", "members", "leave_room", "typing")}
    for command, fields in commands.items():
        assert await eve.refused(command, code=code, **fields) == "not_a_member", command
    await ann.says(code, "alone at last")
    await party.settles()
    assert ann.tally(code) == {"member_joined": 1, "message_sent": 1}


async def test_to_who_is_no_member_a_private_room_and_none_are_alike(party: Party) -> None:
    ann, eve = await party.come("Ann", "Eve")
    private, gone = await ann.opens_a_room(private=True), await ann.opens_a_room(private=True)
    await ann.ask("delete_room", code=gone)
    commands = {"get_room": {}, "events": {}, "send_message": {"text": "?"}, "delete_room": {}}
    for command, fields in commands.items():
        refusals = [await eve.refusal(command, code=code, **fields) for code in (private, gone)]
        assert {refusal["code"] for refusal in refusals} == {"room_not_found"}
        assert refusals[0]["message"].replace(private, gone) == refusals[1]["message"]
    await eve.joins(private)
    await party.settles()
    assert ann.tally(private) == {"member_joined": 1}
