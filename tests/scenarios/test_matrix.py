"""Every command over every transport that has it: what it is answered, and what another person hears of it."""

from collections.abc import Awaitable, Callable

import pytest

from hubbub.core.command import COMMANDS
from tests.scenarios.guest import Guest
from tests.scenarios.http import ROUTE_OF
from tests.scenarios.party import Party

pytestmark = [pytest.mark.anyio, pytest.mark.scenarios]

LIVE = ("websocket", "polling", "upgrade")
HTTP = ("stream", "long-poll")
MATRIX = [(command, way) for command in COMMANDS for way in LIVE + HTTP if way in LIVE or command in ROUTE_OF]

Line = Callable[[Guest, Guest, str], Awaitable[None]]
"""Ann does something over the transport in question, in a room of Bob, who has a WebSocket."""


async def create_guest(ann: Guest, bob: Guest, code: str) -> None:
    assert ann.me == (await ann.ask("who_am_i"))["user"] != bob.me
    assert (ann.me["name"], bool(ann.token)) == ("Ann", True)


async def change_name(ann: Guest, bob: Guest, code: str) -> None:
    assert await ann.ask("change_name", name="Anna") == {"user": {**ann.me, "name": "Anna"}}
    await bob.has_heard(code, 4)
    told = bob.log(code)[-1]
    assert (told["type"], told["user"]["id"], told["name"]) == ("member_renamed", ann.id, "Anna")


async def who_am_i(ann: Guest, bob: Guest, code: str) -> None:
    assert await ann.ask("who_am_i") == {"user": ann.me}


async def create_room(ann: Guest, bob: Guest, code: str) -> None:
    room = await ann.ask("create_room", title="Tea", capacity=3, private=True, lifetime="expires", expires_days=2)
    about = {key: room[key] for key in ("title", "capacity", "private", "lifetime", "expires_days", "here")}
    wanted = {"title": "Tea", "capacity": 3, "private": True, "lifetime": "expires", "expires_days": 2, "here": 1}
    assert (about, len(room["code"])) == (wanted, 6)
    assert await bob.refused("get_room", code=room["code"]) == "room_not_found"


async def get_room(ann: Guest, bob: Guest, code: str) -> None:
    room = await ann.ask("get_room", code=code)
    assert (room["code"], room["here"], room["capacity"]) == (code, 2, None)


async def delete_room(ann: Guest, bob: Guest, code: str) -> None:
    assert await ann.refused("delete_room", code=code) == "forbidden"
    own = await ann.opens_a_room()
    await bob.joins(own)
    assert await ann.ask("delete_room", code=own) == {}
    await bob.has_heard(own, 4)
    assert bob.tally(own) == {"room_deleted": 1}


async def join_room(ann: Guest, bob: Guest, code: str) -> None:
    own = str((await bob.ask("create_room"))["code"])
    await bob.joins(own)
    await bob.says(own, "before")
    reply = await ann.joins(own)
    assert (reply["last_seq"], reply["last_number"], reply["read_number"], reply["here"]) == (4, 1, 1, 2)
    assert (reply["reset"], [message["text"] for message in reply["messages"]]) == (True, ["before"])
    assert reply["me"] == {**ann.me, "role": "guest", "here": True}
    await bob.has_heard(own, 4)
    assert bob.tally(own) == {"message_sent": 1, "member_joined": 1}


async def unwatch_room(ann: Guest, bob: Guest, code: str) -> None:
    await ann.unwatches(code)
    await bob.says(code, "unheard")
    await ann.joins(code)
    (seq,) = await bob.says(code, "heard")
    await ann.has_heard(code, seq)
    assert ann.texts(code) == ["heard"]


async def leave_room(ann: Guest, bob: Guest, code: str) -> None:
    await ann.leaves(code)
    assert await ann.refused("messages", code=code) == "not_a_member"
    await bob.has_heard(code, 4)
    assert bob.log(code)[-1]["user"] == ann.me
    assert bob.tally(code) == {"member_joined": 1, "member_left": 1}


async def send_message(ann: Guest, bob: Guest, code: str) -> None:
    text = "hello\n✓ 🐈 <b> \"'\\"
    first = await ann.ask("send_message", code=code, text=text, client_message_id="one")
    assert (first["seq"], first["number"]) == (4, 1)
    assert await ann.ask("send_message", code=code, text=text, client_message_id="one") == first
    assert await ann.refused("send_message", code=code, text="?", client_message_id="one") == "client_message_id_reused"
    answer = await ann.ask("send_message", code=code, text="and", reply_to=4)
    for reader in (ann, bob):
        await reader.has_heard(code, answer["seq"])
        told, reply = reader.log(code)[-2:]
        assert (told["by"], told["text"], told["at"]) == ({**ann.me, "role": "guest"}, text, first["at"])
        assert (reply["number"], reply["reply_to"]) == (2, 4)


async def typing(ann: Guest, bob: Guest, code: str) -> None:
    assert await ann.ask("typing", code=code) == {}
    for reader in (ann, bob):
        assert await reader.hears("typing") == [{"type": "typing", "code": code, "user": ann.me}]


async def read(ann: Guest, bob: Guest, code: str) -> None:
    await bob.says(code, "1", "2", "3")
    answers = [await ann.ask("read", code=code, number=number) for number in (2, 1, 99)]
    assert answers == [{"read_number": 2}, {"read_number": 2}, {"read_number": 3}]


async def events(ann: Guest, bob: Guest, code: str) -> None:
    await bob.says(code, "1", "2", "3")
    page = await ann.ask("events", code=code, since=3, limit=2)
    assert [event["text"] for event in page["events"]] == ["1", "2"]
    assert (page["last_seq"], page["more"], page["epoch"]) == (6, True, ann.view(code).epoch)
    assert (await ann.ask("events", code=code, since=6))["events"] == []


async def messages(ann: Guest, bob: Guest, code: str) -> None:
    await bob.says(code, "1", "2", "3", "4")
    before = await ann.ask("messages", code=code, before=7, limit=2)
    after = await ann.ask("messages", code=code, after=5, limit=2)
    assert ([message["text"] for message in before["messages"]], before["more"]) == (["2", "3"], True)
    assert ([message["text"] for message in after["messages"]], after["more"]) == (["3", "4"], False)


async def members(ann: Guest, bob: Guest, code: str) -> None:
    page = await ann.ask("members", code=code)
    found = {(member["id"], member["name"], member["role"], member["here"]) for member in page["members"]}
    assert found == {(ann.id, "Ann", "guest", True), (bob.id, "Bob", "owner", True)}
    assert (page["here"], page["more"]) == (2, False)


async def my_rooms(ann: Guest, bob: Guest, code: str) -> None:
    await bob.says(code, "1", "2")
    (room,) = (await ann.ask("my_rooms"))["rooms"]
    assert room == {"code": code, "title": "", "role": "guest", "last_number": 2, "read_number": 0}


LINES: dict[str, Line] = {
    line.__name__: line
    for line in (
        *(create_guest, change_name, who_am_i, create_room, get_room, delete_room, join_room, unwatch_room),
        *(leave_room, send_message, typing, read, events, messages, members, my_rooms),
    )
}


@pytest.mark.parametrize(("command", "way"), MATRIX)
async def test_every_command_does_its_work_over_every_transport(party: Party, command: str, way: str) -> None:
    ann, bob = await party.comes("Ann", by=way), await party.comes("Bob")
    code = await bob.opens_a_room()
    await ann.joins(code)
    await LINES[command](ann, bob, code)


def test_no_line_is_left_from_a_command_that_is_gone() -> None:
    assert set(LINES) == set(COMMANDS), "every command has its line here"


@pytest.mark.parametrize("way", LIVE)
async def test_a_guest_is_made_by_connecting_and_by_no_command(party: Party, way: str) -> None:
    ann = await party.comes("Ann", by=way)
    assert await ann.refused("create_guest", name="Eve") == "unknown_command"


def test_only_what_a_request_cannot_do_is_missing_over_http() -> None:
    assert set(COMMANDS) - set(ROUTE_OF) == {"typing", "unwatch_room"}, "a request hears nothing, and nobody sees it"
