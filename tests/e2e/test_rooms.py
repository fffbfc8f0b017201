"""Rooms through the HTTP door, row by row of the acceptance list."""

import re
from collections import Counter
from collections.abc import Callable
from functools import partial

import httpx2

from tests.e2e.conftest import AtOnce
from tests.people import Person
from tests.server_process import ServerProcess
from tests.waiting import eventually

HOLDS = (
    "hubbub.chat.rooms",
    "hubbub.chat.members",
)

MakePerson = Callable[..., Person]
Start = Callable[..., ServerProcess]


def test_a3_a_new_room_has_four_capital_letters_and_no_two_have_the_same(person: MakePerson) -> None:
    ann = person("Ann")
    codes = [ann.create_room() for _ in range(200)]
    assert all(re.fullmatch("[A-Z]{4}", code) for code in codes)
    assert len(set(codes)) == 200


def test_a4_a_crowded_code_space_gives_longer_codes_then_a_clear_refusal_never_a_clash(start: Start) -> None:
    with Person(start(throttle="off", code_alphabet="AB").url) as ann:
        codes, refusal = [], None
        for _ in range(2**4 + 2**5 + 2**6 + 1):
            response = ann.request("POST", "/rooms")
            if response.is_error:
                refusal = response
                break
            codes.append(response.json()["code"])
        lengths = Counter(len(code) for code in codes)
        assert lengths[4] >= 12, "need a crowded space of four letters for this test to mean anything"
        assert lengths[5] > 0
        assert len(set(codes)) == len(codes)
        assert refusal is not None
        assert refusal.status_code == 503
        assert refusal.json()["error"]["code"] == "unavailable"
        assert "code" in refusal.json()["error"]["message"]


def test_a5_and_a22_any_number_of_people_come_in_by_the_code_and_are_counted(person: MakePerson) -> None:
    ann, bob, eve = person("Ann"), person("Bob"), person("Eve")
    code = ann.create_room()
    assert bob.join(code)["here"] == 2
    assert eve.join(code.lower())["here"] == 3, "a code in small letters is the same code"
    assert [member["name"] for member in named(ann, code)] == ["Ann", "Bob", "Eve"]
    bob.leave(code)
    assert ann.ask("GET", f"/rooms/{code}")["here"] == 2


def test_a16_what_is_said_in_one_room_is_never_heard_in_another(person: MakePerson) -> None:
    ann = person("Ann")
    here, there = ann.create_room(), ann.create_room()
    ann.send(here, "only here")
    ann.send(there, "only there")
    assert ann.texts(here) == ["only here"]
    assert ann.texts(there) == ["only there"]
    assert [event["seq"] for event in ann.events(there)["events"]] == [1, 2, 3], "each room has a log of its own"


def test_a19_a_message_for_a_room_that_is_gone_is_refused_and_the_sender_told(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    bob.join(code)
    ann.ask("DELETE", f"/rooms/{code}")
    refusal = bob.refused("POST", f"/rooms/{code}/messages", json={"text": "anybody?"})
    assert (refusal["status"], refusal["code"]) == (404, "room_not_found")
    assert code in refusal["message"]


def test_a20_and_a21_others_hear_who_came_and_who_left(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    seen = bob.join(code)["last_seq"] - 1
    bob.leave(code)
    came, went = ann.events(code, since=seen)["events"]
    assert (came["type"], came["user"]["name"]) == ("member_joined", "Bob")
    assert (went["type"], went["user"]["name"]) == ("member_left", "Bob")


def test_a23_a_vanishing_room_dies_when_its_last_person_has_left(start: Start) -> None:
    with Person(start(vanish_after="0").url) as ann:
        code = ann.create_room(lifetime="vanishes")
        kept = ann.create_room()
        assert ann.ask("GET", f"/rooms/{code}")["lifetime"] == "vanishes"
        ann.leave(code)
        ann.leave(kept)
        eventually(lambda: ann.request("GET", f"/rooms/{code}").status_code == 404)
        assert ann.refused("PUT", f"/rooms/{code}/members/me")["code"] == "room_not_found"
        assert ann.ask("GET", f"/rooms/{kept}")["code"] == kept, "an ordinary room is kept"


def test_a23_a_restart_gives_a_vanishing_room_time_for_its_people_to_come_back(start: Start) -> None:
    first = start(vanish_after="0")
    with Person(first.url) as ann:
        code = ann.create_room(lifetime="vanishes")
    assert first.stop() == 0
    second = start(vanish_after="0")
    again = httpx2.get(f"{second.url}/api/v1/rooms/{code}", headers={"Authorization": f"Bearer {ann.token}"})
    assert again.status_code == 200, "whoever had a seat is still here for a moment"


def test_a24_who_has_no_name_or_no_room_is_refused_and_nobody_notices(
    person: MakePerson, server: ServerProcess
) -> None:
    ann, eve = person("Ann"), person("Eve")
    code = ann.create_room()
    before = ann.events(code)
    with httpx2.Client(base_url=f"{server.url}/api/v1") as stranger:
        for path in (f"/rooms/{code}/stream", f"/rooms/{code}/events", f"/rooms/{code}"):
            response = stranger.get(path)
            assert (response.status_code, response.json()["error"]["code"]) == (401, "not_logged_in"), path
        assert stranger.put(f"/rooms/{code}/members/me").status_code == 401
    assert eve.refused("GET", "/rooms/QQQQQ/stream")["code"] == "room_not_found"
    assert eve.refused("GET", f"/rooms/{code}/stream")["code"] == "not_a_member"
    assert ann.events(code)["events"] == before["events"]
    assert ann.ask("GET", f"/rooms/{code}")["here"] == 1


def test_b10_a_room_with_a_capacity_takes_so_many_and_says_how_many(person: MakePerson) -> None:
    ann, bob, eve = person("Ann"), person("Bob"), person("Eve")
    code = ann.create_room(capacity=2)
    bob.join(code)
    refusal = eve.refused("PUT", f"/rooms/{code}/members/me")
    assert (refusal["status"], refusal["code"]) == (409, "room_full")
    assert "2/2" in refusal["message"]
    assert bob.join(code)["me"]["name"] == "Bob", "who has a seat isn't refused their own"
    bob.leave(code)
    assert eve.join(code)["here"] == 2


def test_b10_fifty_who_come_at_once_into_a_room_for_ten_fill_it_exactly(person: MakePerson, at_once: AtOnce) -> None:
    ann = person("Ann")
    code = ann.create_room(capacity=10)
    crowd = [person(f"Guest {number}") for number in range(50)]
    answers = at_once([partial(each.request, "PUT", f"/rooms/{code}/members/me") for each in crowd])
    assert Counter(answer.status_code for answer in answers) == {200: 9, 409: 41}
    assert {answer.json()["error"]["code"] for answer in answers if answer.is_error} == {"room_full"}
    assert len(named(ann, code)) == 10


def test_b12_who_leaves_has_the_room_no_more_in_their_list(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room(title="Plans")
    bob.join(code)
    assert [(room["code"], room["title"]) for room in bob.ask("GET", "/rooms")["rooms"]] == [(code, "Plans")]
    bob.leave(code)
    assert bob.ask("GET", "/rooms")["rooms"] == []
    assert bob.refused("GET", f"/rooms/{code}/messages")["code"] == "not_a_member"


def test_b21_the_owner_deletes_a_room_and_its_readers_hear_it_last(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    joined = bob.join(code)
    assert bob.refused("DELETE", f"/rooms/{code}")["code"] == "forbidden"
    with bob.http.stream("GET", f"/rooms/{code}/stream") as stream:
        ann.ask("DELETE", f"/rooms/{code}")
        lines = list(stream.iter_lines())
    assert f"id: {joined['epoch']}:{joined['last_seq'] + 1}" in lines
    assert [line for line in lines if line.startswith("event:")][-1] == "event: room_deleted"
    assert ann.refused("GET", f"/rooms/{code}/messages")["code"] == "room_not_found"


def test_b21_what_was_said_in_a_deleted_room_is_in_no_file_of_the_running_server(start: Start) -> None:
    server = start()
    with Person(server.url) as ann:
        code = ann.create_room()
        ann.send(code, "a canary that sang")
        assert b"a canary that sang" in _kept(server), "need the right files for this test to mean anything"
        ann.ask("DELETE", f"/rooms/{code}")
        eventually(lambda: b"a canary that sang" not in _kept(server))


def test_a_private_room_has_six_letters_and_looks_missing_to_who_lacks_its_code(person: MakePerson) -> None:
    ann, bob, eve = person("Ann"), person("Bob"), person("Eve")
    code = ann.create_room(private=True)
    assert re.fullmatch("[A-Z]{6}", code)
    private, missing = eve.refused("GET", f"/rooms/{code}"), eve.refused("GET", "/rooms/ZZZZZZ")
    assert private | {"message": missing["message"]} == missing
    assert private["message"].replace(code, "ZZZZZZ") == missing["message"]
    assert bob.join(code)["room"]["private"] is True


def _kept(server: ServerProcess) -> bytes:
    return b"".join(path.read_bytes() for path in server.data.glob("hubbub.db*"))


def named(person: Person, code: str) -> list[dict[str, str]]:
    """Return the room's members by name."""
    members = person.ask("GET", f"/rooms/{code}/members")["members"]
    return sorted(members, key=lambda member: str(member["name"]))
