"""Every command of the live door, with the reply that its row in the protocol promises."""

import re
from pathlib import Path

import pytest

from hubbub.core.command import COMMANDS
from tests.e2e.live.client import open_room
from tests.e2e.live.visitors import Visitors

pytestmark = pytest.mark.anyio

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


async def test_create_room_returns_the_room(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    room = await ann.ask("create_room", title="Plans", capacity=7, private=True)
    assert re.fullmatch(r"[A-Z]{6}", room["code"])
    assert (room["title"], room["capacity"], room["private"], room["lifetime"]) == ("Plans", 7, True, "kept")
    assert re.fullmatch(TIME, room["created_at"])
    bare = await ann.acknowledgement("create_room")
    assert re.fullmatch(r"[A-Z]{4}", bare["code"]), "a command without fields needs no argument"


async def test_join_room_gives_the_latest_page_and_then_only_what_was_missed(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    code = (await ann.ask("create_room"))["code"]
    await ann.send(code, "before")
    first = await bob.ask("join_room", code=code)
    assert first["room"]["code"] == code
    assert first["me"] == {**bob.me, "role": "guest", "here": True}
    assert (first["reset"], [each["text"] for each in first["messages"]]) == (True, ["before"])
    assert (first["last_number"], first["read_number"], first["here"]) == (1, 1, 2)
    assert "members" not in first
    await bob.ask("unwatch_room", code=code)
    missed = await ann.send(code, "missed")
    again = await bob.ask("join_room", code=code.lower(), since=first["last_seq"], epoch=first["epoch"])
    assert again["reset"] is False
    assert [(event["type"], event["seq"]) for event in again["events"]] == [("message_sent", missed["seq"])]
    assert "messages" not in again
    other = await bob.ask("join_room", code=code, since=first["last_seq"], epoch="another")
    assert (other["reset"], [each["text"] for each in other["messages"]]) == (True, ["before", "missed"])


async def test_unwatch_room_ends_what_is_heard_and_leave_room_the_membership(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    code = await open_room(ann, bob)
    assert await bob.ask("unwatch_room", code=code) == {}
    await ann.send(code, "unheard")
    await bob.ask("join_room", code=code)
    await ann.send(code, "heard")
    await bob.hear("message_sent", text="heard")
    assert not bob.heard("message_sent", text="unheard")
    assert await bob.ask("leave_room", code=code) == {}
    left = await ann.hear("member_left")
    assert left["user"] == bob.me
    await ann.send(code, "said behind his back")
    assert (await bob.refused("messages", code=code))["code"] == "not_a_member"
    assert (await bob.ask("my_rooms"))["rooms"] == []
    assert not bob.heard("message_sent", text="said behind his back")


async def test_send_message_is_told_to_everybody_and_answered_with_its_place(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    code = await open_room(ann, bob)
    sent = await ann.send(code, "hello\n✓ 🐈 <b> \"'\\", client_message_id="one")
    assert sent.keys() == {"seq", "number", "at"}
    for reader in (ann, bob):
        event = await reader.hear("message_sent", seq=sent["seq"])
        assert event == {
            "type": "message_sent",
            "code": code,
            "seq": sent["seq"],
            "at": sent["at"],
            "by": {**ann.me, "role": "owner"},
            "text": "hello\n✓ 🐈 <b> \"'\\",
            "number": 1,
            "client_message_id": "one",
        }
    answer = await bob.send(code, "and you?", reply_to=sent["seq"])
    assert (await ann.hear("message_sent", seq=answer["seq"]))["reply_to"] == sent["seq"]


async def test_a_message_sent_again_under_its_id_is_one_message(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    code = await open_room(ann)
    answers = [await ann.send(code, "once", client_message_id="same") for _ in range(5)]
    assert answers == [answers[0]] * 5
    other = await ann.refused("send_message", code=code, text="twice", client_message_id="same")
    assert other["code"] == "client_message_id_reused"
    await ann.send(code, "last")
    await ann.hear("message_sent", text="last")
    assert [event["text"] for event in ann.heard("message_sent")] == ["once", "last"]


async def test_typing_is_heard_and_kept_nowhere(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    code = await open_room(ann, bob)
    before = (await ann.ask("events", code=code))["last_seq"]
    assert await ann.ask("typing", code=code) == {}
    assert await bob.hear("typing") == {"type": "typing", "code": code, "user": ann.me}
    assert (await ann.ask("events", code=code))["last_seq"] == before


async def test_read_moves_forward_only_and_shows_in_my_rooms(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    code = await open_room(ann, bob)
    for number in range(3):
        await ann.send(code, str(number))
    assert await bob.ask("read", code=code, number=2) == {"read_number": 2}
    assert await bob.ask("read", code=code, number=1) == {"read_number": 2}
    (room,) = (await bob.ask("my_rooms"))["rooms"]
    assert room == {"code": code, "title": "", "role": "guest", "last_number": 3, "read_number": 2}


async def test_events_messages_and_members_are_pages(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    code = await open_room(ann, bob)
    sent = [await ann.send(code, str(number)) for number in range(4)]
    events = await bob.ask("events", code=code, since=sent[0]["seq"], limit=2)
    assert [event["seq"] for event in events["events"]] == [sent[1]["seq"], sent[2]["seq"]]
    assert (events["more"], events["last_seq"]) == (True, sent[3]["seq"])
    before = await bob.ask("messages", code=code, before=sent[3]["seq"], limit=2)
    assert ([each["text"] for each in before["messages"]], before["more"]) == (["1", "2"], True)
    after = await bob.ask("messages", code=code, after=sent[1]["seq"])
    assert ([each["text"] for each in after["messages"]], after["more"]) == (["2", "3"], False)
    members = await bob.ask("members", code=code)
    assert {(each["name"], each["role"], each["here"]) for each in members["members"]} == {
        ("Ann", "owner", True),
        ("Bob", "guest", True),
    }
    assert (members["here"], members["more"]) == (2, False)


async def test_the_remaining_commands_are_answered_too(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    code = await open_room(ann)
    assert await ann.ask("who_am_i") == {"user": ann.me}
    assert (await ann.ask("get_room", code=code))["here"] == 1
    assert (await ann.ask("change_name", name="Anna"))["user"] == {**ann.me, "name": "Anna"}
    assert (await ann.hear("member_renamed"))["name"] == "Anna"
    await ann.send(code, "under the new name")
    assert (await ann.hear("message_sent"))["by"]["name"] == "Anna"
    assert await ann.ask("delete_room", code=code) == {}
    await ann.hear("room_deleted", code=code)
    assert (await ann.refused("join_room", code=code))["code"] == "room_not_found"


def test_no_command_is_forgotten_here() -> None:
    tried = re.findall(r'(?:ask|refused)\("(\w+)"', Path(__file__).read_text("utf-8"))
    assert set(COMMANDS) - {"create_guest", "send_message"} <= set(tried)
