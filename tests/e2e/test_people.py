"""Guests, names and logins through the HTTP door, row by row of the acceptance list."""

import re
import socket
from collections import Counter
from collections.abc import Callable
from functools import partial

import httpx2

from tests.e2e.conftest import AtOnce
from tests.people import Person
from tests.server_process import ServerProcess

HOLDS = ("hubbub.chat.people",)

MakePerson = Callable[..., Person]
Start = Callable[..., ServerProcess]


def test_b5_a_user_is_known_by_a_random_id_and_no_token_is_stored(start: Start) -> None:
    server = start()
    with Person(server.url) as ann, Person(server.url) as other:
        assert re.fullmatch("[a-z2-7]{16}", ann.id)
        assert ann.id != other.id, "two of one name are two people"
        assert ann.ask("GET", "/users/me")["user"] == {"id": ann.id, "name": "Ann"}
    assert server.stop() == 0
    kept = b"".join(path.read_bytes() for path in server.data.glob("hubbub.db*"))
    assert ann.id.encode() in kept, "need the right file for this test to mean anything"
    assert ann.token.encode() not in kept


def test_c20_a_name_that_somebody_here_has_is_refused_with_another_that_is_free(person: MakePerson) -> None:
    ann, other = person("Ann"), person("ANN")
    code = ann.create_room()
    refusal = other.refused("PUT", f"/rooms/{code}/members/me")
    assert (refusal["status"], refusal["code"], refusal["field"]) == (409, "name_taken", "name")
    assert refusal["suggestion"] == "ANN 2"
    other.ask("PATCH", "/users/me", json={"name": refusal["suggestion"]})
    assert other.join(code)["me"]["name"] == "ANN 2"


def test_c20_old_messages_keep_their_author_when_names_change_hands(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    bob.join(code)
    ann.send(code, "from the first Ann")
    ann.ask("PATCH", "/users/me", json={"name": "Annette"})
    bob.ask("PATCH", "/users/me", json={"name": "Ann"})
    bob.send(code, "from the second")
    authors = [(message["by"]["id"], message["by"]["name"]) for message in bob.messages(code)["messages"]]
    assert authors == [(ann.id, "Annette"), (bob.id, "Ann")]


def test_c20_of_ten_who_look_alike_and_come_at_once_one_gets_in(person: MakePerson, at_once: AtOnce) -> None:
    host = person("Host")
    code = host.create_room()
    crowd = [
        person(name) for name in ("Alice", "alice", "AIice", "Аlice", "Al1ce", "Ａlice", "Ali\u200bce") for _ in "12"
    ]
    answers = at_once([partial(each.request, "PUT", f"/rooms/{code}/members/me") for each in crowd])
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 13}


def test_a_new_name_is_told_in_each_room_of_its_guest(person: MakePerson) -> None:
    ann, bob = person("Ann"), person("Bob")
    codes = [ann.create_room() for _ in range(3)]
    for code in codes:
        bob.join(code)
    bob.ask("PATCH", "/users/me", json={"name": "Bobby"})
    for code in codes:
        renamed = ann.events(code)["events"][-1]
        assert (renamed["type"], renamed["user"]["id"], renamed["name"]) == ("member_renamed", bob.id, "Bobby")


def test_a_new_name_is_refused_if_it_is_taken_in_one_room_and_then_changes_in_none(person: MakePerson) -> None:
    ann, bob, eve = person("Ann"), person("Bob"), person("Eve")
    first, second = ann.create_room(), eve.create_room()
    bob.join(first)
    bob.join(second)
    refusal = bob.refused("PATCH", "/users/me", json={"name": "eve"})
    assert (refusal["code"], refusal["suggestion"]) == ("name_taken", "eve 2")
    assert bob.ask("GET", "/users/me")["user"]["name"] == "Bob"
    assert [event["type"] for event in ann.events(first)["events"]].count("member_renamed") == 0


def test_a_login_by_cookie_is_kept_safely_and_works_like_a_token(server: ServerProcess) -> None:
    with httpx2.Client(base_url=f"{server.url}/api/v1") as browser:
        made = browser.post("/guests", json={"name": "Ann"})
        cookie = made.headers["set-cookie"]
        assert re.match(r"hubbub_[a-z]{4}=[\w-]{43};", cookie)
        for part in ("HttpOnly", "SameSite=lax", "Path=/", "Max-Age=2592000"):
            assert part in cookie
        assert "Secure" not in cookie, "a server without HTTPS would never get it back"
        assert browser.get("/users/me").json()["user"] == made.json()["user"]
        assert browser.post("/rooms", headers={"Origin": server.url}).status_code == 201


def test_behind_https_the_cookie_is_bound_to_the_host(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    start("--port", str(port), public_url="https://chat.example")
    made = httpx2.post(f"http://127.0.0.1:{port}/api/v1/guests", json={"name": "Ann"})
    assert made.headers["set-cookie"].startswith("__Host-hubbub_")
    assert "Secure" in made.headers["set-cookie"]
    assert "max-age" in made.headers["strict-transport-security"]


def test_a_token_that_proves_nothing_is_refused(server: ServerProcess) -> None:
    for token in ("x", "é", "\u0080", "a" * 5_000):
        authorization = (b"Authorization", f"Bearer {token}".encode("latin-1"))
        answer = httpx2.get(f"{server.url}/api/v1/users/me", headers=[authorization])
        assert (answer.status_code, answer.json()["error"]["code"]) == (401, "not_logged_in"), token
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_login_that_proves_nothing_any_more_keeps_nobody_from_being_somebody_new(server: ServerProcess) -> None:
    with httpx2.Client(base_url=f"{server.url}/api/v1") as browser:
        cookie = browser.post("/guests", json={"name": "Ann"}).headers["set-cookie"].partition("=")[0]
    dead: tuple[dict[str, str], ...] = ({"Cookie": f"{cookie}=dead"}, {"Authorization": "Bearer dead"})
    for headers in dead:
        made = httpx2.post(f"{server.url}/api/v1/guests", json={"name": "Bob"}, headers=headers)
        assert (made.status_code, made.json()["user"]["name"]) == (201, "Bob")
        refused = httpx2.post(f"{server.url}/api/v1/rooms", headers=headers)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "not_logged_in")
