"""Whose address counts, when proxies stand between, and how many connections it may have."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.live_client import PATH, PATIENCE, POLL, RefusalError, Route, begin_to_poll, connected, patience
from tests.people import Person
from tests.server_process import ServerProcess

HOLDS = ("hubbub.gateways.http.crowd",)

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]

ALICE, BOB = "203.0.113.7", "2001:db8::7"


# Proxies


@pytest.mark.parametrize("trusted", ["127.0.0.1", "local"])
async def test_the_address_that_a_trusted_proxy_names_counts_at_every_door(
    start: Start, tmp_path: Path, trusted: str
) -> None:
    server = start(trusted_proxies=trusted, unix_socket=str(tmp_path / "socket"))
    proxy = Proxy(server.url, str(tmp_path / "socket") if trusted == "local" else None)
    await proxy.use_up(ALICE)
    for door in (proxy.by_request, proxy.by_websocket, proxy.by_polls):
        assert await tries_until_refused(door, ALICE) < 30, "need a limit that isn't this door's alone"
        assert await door(BOB) == "welcome"
        assert await door(f"{ALICE}, {BOB}") == "welcome", "what comes before the proxy's own word is anybody's"


@pytest.mark.parametrize("trusted", ["127.0.0.1", "local"])
async def test_nobody_else_is_believed(start: Start, tmp_path: Path, trusted: str) -> None:
    server = start(trusted_proxies=trusted, unix_socket=str(tmp_path / "socket"))
    liar = Proxy(server.url, None if trusted == "local" else str(tmp_path / "socket"))
    await liar.use_up(ALICE)
    for door in (liar.by_request, liar.by_websocket, liar.by_polls):
        assert await tries_until_refused(door, BOB) < 30


class Proxy:
    """A proxy on the way to a server, at its port or its Unix socket; it brings guests and says where they are."""

    def __init__(self, url: str, path: str | None) -> None:
        self._url, self._path = url, path

    async def use_up(self, address: str) -> None:
        """Bring guests from there until the server takes no more."""
        async with self._client(address) as client:
            while (answer := await client.post("/api/v1/guests", json={"name": "Ann"})).is_success:
                client.cookies.clear()
            assert answer.status_code == 429

    async def by_request(self, address: str) -> str:
        """Bring a guest by a request; return what came of it."""
        async with self._client(address) as client:
            answer = await client.post("/api/v1/guests", json={"name": "Ann"})
            return "welcome" if answer.is_success else str(answer.json()["error"]["code"])

    async def by_websocket(self, address: str) -> str:
        """Bring a guest by a WebSocket; return what came of it."""
        route = Route(self._url, path=self._path, headers=of(address))
        try:
            async with connected(route, name="Ann"):
                return "welcome"
        except RefusalError as refused:
            return str(refused.error["code"])

    async def by_polls(self, address: str) -> str:
        """Bring a guest by polls; return what came of it."""
        async with self._client(address) as client:
            answer = await begin_to_poll(client, '{"name":"Ann"}')
            return "welcome" if answer.text.startswith("40{") else str(json.loads(answer.text[2:])["data"]["code"])

    def _client(self, address: str) -> httpx2.AsyncClient:
        transport = httpx2.AsyncHTTPTransport(uds=self._path) if self._path else None
        return httpx2.AsyncClient(transport=transport, base_url=self._url, headers=of(address), timeout=PATIENCE)


async def tries_until_refused(door: Callable[[str], Awaitable[str]], address: str) -> int:
    """Return how many guests get in by a door: a few at most where all were used up a moment ago."""
    tries = 0
    while (answer := await door(address)) == "welcome":
        tries += 1
    assert answer == "slow_down"
    return tries


# How many


async def test_beyond_its_limit_an_address_is_refused_at_every_door_until_somebody_leaves(start: Start) -> None:
    server = start(most_connections="4")
    route = Route(server.url)
    with Person(server.url) as ann:
        code = ann.create_room()
        with ann.http.stream("GET", f"/rooms/{code}/stream"):
            async with AsyncExitStack() as stack:
                for number in range(3):
                    await stack.enter_async_context(connected(route, name=f"Person {number}"))
                with pytest.raises(InvalidStatus) as refused:
                    await stack.enter_async_context(route.open())
                assert refused.value.response.status_code == 429
                answer = httpx2.get(f"{server.url}/api/v1/users/me")
                assert (answer.status_code, answer.json()["error"]["code"]) == (429, "slow_down")
                assert (answer.headers["retry-after"], answer.headers["connection"]) == ("5", "close")
                assert answer.headers["x-content-type-options"] == "nosniff"
            await welcomed_again(route)


async def test_behind_a_proxy_each_address_has_its_own_limit(start: Start) -> None:
    server = start(most_connections="1", trusted_proxies="127.0.0.1")
    async with connected(Route(server.url, headers=of(ALICE)), name="Ann"):
        with pytest.raises(InvalidStatus) as refused:
            await Route(server.url, headers=of(ALICE)).open().__aenter__()
        assert refused.value.response.status_code == 429
        assert httpx2.get(f"{server.url}/healthz", headers=of(ALICE)).status_code == 429
        async with connected(Route(server.url, headers=of(BOB)), name="Bob"):
            assert httpx2.get(f"{server.url}/healthz").is_success


async def test_who_polls_is_counted_between_the_polls_too_until_they_close_or_upgrade(start: Start) -> None:
    server = start(most_connections="4")
    async with httpx2.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        upgrading, closing, *_ = [await opened(client) for _ in range(4)]
        await refused(client)
        async with upgraded(server, upgrading):
            await opened(client)
            await refused(client)
            assert (await client.post("/socket.io/", params=POLL | {"sid": closing}, content="1")).is_success
            await opened(client)
            await refused(client)


async def opened(client: httpx2.AsyncClient) -> str:
    """Open a socket that polls; return its sid."""
    answer = await client.get("/socket.io/", params=POLL)
    assert answer.is_success, answer.text
    return str(json.loads(answer.text[1:])["sid"])


async def refused(client: httpx2.AsyncClient) -> None:
    """Try to open a socket that polls, and see that there are too many."""
    answer = await client.get("/socket.io/", params=POLL)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "slow_down")
    assert (answer.headers["retry-after"], answer.headers["x-content-type-options"]) == ("5", "nosniff")


@asynccontextmanager
async def upgraded(server: ServerProcess, sid: str) -> AsyncIterator[None]:
    """Let a WebSocket take over from the polls."""
    url = f"ws{server.url.removeprefix('http')}{PATH}&sid={sid}"
    async with connect(url, proxy=None) as socket:
        await socket.send("2probe")
        assert await socket.recv() == "3probe"
        await socket.send("5")
        await socket.send("40" + json.dumps({"name": "Ann"}))
        async with patience():
            assert str(await socket.recv()).startswith("40{")
        yield


def of(address: str) -> dict[str, str]:
    """Return what a proxy says of somebody there."""
    return {"X-Forwarded-For": address}


async def test_with_throttles_off_there_is_no_limit(start: Start) -> None:
    server = start(most_connections="1", throttle="off")
    async with connected(Route(server.url), name="Ann"), connected(Route(server.url), name="Bob"):
        assert httpx2.get(f"{server.url}/healthz").is_success


async def welcomed_again(route: Route) -> None:
    """Come back until there is room: the server hears of a hang-up a moment later."""
    async with patience():
        while True:
            with suppress(InvalidStatus):
                async with route.open():
                    return
