"""How often is too often, through the HTTP door of a server with its throttles on."""

from collections.abc import Callable

import httpx2

from hubbub.core.throttle import FREE_MISSES, LIMITS, Throttle
from tests.people import Person
from tests.server_process import ServerProcess

HOLDS = (
    "hubbub.chat.codes",
    "hubbub.chat.throttles",
    "hubbub.gateways.http.crowd",
)

Start = Callable[..., ServerProcess]


def test_a_sender_beyond_the_burst_is_told_when_to_go_on(start: Start) -> None:
    with Person(start().url) as ann:
        code = ann.create_room()
        answers = [ann.request("POST", f"/rooms/{code}/messages", json={"text": str(n)}) for n in range(40)]
        accepted = [answer for answer in answers if answer.is_success]
        refused = [answer for answer in answers if answer.is_error]
        assert len(accepted) >= LIMITS[Throttle.SEND].burst
        assert refused, "need somebody who is too fast for this test to mean anything"
        error = refused[-1].json()["error"]
        assert (refused[-1].status_code, error["code"], error["retry_after"]) == (429, "slow_down", 1)
        assert refused[-1].headers["retry-after"] == "1"
        assert len(ann.messages(code)["messages"]) == len(accepted), "what was refused is not stored"


def test_rooms_of_one_address_are_bounded(start: Start) -> None:
    with Person(start().url) as ann:
        limit = LIMITS[Throttle.CREATE_ROOM].burst
        for _ in range(limit):
            ann.create_room()
        assert ann.refused("POST", "/rooms")["code"] == "slow_down"
        with Person(str(ann.http.base_url).removesuffix("/api/v1/"), "Bob") as bob:
            assert bob.refused("POST", "/rooms")["code"] == "slow_down", "another name is the same address"


def test_s8_after_ten_wrong_codes_nobody_of_the_address_guesses_on_not_even_after_a_restart(start: Start) -> None:
    first = start()
    with Person(first.url) as ann, Person(first.url, "Eve") as eve:
        code = ann.create_room(private=True)
        paths = [("PUT", "/members/me"), ("GET", ""), ("GET", "/events"), ("DELETE", ""), ("POST", "/messages")]
        for number in range(FREE_MISSES):
            method, path = paths[number % len(paths)]
            body = {"json": {"text": "x"}} if method == "POST" else {}
            assert eve.refused(method, f"/rooms/ZZZZZ{chr(65 + number)}{path}", **body)["code"] == "room_not_found"
        refusal = eve.refused("PUT", "/rooms/ZZZZZZ/members/me")
        assert (refusal["status"], refusal["code"]) == (429, "slow_down")
        assert 0 < refusal["retry_after"] <= 15
        assert eve.refused("PUT", f"/rooms/{code}/members/me")["code"] == "slow_down", "the right code tells no more"
        assert ann.ask("GET", f"/rooms/{code}")["code"] == code, "members find their rooms all the same"
    assert first.stop() == 0
    second = start()
    with Person(second.url, "Eve again") as eve:
        assert eve.refused("PUT", f"/rooms/{code}/members/me")["code"] == "slow_down"


def test_too_many_requests_under_way_of_one_address_are_refused(start: Start) -> None:
    server = start(most_connections="3")
    with Person(server.url) as ann:
        code = ann.create_room()
        with (
            ann.http.stream("GET", f"/rooms/{code}/stream"),
            ann.http.stream("GET", f"/rooms/{code}/stream"),
            ann.http.stream("GET", f"/rooms/{code}/stream"),
        ):
            answer = httpx2.get(f"{server.url}/api/v1/users/me")
            assert (answer.status_code, answer.json()["error"]["code"]) == (429, "slow_down")
