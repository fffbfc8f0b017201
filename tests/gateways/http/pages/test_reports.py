"""What a page reports: one line of the log each, a few of each address, nothing that a log must not hold."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
import structlog

from hubbub.gateways.http.pages.reports import MOST_BYTES, REPORTS, harmless
from tests.fakes import FakeClock
from tests.gateways.http.pages.given import client_of, make_door, make_web

pytestmark = pytest.mark.anyio

REPORT = {"message": "x is undefined", "source": "/assets/room-1.js", "line": 7}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def client(tmp_path: Path, clock: FakeClock) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(make_door(make_web(tmp_path), clock)) as client:
        client.headers["Origin"] = "http://test"
        yield client


async def test_a_report_is_one_line_of_the_log(client: httpx2.AsyncClient) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await client.post("/page-errors", json=REPORT)
    assert (answer.status_code, answer.content) == (204, b"")
    assert lines == [REPORT | {"event": "page_failed", "log_level": "warning"}]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b'{"message": ""}',
        b'{"message": 1}',
        b'{"message": "x", "line": -1}',
        b'{"message": "x", "line": 1e99}',
        b'{"message": "x", "token": "y"}',
        b'{"message": "\xff"}',
        b"[" * 2_000,
    ],
)
async def test_what_has_another_shape_is_refused(client: httpx2.AsyncClient, body: bytes) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await client.post("/page-errors", content=body, headers={"Accept": "*/*"})
    assert (answer.status_code, answer.json()["error"]["code"], lines) == (400, "bad_request", [])


async def test_a_long_one_is_refused(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/page-errors", json={"message": "x" * MOST_BYTES})
    assert answer.status_code == 413


@pytest.mark.parametrize("origin", ["null", "https://evil.example"])
async def test_another_site_writes_nothing_into_our_log(client: httpx2.AsyncClient, origin: str) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await client.post("/page-errors", json=REPORT, headers={"Origin": origin})
    assert (answer.status_code, lines) == (403, [])


async def test_an_address_may_report_a_few_at_once_and_then_one_now_and_then(
    client: httpx2.AsyncClient, clock: FakeClock
) -> None:
    for _ in range(REPORTS.burst):
        assert (await client.post("/page-errors", json=REPORT)).status_code == 204
    refused = await client.post("/page-errors", json=REPORT)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    clock.advance(30)
    assert (await client.post("/page-errors", json=REPORT)).status_code == 204


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("a\nb\x1b[31m\x00\u202e\ud800", "a\ufffdb\ufffd[31m\ufffd\ufffd\ufffd"),
        ("https://x.example/r/ABCDEF:3", "https://x.example/r/…:3"),
        ("at /r/WXYZ?draft=my%20secret line 3", "at /r/…… line 3"),
        ("/lite/ABCDEF#x", "/lite/……"),
        ("x is undefined", "x is undefined"),
        ("naïve ✓ 你好", "naïve ✓ 你好"),
    ],
)
def test_nothing_moves_a_cursor_or_tells_a_code(text: str, logged: str) -> None:
    assert harmless(text) == logged
