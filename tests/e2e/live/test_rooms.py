"""Rows of the acceptance list that people see live, each on every client and transport."""

import httpx2
import pytest

from tests.e2e.live.client import open_room
from tests.e2e.live.visitors import Visitors
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio


async def test_a5_and_a16_everybody_with_the_code_is_in_and_sees_all_the_others_of_that_room(
    visitors: Visitors,
) -> None:
    people = [await visitors.come(name) for name in ("Ann", "Bob", "Cid")]
    code, elsewhere = await open_room(people[0]), await open_room(people[0])
    for person in people[1:]:
        await person.ask("join_room", code=code.lower())
    await people[0].send(elsewhere, "in another room")
    for person in people:
        await person.send(code, f"I am {person.me['name']}")
    for person in people:
        await person.hear("message_sent", text="I am Cid")
        said = [(event["by"]["name"], event["text"]) for event in person.heard("message_sent", code=code)]
        assert said == [("Ann", "I am Ann"), ("Bob", "I am Bob"), ("Cid", "I am Cid")]
        assert {each["name"] for each in (await person.ask("members", code=code))["members"]} == {"Ann", "Bob", "Cid"}
    assert [len(person.heard("message_sent", code=elsewhere)) for person in people] == [1, 0, 0]


async def test_a17_and_a18_a_message_comes_live_with_its_author_and_is_in_the_history_after_that(
    visitors: Visitors,
) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    code = await open_room(ann, bob)
    await ann.send(code, "hello")
    live = await bob.hear("message_sent")
    assert (live["by"], live["text"]) == ({**ann.me, "role": "owner"}, "hello")
    late = await visitors.come("Late")
    assert (await late.ask("join_room", code=code))["messages"] == [live]


async def test_b15_the_others_are_told_of_joining_saying_and_leaving(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    code = await open_room(ann)
    await bob.ask("join_room", code=code)
    await bob.send(code, "hello")
    await bob.ask("leave_room", code=code)
    await ann.hear("member_left")
    notices = [(event["type"], event["by"]["name"], event["seq"]) for event in ann.log if "seq" in event]
    assert notices == [("member_joined", "Bob", 3), ("message_sent", "Bob", 4), ("member_left", "Bob", 5)]


async def test_d15_two_browsers_on_one_machine_each_speak_as_themselves(
    visitors: Visitors, server: ServerProcess
) -> None:
    people = []
    for name in ("Ann", "Bob"):
        answer = httpx2.post(f"{server.url}/api/v1/guests", json={"name": name})
        people.append(await visitors.come(headers={"Cookie": answer.headers["set-cookie"].partition(";")[0]}))
    ann, bob = people
    assert (ann.me["name"], bob.me["name"]) == ("Ann", "Bob")
    code = await open_room(ann, bob)
    for number in range(3):
        for person in people:
            await person.send(code, f"{person.me['name']} {number}")
    for person in people:
        await person.hear("message_sent", text="Bob 2")
        assert len(person.heard("message_sent")) == 6
        for event in person.heard("message_sent"):
            assert event["text"].startswith(event["by"]["name"])


async def test_a_room_of_ones_own_that_is_not_open_tells_that_something_was_said(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    left, closed = await open_room(ann, bob), await open_room(ann, bob)
    for code in (left, closed):
        await ann.ask("unwatch_room", code=code)
    assert [room["code"] for room in (await ann.ask("my_rooms"))["rooms"]] == [closed, left]
    for number in range(1, 4):
        await bob.send(left, f"said {number}")
    await ann.hear("room_activity", code=left, last_number=3)
    await ann.ask("leave_room", code=left)
    await bob.send(left, "behind her back")
    await bob.send(closed, "for her to read later")
    await ann.hear("room_activity", code=closed, last_number=1)
    assert not ann.heard("room_activity", last_number=4), "who has left hears nothing"
    assert not ann.heard("message_sent"), "the words are for those who have the room open"
