"""Private answers are nobody else's (S20): no copy is kept, and no two people's answers are ever crossed."""

import asyncio
import itertools
import random
from collections.abc import Iterable, Iterator
from typing import Any

import httpx2
import pytest

from hubbub.gateways.http import build_app
from hubbub.gateways.http.door import WEB
from hubbub.gateways.http.routes import PREFIX, ROUTES
from tests.figures import note
from tests.gateways.http.pages.given import make_door
from tests.people import Person
from tests.server_process import ServerProcess

HOLDS = ("hubbub.gateways.http.headers",)

pytestmark = pytest.mark.anyio

FILES = (
    "/assets/",
    "/favicon",
    "/manifest.webmanifest",
    "/robots.txt",
    "/plain.css",
    "/icon-",
    "/apple-touch-icon",
    "/digest.txt",
)
SWAGGER = ("/api/docs/swagger-ui.css", "/api/docs/swagger-ui-bundle.js")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "OPTIONS", "DELETE")
ACCEPTS = ("text/html", "application/json")
AT_ONCE = 8


async def every_path() -> list[str]:
    """Return the paths of all that the server answers to, from its own table of routes, and some that it doesn't."""
    app: Any = build_app(make_door(WEB))
    found = {route.path.replace(":path", "").replace(":capitals", "") for route in _flat(app._app.routes)}
    return sorted(found | {"/nothing", "/api/nothing", "/api/v1/nothing", "/r/1", "/socket.io/", "/assets/nothing"})


def _flat(routes: Iterable[Any]) -> Iterator[Any]:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _flat(route.original_router.routes)
        else:
            yield route


def is_file(path: str) -> bool:
    """Tell whether an address holds the same for everybody, whatever they have said."""
    return path.startswith(FILES) or path in SWAGGER


@pytest.mark.parametrize("login", ["a cookie", "a token", "nothing"])
async def test_s20_nobody_may_keep_a_copy_of_any_answer_but_the_files(server: ServerProcess, login: str) -> None:
    paths = await every_path()
    assert {PREFIX + route.path for route in ROUTES} | {"/", "/room", "/r/{code}", "/page-errors", "/metrics"} <= {
        *paths
    }
    with Person(server.url) as ann, httpx2.Client(base_url=server.url) as client:
        if login == "a cookie":
            client.post(f"{PREFIX}/guests", json={"name": "Bob"})
        if login == "a token":
            client.headers["Authorization"] = f"Bearer {ann.token}"
        for path, method, accept in itertools.product(paths, METHODS, ACCEPTS):
            if path.endswith("/stream") and (method, login) == ("GET", "a token"):
                continue  # it goes on for ever; the next test has it
            way = path.replace("{code}", ann.create_room() if "{code}" in path else "").replace("{path}", "nothing")
            answer = client.request(method, way, headers={"Accept": accept})
            if not (is_file(path) and answer.is_success) and answer.headers.get("location") != "/favicon.svg":
                assert answer.headers["cache-control"] == "no-store", (method, way, answer.status_code)
            assert answer.headers["x-content-type-options"] == "nosniff", (method, way)
            assert "default-src 'none'" in answer.headers["content-security-policy"], (method, way)


async def test_s20_nobody_may_keep_a_copy_of_what_goes_on(server: ServerProcess) -> None:
    with Person(server.url) as ann:
        code = ann.create_room()
        with ann.http.stream("GET", f"/rooms/{code}/stream") as stream:
            assert (stream.status_code, stream.headers["cache-control"]) == (200, "no-store")
        polling = f"{server.url}/socket.io/?EIO=4&transport=polling"
        assert httpx2.get(polling).headers["cache-control"] == "no-store"


async def test_s20_a_thousand_requests_of_two_people_on_the_same_connections_are_never_crossed(
    server: ServerProcess,
) -> None:
    await interleave(server, 1_000)


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_s20_ten_thousand_requests_of_two_people_on_the_same_connections_are_never_crossed(
    server: ServerProcess,
) -> None:
    await interleave(server, 10_000)


async def interleave(server: ServerProcess, count: int) -> None:
    """Have two people ask through the same few connections, as behind a proxy, at once and in any order."""
    chance, heard = random.Random(count), {"Ann": 0, "Bob": 0}
    with Person(server.url, "Ann") as ann, Person(server.url, "Bob") as bob:
        rooms = {person.name: person.create_room(private=True) for person in (ann, bob)}
        (cookie,) = httpx2.post(f"{server.url}{PREFIX}/guests", json={"name": "Eve"}).cookies
        limits = httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        async with httpx2.AsyncClient(base_url=server.url + PREFIX, limits=limits, timeout=60) as client:

            async def ask(number: int) -> None:
                me, other = (ann, bob) if chance.random() < 0.5 else (bob, ann)
                path, room = chance.choice(["/users/me", "/rooms", "messages", "members", "say"]), rooms[me.name]
                by_cookie = {"Cookie": f"{cookie}={me.token}", "Origin": server.url}
                login = chance.choice([by_cookie, {"Authorization": f"Bearer {me.token}"}])
                if path == "say":
                    text = {"text": f"{me.name}'s word {number}"}
                    answer = await client.post(f"/rooms/{room}/messages", json=text, headers=login)
                else:
                    way = path if path.startswith("/") else f"/rooms/{room}/{path}"
                    answer = await client.get(way, headers=login)
                assert answer.is_success, answer.text
                assert "set-cookie" not in answer.headers
                for foreign in (other.id, rooms[other.name], f"{other.name}'s word"):
                    assert foreign not in answer.text, (me.name, path, answer.text)
                if path in {"/users/me", "members"}:
                    assert me.id in answer.text
                heard[me.name] += 1

            for start in range(0, count, AT_ONCE * 4):
                await asyncio.gather(*map(ask, range(start, min(start + AT_ONCE * 4, count))))
        note("requests", f"{count:,}")
        assert sum(heard.values()) == count
        assert min(heard.values()) > count // 3, "need both of them for this test to mean anything"
