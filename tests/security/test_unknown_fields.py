"""Fields that a command doesn't have, privileged ones among them (S16): refused by name on every route and command."""

# Which commands and routes there are, and all the names that anything has anywhere, come from the tables of the core.

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from hubbub.core import reply
from hubbub.core.command import COMMANDS, Command
from hubbub.core.event import EPHEMERAL_EVENTS, STORED_EVENTS
from hubbub.gateways.http.pages.form import Form
from hubbub.gateways.http.routes import ROUTES, Fields, Route
from tests.live_client import RefusalError, connected
from tests.live_client import Route as Way
from tests.people import Person
from tests.server_process import ServerProcess

HOLDS = ("hubbub.gateways.http.body",)

pytestmark = pytest.mark.anyio

PRIVILEGED = frozenset(
    {"role", "id", "author", "user_id", "created_at", "edited_at", "room_id", "seq", "number", "epoch", "by", "at"}
    | {"admin", "is_admin", "owner", "owner_id", "kind", "token", "token_hash", "deleted", "muted", "banned"}
    | {"permissions", "__class__", "__proto__", "constructor"}
)
REPLIES = [kind for kind in vars(reply).values() if dataclasses.is_dataclass(kind)]
KNOWN = frozenset(
    field.name
    for kind in (*COMMANDS.values(), *STORED_EVENTS, *EPHEMERAL_EVENTS, *REPLIES)
    for field in dataclasses.fields(kind)
)
"""The names of all fields that any command, event or reply has."""

VALUES: tuple[Any, ...] = ("owner", 1, True, None, {}, [], "2020-01-01T00:00:00.000Z")
NEEDED: dict[str, Any] = {"name": "Zed", "text": "hello", "number": 0}
"""What the fields are given that a command can't do without; where it is, the path says."""

BODIES = {Fields.BODY, Fields.BODY_OR_NOTHING, Fields.BODY_OR_TEXT}


def foreign_to(command: type[Command]) -> Iterator[tuple[str, Any]]:
    """Give each name that isn't one of the command's fields, and some value."""
    own = {field.name for field in dataclasses.fields(command)}
    for place, name in enumerate(sorted((PRIVILEGED | KNOWN) - own)):
        yield name, VALUES[place % len(VALUES)]


def needed_by(command: type[Command]) -> dict[str, Any]:
    """Return values for the fields that have to be there, but for the code."""
    needed = [field.name for field in dataclasses.fields(command) if field.default is dataclasses.MISSING]
    return {name: NEEDED[name] for name in needed if name != "code"}


@pytest.fixture
def ann(server: ServerProcess) -> Iterator[Person]:
    with Person(server.url) as ann:
        yield ann


def state(person: Person, code: str) -> list[Any]:
    """Return all that a field could have changed."""
    paths = ("/users/me", "/rooms", f"/rooms/{code}", f"/rooms/{code}/events", f"/rooms/{code}/members")
    return [person.ask("GET", path) for path in paths]


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_s16_a_field_that_a_route_does_not_have_is_refused_by_name_and_changes_nothing(
    ann: Person, route: Route
) -> None:
    code = ann.create_room()
    before, tried = state(ann, code), 0
    path = route.path.replace("{code}", code)
    for name, value in foreign_to(route.command):
        needed = needed_by(route.command) if route.fields in BODIES else {}
        refused = ann.refused(route.method, path, json={**needed, name: value})
        assert (refused["status"], refused["code"], refused["field"]) == (400, "bad_request", name)
        query = {name: value if isinstance(value, str) else json.dumps(value)}
        refused = ann.refused(route.method, path, params=query)
        assert (refused["status"], refused["code"], refused["field"]) == (400, "bad_request", name)
        tried += 1
    assert tried > len(PRIVILEGED) // 2, "need fields for this test to mean anything"
    assert state(ann, code) == before


@pytest.mark.parametrize("route", [row for row in ROUTES if row.fields not in BODIES], ids=str)
@pytest.mark.parametrize("body", [b"role=owner", b"[]", b'"owner"', b"null", b"\xff"], ids=str)
def test_s16_where_no_body_belongs_none_is_passed_over(ann: Person, route: Route, body: bytes) -> None:
    code = ann.create_room()
    before = state(ann, code)
    refused = ann.refused(route.method, route.path.replace("{code}", code), content=body)
    assert (refused["status"], refused["code"]) == (400, "bad_request")
    assert state(ann, code) == before


@pytest.mark.parametrize("route", [row for row in ROUTES if "{code}" in row.path and row.fields in BODIES], ids=str)
def test_s16_no_body_names_another_room_than_the_path(ann: Person, route: Route) -> None:
    code, other = ann.create_room(), ann.create_room()
    before = state(ann, other)
    body = {**needed_by(route.command), "code": other}
    refused = ann.refused(route.method, route.path.replace("{code}", code), json=body)
    assert (refused["code"], refused["field"]) == ("bad_request", "code")
    assert state(ann, other) == before


@pytest.mark.parametrize("name", ["wait", "limit", "code", "role", "epoch"])
def test_s16_the_stream_takes_since_and_nothing_else(ann: Person, name: str) -> None:
    path = f"/rooms/{ann.create_room()}/stream"
    ways: list[dict[str, Any]] = [{"params": {name: "1"}}, {"json": {name: "1"}}]
    for how in ways:
        with ann.http.stream("GET", path, **how) as answer:  # one that isn't refused has no end
            assert answer.status_code == 400
            assert f'"field":"{name}"' in answer.read().decode()


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "create_guest"])
async def test_s16_a_field_that_a_command_does_not_have_is_refused_by_name_and_changes_nothing(
    ann: Person, server: ServerProcess, command: str
) -> None:
    kind, code = COMMANDS[command], ann.create_room()
    async with connected(Way(server.url), token=ann.token) as client:
        await client.ask("join_room", code=code)
        before, tried = state(ann, code), 0
        where = {"code": code} if "code" in {field.name for field in dataclasses.fields(kind)} else {}
        for name, value in foreign_to(kind):
            with pytest.raises(RefusalError) as refused:
                await client.ask(command, **where, **needed_by(kind), **{name: value})
            assert (refused.value.error["code"], refused.value.error["field"]) == ("bad_request", name)
            tried += 1
        assert tried > len(PRIVILEGED) // 2, "need fields for this test to mean anything"
        assert state(ann, code) == before


async def test_s16_nobody_comes_through_the_live_door_as_more_than_a_guest(server: ServerProcess, ann: Person) -> None:
    auth = {"name": "Eve", "id": ann.id, "role": "owner", "kind": "account", "admin": "1", "user_id": ann.id}
    code = ann.create_room()
    async with connected(Way(server.url), **auth) as eve:
        assert eve.me == {"id": eve.me["id"], "name": "Eve"}
        assert eve.me["id"] != ann.id
        assert (await eve.ask("join_room", code=code))["me"]["role"] == "guest"
        with pytest.raises(RefusalError, match="forbidden"):
            await eve.ask("delete_room", code=code)


def test_s16_a_field_that_the_home_form_does_not_have_is_refused_by_name(server: ServerProcess) -> None:
    with httpx2.Client(base_url=server.url, headers={"Origin": server.url}) as browser:
        for name in sorted((PRIVILEGED | KNOWN) - {field.name for field in dataclasses.fields(Form)}):
            answer = browser.post("/", data={"name": "Ann", "action": "create", name: "owner"})
            assert answer.status_code == 400
            assert f"The form has no field {name}." in answer.text
            assert "location" not in answer.headers


def test_s16_whatever_a_field_is_called_it_is_named(server: ServerProcess) -> None:
    form = {"<script>alert(1)</script>\0\x1b[31m" + "x" * 1000: "owner"}
    answer = httpx2.post(server.url, data=form, headers={"Origin": server.url})
    assert answer.status_code == 400
    assert "The form has no field &lt;script&gt;alert(1)&lt;/script&gt;[31mxxxxxxxxxxx…" in answer.text
