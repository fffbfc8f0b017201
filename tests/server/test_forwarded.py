"""What a trusted proxy hands on."""

import asyncio

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from hubbub.server.crowd import Crowd, Limits
from hubbub.server.forwarded import Forwarded
from hubbub.server.proxies import Proxies

pytestmark = pytest.mark.anyio

PROXY, STRANGER = "127.0.0.1", "192.0.2.7"
FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


async def who_and_how(scope: Scope, receive: Receive, send: Send) -> None:
    client = scope["client"][0] if scope["client"] else None
    await PlainTextResponse(f"{client} by {scope['scheme']}")(scope, receive, send)


async def too_many(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("too many", 429)(scope, receive, send)


def limits(most: int, *trusted: str) -> Limits:
    return Limits(Crowd(most), Crowd(most), Crowd(0), too_many, Proxies(trusted))


async def get(app: Forwarded, peer: str | None, **headers: str) -> str:
    transport = httpx2.ASGITransport(app, client=(peer, 5) if peer else None)  # type: ignore[arg-type]
    async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
        return (await client.get("/", headers=headers)).text


@pytest.mark.parametrize(
    ("peer", "headers", "seen"),
    [
        (PROXY, FORWARDED, "203.0.113.9 by https"),
        (PROXY, {}, "127.0.0.1 by http"),
        (PROXY, {"X-Forwarded-Proto": "gopher"}, "127.0.0.1 by http"),
        (STRANGER, FORWARDED, "192.0.2.7 by http"),
        (None, FORWARDED, "None by http"),
    ],
)
async def test_only_a_trusted_proxy_says_who_asks_and_how(peer: str | None, headers: dict[str, str], seen: str) -> None:
    assert await get(Forwarded(who_and_how, limits(1, PROXY)), peer, **headers) == seen


async def test_the_unix_socket_may_be_trusted_too() -> None:
    assert await get(Forwarded(who_and_how, limits(1, "local")), None, **FORWARDED) == "203.0.113.9 by https"


async def test_requests_through_a_proxy_are_counted_by_whom_it_names_as_long_as_they_take() -> None:
    begun, end = asyncio.Event(), asyncio.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await end.wait()
        await who_and_how(scope, receive, send)

    app = Forwarded(slow, limits(1, PROXY))
    first = asyncio.create_task(get(app, PROXY, **FORWARDED))
    await begun.wait()
    assert await get(app, PROXY, **FORWARDED) == "too many"
    other = asyncio.create_task(get(app, PROXY, **{"X-Forwarded-For": "203.0.113.10"}))
    end.set()
    assert await first == "203.0.113.9 by https"
    assert await other == "203.0.113.10 by http"
    assert await get(app, PROXY, **FORWARDED) == "203.0.113.9 by https"


async def test_the_proxy_s_own_connections_are_no_crowd() -> None:
    shared = limits(1, PROXY)
    shared.busy.enter(PROXY)
    assert await get(Forwarded(who_and_how, shared), PROXY, **FORWARDED) == "203.0.113.9 by https"
