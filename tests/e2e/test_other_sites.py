"""What pages of other sites may not do in somebody's name (S7 over HTTP): origins × ways to ask."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.people import Person
from tests.server_process import ServerProcess

HOLDS = ("hubbub.gateways.http.login",)

EVIL: tuple[dict[str, str], ...] = (
    {},
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "HOST.evil.example"},
    {"Origin": "http://evil.example/HOST"},
    {"Origin": "http://HOST@evil.example"},
    {"Origin": "http://HOST/"},
    {"Origin": "file://HOST"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
)
WRITES: tuple[tuple[str, str, str], ...] = (
    ("POST", "/rooms", "application/json"),
    ("POST", "/rooms", "text/plain"),
    ("POST", "/rooms/CODE/messages", "application/json"),
    ("POST", "/rooms/CODE/messages", "text/plain"),
    ("POST", "/rooms/CODE/messages", "application/x-www-form-urlencoded"),
    ("PUT", "/rooms/CODE/read", "application/json"),
    ("DELETE", "/rooms/CODE/members/me", "application/json"),
    ("DELETE", "/rooms/CODE", "application/json"),
    ("PATCH", "/users/me", "application/json"),
)


@pytest.fixture
def browser(server: ServerProcess) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=f"{server.url}/api/v1") as browser:
        assert browser.post("/guests", json={"name": "Ann"}).status_code == 201
        yield browser


@pytest.mark.parametrize("headers", EVIL, ids=str)
def test_no_write_with_a_cookie_from_another_site_is_accepted(
    browser: httpx2.Client, server: ServerProcess, headers: dict[str, str]
) -> None:
    host = server.url.removeprefix("http://")
    evil = {name: value.replace("HOST", host) for name, value in headers.items()}
    code = browser.post("/rooms", headers={"Origin": server.url}).json()["code"]
    before = browser.get(f"/rooms/{code}/events").json()
    for method, path, content_type in WRITES:
        body = b'{"text": "evil", "number": 1, "name": "Evil"}'
        answer = browser.request(
            method, path.replace("CODE", code), content=body, headers=evil | {"Content-Type": content_type}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden"), (method, path)
    assert browser.get(f"/rooms/{code}/events").json() == before


@pytest.mark.parametrize("origin", ["null", "https://evil.example"])
def test_another_site_makes_no_guest_for_its_visitor(server: ServerProcess, origin: str) -> None:
    answer = httpx2.post(f"{server.url}/api/v1/guests", json={"name": "Ann"}, headers={"Origin": origin})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_our_own_page_may_write_by_origin_or_by_fetch_metadata(browser: httpx2.Client, server: ServerProcess) -> None:
    for headers in ({"Origin": server.url}, {"Sec-Fetch-Site": "same-origin"}):
        assert browser.post("/rooms", headers=headers).status_code == 201


def test_a_bare_text_takes_a_token_even_from_our_own_page(browser: httpx2.Client, server: ServerProcess) -> None:
    code = browser.post("/rooms", headers={"Origin": server.url}).json()["code"]
    answer = browser.post(f"/rooms/{code}/messages", content="hello", headers={"Origin": server.url})
    assert answer.status_code == 403


def test_who_brings_their_token_may_come_from_anywhere(server: ServerProcess) -> None:
    with Person(server.url) as ann:
        assert ann.request("POST", "/rooms", headers={"Origin": "https://evil.example"}).status_code == 201
