"""Who may do what: every command and route × (stranger, outsider, member, owner) × what comes of it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import httpx2
import pytest

from hubbub.core.command import COMMANDS
from hubbub.gateways.http.routes import PREFIX, ROUTES, Route
from tests.people import Person
from tests.server_process import ServerProcess

HOLDS = (
    "hubbub.gateways.http.api",
    "hubbub.gateways.http.routes",
    "hubbub.gateways.http.openapi",
    "hubbub.gateways.http.headers",
    "hubbub.gateways.http.door",
)


class Outcome(NamedTuple):
    """What each is answered: "ok", or the code of the refusal; `private` is an outsider in a private room."""

    stranger: str
    outsider: str
    member: str
    owner: str
    private: str


_MEMBERS_ONLY = Outcome("not_logged_in", "not_a_member", "ok", "ok", "room_not_found")
_ANYBODY = Outcome("not_logged_in", "ok", "ok", "ok", "ok")

TABLE: dict[str, Outcome] = {
    "create_guest": Outcome("ok", "ok", "ok", "ok", "ok"),
    "change_name": _ANYBODY,
    "who_am_i": _ANYBODY,
    "create_room": _ANYBODY,
    "my_rooms": _ANYBODY,
    "get_room": Outcome("not_logged_in", "ok", "ok", "ok", "room_not_found"),
    "join_room": _ANYBODY,
    "delete_room": Outcome("not_logged_in", "not_a_member", "forbidden", "ok", "room_not_found"),
    "leave_room": _MEMBERS_ONLY,
    "send_message": _MEMBERS_ONLY,
    "read": _MEMBERS_ONLY,
    "events": _MEMBERS_ONLY,
    "messages": _MEMBERS_ONLY,
    "members": _MEMBERS_ONLY,
}
BODIES: dict[str, dict[str, object]] = {
    "create_guest": {"name": "Zed"},
    "change_name": {"name": "Yan"},
    "send_message": {"text": "hello"},
    "read": {"number": 0},
}
ROLES = ("stranger", "outsider", "member", "owner")


def test_every_command_and_every_route_has_its_row() -> None:
    assert set(TABLE) == set(COMMANDS) == {route.command.type for route in ROUTES}


class Cast:
    """A room with its owner and a member, somebody outside, and somebody without a name."""

    def __init__(self, url: str, private: bool) -> None:
        self.people = {name: Person(url, name) for name in ("owner", "member", "outsider")}
        self.stranger = httpx2.Client(base_url=f"{url}/api/v1")
        self.code = self.people["owner"].create_room(private=private)
        self.people["member"].join(self.code)

    def try_out(self, who: str, route: Route) -> httpx2.Response:
        """Have somebody ask by a route."""
        path = route.path.replace("{code}", self.code)
        body = BODIES.get(route.command.type)
        if who == "stranger":
            return self.stranger.request(route.method, path, json=body)
        return self.people[who].request(route.method, path, json=body)

    def close(self) -> None:
        """Let everybody go."""
        for client in (self.stranger, *(person.http for person in self.people.values())):
            client.close()


@pytest.fixture
def cast(server: ServerProcess) -> Iterator[Callable[..., Cast]]:
    casts: list[Cast] = []

    def make(private: bool = False) -> Cast:
        casts.append(Cast(server.url, private))
        return casts[-1]

    yield make
    for each in casts:
        each.close()


@pytest.mark.parametrize("who", ROLES)
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.command.type)
def test_in_an_open_room(cast: Callable[..., Cast], route: Route, who: str) -> None:
    expected = getattr(TABLE[route.command.type], who)
    assert outcome(cast().try_out(who, route)) == expected


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.command.type)
def test_in_a_private_room_for_one_who_is_outside(cast: Callable[..., Cast], route: Route) -> None:
    assert outcome(cast(private=True).try_out("outsider", route)) == TABLE[route.command.type].private


@pytest.mark.parametrize("who", ROLES)
def test_the_stream_is_for_members(cast: Callable[..., Cast], who: str) -> None:
    here = cast()
    client = here.stranger if who == "stranger" else here.people[who].http
    with client.stream("GET", f"/rooms/{here.code}/stream") as response:
        if response.is_error:
            response.read()
        assert (outcome(response) if response.is_error else "ok") == getattr(_MEMBERS_ONLY, who)


@pytest.mark.parametrize("route", [each for each in ROUTES if "{code}" in each.path], ids=lambda r: r.command.type)
def test_a_refusal_changes_nothing(cast: Callable[..., Cast], route: Route) -> None:
    here = cast()
    owner = here.people["owner"]
    before, members = owner.events(here.code), owner.ask("GET", f"/rooms/{here.code}/members")
    tried = 0
    for who in ("stranger", "outsider", "member"):
        if getattr(TABLE[route.command.type], who) != "ok":
            here.try_out(who, route)
            tried += 1
    assert tried, "need somebody who is refused for this test to mean anything"
    assert owner.events(here.code) == before
    assert owner.ask("GET", f"/rooms/{here.code}/members") == members


def test_every_answer_of_the_api_forbids_keeping_a_copy(cast: Callable[..., Cast]) -> None:
    here = cast()
    for route in sorted(ROUTES, key=lambda each: each.command.type == "delete_room"):
        for who in ROLES:
            answer = here.try_out(who, route)
            assert answer.headers["cache-control"] == "no-store", (route, who)
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_description_of_the_api_names_every_route_and_login(server: ServerProcess) -> None:
    described = httpx2.get(f"{server.url}/api/openapi.json").json()
    for route in ROUTES:
        operation = described["paths"][PREFIX + route.path][route.method.lower()]
        assert operation["operationId"] == route.command.type
        assert str(route.status) in operation["responses"]
        assert ({} in operation["security"]) == route.command.for_strangers


def outcome(response: httpx2.Response) -> str:
    """Return "ok", or the code of the refusal."""
    return str(response.json()["error"]["code"]) if response.is_error else "ok"
