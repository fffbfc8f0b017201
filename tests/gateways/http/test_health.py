"""Health, readiness and metrics, without a server around them."""

import httpx2
import pytest

from hubbub.chat import Chat
from hubbub.gateways.http import Door, build_app
from hubbub.store.memory import MemoryStore
from tests.fakes import FakeClock, make_context

pytestmark = pytest.mark.anyio


def make_door(ready: bool = True, metrics_token: str = "", draining: bool = False) -> Door:
    async def is_ready() -> bool:
        return ready

    context = make_context(MemoryStore(), FakeClock())
    return Door(
        chat=Chat(context),
        cookie="hubbub_test",
        clock=context.clock,
        random_bytes=context.random_bytes,
        secret=b"secret",
        ready=is_ready,
        measure=lambda: {"things_total": 3.0, "rooms": 2.0},
        metrics_token=metrics_token,
        draining=draining,
    )


async def get(door: Door, path: str, address: str = "127.0.0.1", **headers: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(build_app(door), client=(address, 5))
    async with httpx2.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get(path, headers=headers)


async def test_alive_is_alive_even_when_it_isnt_ready() -> None:
    door = make_door(ready=False)
    assert (await get(door, "/healthz")).status_code == 200
    assert ((await get(door, "/readyz")).status_code, (await get(door, "/readyz")).json()["status"]) == (
        503,
        "unavailable",
    )


async def test_ready_ends_where_draining_begins() -> None:
    assert (await get(make_door(), "/readyz")).status_code == 200
    answer = await get(make_door(draining=True), "/readyz")
    assert (answer.status_code, answer.json()["status"]) == (503, "draining")


async def test_metrics_are_for_this_machine() -> None:
    text = (await get(make_door(), "/metrics")).text
    assert "hubbub_things_total 3.0" in text
    assert "hubbub_rooms 2.0" in text
    for address in ("192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7", "not an address"):
        assert (await get(make_door(), "/metrics", address)).status_code == 403
    for address in ("::1", "127.0.0.1", "::ffff:127.0.0.1"):
        assert (await get(make_door(), "/metrics", address)).status_code == 200


async def test_metrics_are_for_nobody_behind_a_proxy_on_this_machine_that_nobody_has_named() -> None:
    handed_on = {"X-Forwarded-For": "192.0.2.7"}
    assert (await get(make_door(), "/metrics", "127.0.0.1", **handed_on)).status_code == 403


async def test_metrics_with_a_token_are_for_whoever_has_it() -> None:
    door = make_door(metrics_token="secret")
    assert (await get(door, "/metrics", "192.0.2.7", Authorization="Bearer secret")).status_code == 200
    for headers in ({}, {"Authorization": "Bearer other"}, {"Authorization": "secret"}):
        assert (await get(door, "/metrics", **headers)).status_code == 403
