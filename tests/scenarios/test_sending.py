"""Saying things: in order, again, too much at once, and what is only signalled."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from itertools import chain
from typing import Any

import pytest

from tests.scenarios.database import Holds
from tests.scenarios.guest import Guest
from tests.scenarios.party import WAYS, Party
from tests.waiting import eventually

pytestmark = [pytest.mark.anyio, pytest.mark.scenarios]


@pytest.mark.parametrize("way", ["websocket", "upgrade", "javascript"])
async def test_what_one_sends_without_waiting_keeps_its_order_among_others(party: Party, way: str) -> None:
    ann, bob, cid = await party.comes("Ann"), await party.comes("Bob", by=way), await party.comes("Cid")
    code = await ann.opens_a_room()
    await bob.joins(code)
    await cid.joins(code)
    texts = {guest.me["name"]: [f"{guest.me['name']} {number}" for number in range(150)] for guest in (ann, bob, cid)}
    seqs = await asyncio.gather(*(guest.pours(code, *texts[guest.me["name"]]) for guest in (ann, bob, cid)))
    assert all(each == sorted(each) for each in seqs)
    assert sorted(chain(*seqs)) == list(range(5, 455))
    await party.settles()
    for reader in (ann, bob, cid):
        assert reader.texts(code) == ann.texts(code)
        for name, said in texts.items():
            assert [text for text in reader.texts(code) if text.startswith(name)] == said


async def test_commands_that_are_sent_without_waiting_take_effect_in_their_order(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    commands: list[Awaitable[Any]] = [
        bob.outcome("send_message", code=code, text="too early"),
        bob.joins(code),
        *(bob.ask("send_message", code=code, text=str(number)) for number in range(30)),
        bob.ask("leave_room", code=code),
        bob.outcome("send_message", code=code, text="too late"),
    ]
    before, joined, *said, left, after = await asyncio.gather(*commands)
    assert (before, joined["last_seq"], left, after) == ("not_a_member", 3, {}, "not_a_member")
    assert [reply["seq"] for reply in said] == list(range(4, 34))
    await party.settles()
    assert ann.tally(code) == {"member_joined": 1, "message_sent": 30, "member_left": 1}
    assert bob.tally(code) == {"message_sent": 30, "member_left": 1}


async def test_the_same_message_from_many_tabs_is_one(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    tabs = [bob, *[await party.opens_another_tab(bob, by=way) for way in WAYS]]
    again = [
        tab.ask("send_message", code=code, text="once", client_message_id="one") for _ in range(15) for tab in tabs
    ]
    replies = await asyncio.gather(*again)
    assert replies == [replies[0]] * 105
    for tab in tabs:
        assert await tab.refused("send_message", code=code, text="twice", client_message_id="one") == (
            "client_message_id_reused"
        )
    other = await ann.ask("send_message", code=code, text="hers", client_message_id="one")
    assert (replies[0]["number"], other["number"]) == (1, 2)
    await party.settles()
    assert bob.texts(code) == ["once", "hers"]
    assert party.database.holds(code) == Holds(messages=2, events=3, members=2, seats=2)


async def test_a_refused_message_leaves_no_gap(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    wrong = {"": "text_invalid", " \n ": "text_invalid", "x" * 10_001: "too_long"}
    for text, error in wrong.items():
        assert await bob.refused("send_message", code=code, text=text) == error
    assert await bob.refused("send_message", code=code, text="x", reply_to=99) == "message_not_found"
    assert await bob.refused("send_message", code="ZZZZZZZZ", text="x") == "room_not_found"
    assert await bob.refused("send_message", code=code, text="x", role="owner") == "bad_request"
    assert await bob.says(code, "right") == [4]
    await party.settles()
    assert ann.tally(code) == {"member_joined": 1, "message_sent": 1}


async def test_of_a_flood_all_is_answered_and_what_was_accepted_is_there_once(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    outcomes = await asyncio.gather(*(bob.outcome("send_message", code=code, text=str(n)) for n in range(3_000)))
    counted = Counter(outcomes)
    assert counted.keys() <= {"ok", "slow_down"}
    assert counted.total() == 3_000
    await party.settles()
    accepted = [str(number) for number, outcome in enumerate(outcomes) if outcome == "ok"]
    assert ann.texts(code) == bob.texts(code) == accepted
    assert party.database.holds(code).messages == counted["ok"] >= 256


async def test_typing_is_heard_as_often_as_it_happens_and_kept_nowhere(party: Party) -> None:
    ann, bob, cid = await party.come("Ann", "Bob", "Cid")
    code, elsewhere = await ann.opens_a_room(), await cid.opens_a_room()
    await bob.joins(code)
    await bob.joins(elsewhere)
    await asyncio.gather(*(guest.ask("typing", code=code) for _ in range(50) for guest in (ann, bob)))
    await ann.says(code, "done")
    await party.settles()
    for reader in (ann, bob):
        who = Counter(event["user"]["id"] for event in await reader.hears("typing", times=100, code=code))
        assert who == {ann.id: 50, bob.id: 50}
    assert cid.heard("typing") == []
    assert await cid.refused("typing", code=code) == "not_a_member"
    assert party.database.holds(code) == Holds(messages=1, events=3, members=2, seats=2)


async def test_two_devices_read_on_from_where_the_other_was(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    code = await ann.opens_a_room()
    await bob.joins(code)
    phone = await party.opens_another_tab(bob, by="stream")
    await ann.pours(code, *map(str, range(20)))
    for tab, number, reached in ((bob, 5, 5), (phone, 3, 5), (phone, 12, 12), (bob, 7, 12), (phone, 99, 20)):
        assert await tab.ask("read", code=code, number=number) == {"read_number": reached}
        assert [await unread(each) for each in (bob, phone)] == [20 - reached] * 2
    assert await unread(ann) == 0, "who said it has read it"
    await asyncio.to_thread(eventually, lambda: party.database.read_number(code, bob.id) == 20)


async def test_those_who_have_a_room_closed_hear_of_it_by_numbers_alone(party: Party) -> None:
    ann, bob = await party.come("Ann", "Bob")
    codes = [await ann.opens_a_room() for _ in range(3)]
    for code in codes:
        await bob.ask("join_room", code=code)
        await bob.unwatches(code)
    await bob.ask("my_rooms")
    await asyncio.gather(*(ann.pours(code, *map(str, range(40))) for code in codes))
    for code in codes:
        numbers = [event["last_number"] for event in await bob.hears("room_activity", code=code, last_number=40)]
        assert numbers == sorted(set(numbers)), "it only goes up"
    assert [bob.view(code).log for code in codes] == [[], [], []]


async def test_a_command_without_an_ack_is_carried_out_and_its_refusal_is_an_event(party: Party) -> None:
    ann, bob = await party.comes("Ann", by="polling"), await party.comes("Bob")
    code = await bob.opens_a_room()
    await ann.joins(code)
    await ann.connection.post(  # type: ignore[attr-defined]
        f'42["send_message",{{"code":"{code}","text":"hello"}}]',
        '42["send_message",{"text":"where?"}]',
        '42["nonsense"]',
    )
    refused = await ann.hears("refused", times=2)
    assert [(event["command"], event["error"]["code"]) for event in refused] == [
        ("send_message", "bad_request"),
        ("nonsense", "unknown_command"),
    ]
    await party.settles()
    assert ann.texts(code) == bob.texts(code) == ["hello"]


async def unread(guest: Guest) -> int:
    """Return how much somebody hasn't read in their one room."""
    (room,) = (await guest.ask("my_rooms"))["rooms"]
    return int(room["last_number"] - room["read_number"])
