"""Who may do what: every command × door × (stranger, outsider, member, owner) × what comes of it."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import httpx2
import pytest

from hubbub.core.command import COMMANDS, RoomCommand
from hubbub.gateways.http.routes import PREFIX, ROUTES, Route
from tests.live_client import RefusalError, SocketClient, connected
from tests.live_client import Route as Way
from tests.people import Person
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

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
    "unwatch_room": _ANYBODY,
    "delete_room": Outcome("not_logged_in", "not_a_member", "forbidden", "ok", "room_not_found"),
    "leave_room": _MEMBERS_ONLY,
    "send_message": _MEMBERS_ONLY,
    "typing": Outcome("not_logged_in", "not_a_member", "ok", "ok", "not_a_member"),
    "read": _MEMBERS_ONLY,
    "events": _MEMBERS_ONLY,
    "messages": _MEMBERS_ONLY,
    "members": _MEMBERS_ONLY,
}
NOT_OVER_HTTP = {"unwatch_room", "typing"}
AT_THE_LIVE_DOOR: dict[str, Outcome] = {name: row._replace(stranger="not_logged_in") for name, row in TABLE.items()} | {
    "create_guest": Outcome("not_logged_in", *["unknown_command"] * 4)
}
"""Strangers can't even connect there, so that nobody asks to become somebody."""

BODIES: dict[str, dict[str, Any]] = {
    "create_guest": {"name": "Zed"},
    "change_name": {"name": "Yan"},
    "send_message": {"text": "hello"},
    "read": {"number": 0},
}
ROLES = ("stranger", "outsider", "member", "owner")
ROUTE_OF = {route.command.type: route for route in ROUTES}
EVERY_WAY = [("http", name) for name in ROUTE_OF] + [("live", name) for name in COMMANDS]
ABOUT_A_ROOM = [(door, name) for door, name in EVERY_WAY if issubclass(COMMANDS[name], RoomCommand)]


def test_every_command_has_its_row_and_is_tried_at_every_door_that_has_it() -> None:
    assert set(TABLE) == set(AT_THE_LIVE_DOOR) == set(COMMANDS) == ROUTE_OF.keys() | NOT_OVER_HTTP
    assert not ROUTE_OF.keys() & NOT_OVER_HTTP


class Cast:
    """A room with its owner and a member, somebody outside, and somebody without a name."""

    def __init__(self, url: str, private: bool) -> None:
        self.people = {name: Person(url, name) for name in ("owner", "member", "outsider")}
        self.stranger = httpx2.Client(base_url=f"{url}/api/v1")
        self.code = self.people["owner"].create_room(private=private)
        self.people["member"].join(self.code)
        self._way = Way(url)

    async def try_out(self, door: str, name: str, who: str) -> str:
        """Have somebody try a command at a door; return what comes of it: "ok", or the code of the refusal."""
        if door == "http":
            return outcome(self.ask(who, ROUTE_OF[name]))
        if who == "stranger":
            return await self._refused_at_the_live_door()
        async with connected(self._way, token=self.people[who].token) as client:
            if who in {"member", "owner"}:
                await client.ask("join_room", code=self.code)
            return await self._try_live(client, name)

    def ask(self, who: str, route: Route) -> httpx2.Response:
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

    async def _refused_at_the_live_door(self) -> str:
        with pytest.raises(RefusalError) as refused:
            async with connected(self._way):
                pass
        return str(refused.value.error["code"])

    async def _try_live(self, client: SocketClient, name: str) -> str:
        code = {"code": self.code} if issubclass(COMMANDS[name], RoomCommand) else {}
        try:
            await client.ask(name, **code, **BODIES.get(name, {}))
        except RefusalError as refusal:
            return str(refusal.error["code"])
        return "ok"


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
@pytest.mark.parametrize(("door", "command"), EVERY_WAY)
async def test_in_an_open_room(cast: Callable[..., Cast], door: str, command: str, who: str) -> None:
    assert await cast().try_out(door, command, who) == getattr(row_of(door, command), who)


@pytest.mark.parametrize(("door", "command"), EVERY_WAY)
async def test_in_a_private_room_for_one_who_is_outside(cast: Callable[..., Cast], door: str, command: str) -> None:
    assert await cast(private=True).try_out(door, command, "outsider") == row_of(door, command).private


@pytest.mark.parametrize("who", ROLES)
def test_the_stream_is_for_members(cast: Callable[..., Cast], who: str) -> None:
    here = cast()
    client = here.stranger if who == "stranger" else here.people[who].http
    with client.stream("GET", f"/rooms/{here.code}/stream") as response:
        if response.is_error:
            response.read()
        assert (outcome(response) if response.is_error else "ok") == getattr(_MEMBERS_ONLY, who)


@pytest.mark.parametrize(("door", "command"), ABOUT_A_ROOM)
async def test_a_refusal_changes_nothing(cast: Callable[..., Cast], door: str, command: str) -> None:
    here = cast()
    owner = here.people["owner"]
    before, members = owner.events(here.code), owner.ask("GET", f"/rooms/{here.code}/members")
    tried = 0
    for who in ("stranger", "outsider", "member"):
        if getattr(row_of(door, command), who) != "ok":
            await here.try_out(door, command, who)
            tried += 1
    assert tried, "need somebody who is refused for this test to mean anything"
    assert owner.events(here.code) == before
    assert owner.ask("GET", f"/rooms/{here.code}/members") == members


def test_every_answer_of_the_api_forbids_keeping_a_copy(cast: Callable[..., Cast]) -> None:
    here = cast()
    for route in sorted(ROUTES, key=lambda each: each.command.type == "delete_room"):
        for who in ROLES:
            answer = here.ask(who, route)
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


def row_of(door: str, command: str) -> Outcome:
    """Return what each is answered at a door."""
    return (TABLE if door == "http" else AT_THE_LIVE_DOOR)[command]


def outcome(response: httpx2.Response) -> str:
    """Return "ok", or the code of the refusal."""
    return str(response.json()["error"]["code"]) if response.is_error else "ok"
