"""What pages of other sites may do in somebody's name (S7): origins × transports × content types × cookies: nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from itertools import product
from typing import Any, NamedTuple

import httpx2
import pytest

from hubbub.gateways.http.login import READS
from hubbub.gateways.http.routes import PREFIX, ROUTES
from tests.e2e.hostile.raw_client import TARGET, RawClient
from tests.people import Person
from tests.server_process import ServerProcess, free_port

HOLDS = ("hubbub.gateways.http.login",)

EVIL: tuple[dict[str, str], ...] = (
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "HOST"},
    {"Origin": "http://HOST.evil.example"},
    {"Origin": "http://HOST@evil.example"},
    {"Origin": "http://evil.example/HOST"},
    {"Origin": "http://evil.example#HOST"},
    {"Origin": "http://evil-HOST"},
    {"Origin": "http://evil.HOST"},
    {"Origin": "http://HOST0"},
    {"Origin": "http://HOST/"},
    {"Origin": "http://HOST/x"},
    {"Origin": "http://HOST https://evil.example"},
    {"Origin": "http://HOST, https://evil.example"},
    {"Origin": "HTTP://HOST"},
    {"Origin": "http://LOCALHOST:PORT"},
    {"Origin": "http://localhost.:PORT"},
    {"Origin": "http://127.0.0.1:PORT"},
    {"Origin": "http://[::1]:PORT"},
    {"Origin": "http://localhost"},
    {"Origin": "http://localhost:1"},
    {"Origin": "http://localhost:0PORT"},
    {"Origin": "ws://HOST"},
    {"Origin": "wss://HOST"},
    {"Origin": "file://HOST"},
    {"Origin": "chrome-extension://HOST"},
    {"Origin": "//HOST"},
    {"Origin": "http://["},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
)
"""Headers that no page of ours sends; HOST is what the browser believes to talk to, `localhost:PORT`."""

UNPROVEN: tuple[dict[str, str], ...] = (
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
)
"""Headers without an Origin that don't prove a write with a cookie to be ours."""

FORM = b"name=Evil&action=create"
CONTENT_TYPES: dict[str, tuple[dict[str, str], bytes]] = {
    "JSON": ({"Content-Type": "application/json"}, b'{"text":"evil","number":1,"name":"Evil"}'),
    "JSON as text": ({"Content-Type": "text/plain"}, b'{"text":"evil","number":1,"name":"Evil"}'),
    "JSON by a form": ({"Content-Type": "text/plain;charset=UTF-8"}, b'{"text":"evil","number":1,"name":"=Evil"}'),
    "a form": ({"Content-Type": "application/x-www-form-urlencoded"}, FORM),
    "a form in parts": (
        {"Content-Type": "multipart/form-data; boundary=x"},
        b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nevil\r\n--x--\r\n',
    ),
    "no type": ({}, b'{"text":"evil","number":1,"name":"Evil"}'),
}
WRITES = [(route.method, PREFIX + route.path) for route in ROUTES if route.method not in READS]
READINGS = [*(PREFIX + route.path for route in ROUTES if route.method in READS), f"{PREFIX}/rooms/{{code}}/stream"]
FORMS = [("POST", "/"), ("POST", "/page-errors")]


class By(NamedTuple):
    """A server by another of its names."""

    url: str
    address: tuple[str, int]


class Victim(NamedTuple):
    """Somebody with a browser, whose login is a cookie, and the room that they own."""

    browser: httpx2.Client
    stranger: httpx2.Client
    code: str
    host: str

    @property
    def login(self) -> dict[str, str]:
        """Their cookie, which the browser adds to whatever is sent here."""
        (login,) = self.browser.cookies.items()
        return {"Cookie": "=".join(login)}

    def disguised(self, headers: dict[str, str]) -> dict[str, str]:
        """Return the headers as a page of another site would have them sent to this server."""
        port = self.host.partition(":")[2]
        return {name: value.replace("HOST", self.host).replace("PORT", port) for name, value in headers.items()}

    def state(self) -> list[Any]:
        """Return all that somebody could have changed in their name."""
        paths = ("/users/me", "/rooms", f"/rooms/{self.code}", f"/rooms/{self.code}/events")
        return [self.browser.get(PREFIX + path).json() for path in paths]


@pytest.fixture
def victim(server: ServerProcess) -> Iterator[Victim]:
    with victim_at(server) as victim:
        yield victim


@contextmanager
def victim_at(server: ServerProcess) -> Iterator[Victim]:
    """Have somebody with a browser and a room at a server."""
    url = server.url.replace("127.0.0.1", "localhost")  # a host with letters
    with httpx2.Client(base_url=url, timeout=30) as browser, httpx2.Client(base_url=url, timeout=30) as stranger:
        assert browser.post(f"{PREFIX}/guests", json={"name": "Ann"}).status_code == 201
        code = browser.post(f"{PREFIX}/rooms", headers={"Origin": url}).json()["code"]
        yield Victim(browser, stranger, code, url.removeprefix("http://"))


@pytest.mark.parametrize("headers", EVIL, ids=str)
def test_s7_no_write_from_another_site_is_accepted_with_a_cookie_or_without(
    victim: Victim, headers: dict[str, str]
) -> None:
    before, tried, evil = victim.state(), 0, victim.disguised(headers)
    with closing(HTTPConnection(victim.host, timeout=30)) as browser:
        for (method, path), (more, body), login in product(
            [*WRITES, *FORMS], CONTENT_TYPES.values(), (victim.login, {})
        ):
            browser.request(method, path.replace("{code}", victim.code), body, evil | more | login)
            answer = browser.getresponse()
            answer.read()
            refused = {400, 403} if path == "/" and body != FORM else {403}
            assert answer.status in refused, (method, path, more, login)
            assert not {"location", "access-control-allow-origin"} & {name.lower() for name in answer.headers}
            tried += 1
    assert tried == len([*WRITES, *FORMS]) * len(CONTENT_TYPES) * 2
    assert victim.state() == before


@pytest.mark.parametrize("headers", UNPROVEN, ids=str)
def test_s7_no_write_with_a_cookie_is_accepted_unless_it_proves_to_be_ours(
    victim: Victim, headers: dict[str, str]
) -> None:
    before = victim.state()
    for (method, path), (more, body) in product([*WRITES, ("POST", "/")], CONTENT_TYPES.values()):
        way = path.replace("{code}", victim.code)
        answer = victim.browser.request(method, way, content=body, headers=headers | more)
        refused = {400, 403} if path == "/" and body != FORM else {403}
        assert answer.status_code in refused, (method, path, more)
    assert victim.state() == before


@pytest.mark.parametrize("cookie", [True, False], ids=["with a cookie", "without"])
@pytest.mark.parametrize("headers", EVIL, ids=str)
def test_s7_no_page_of_another_site_gets_through_the_live_door(
    server: ServerProcess, victim: Victim, headers: dict[str, str], cookie: bool
) -> None:
    login = victim.login if cookie else {}
    evil = victim.disguised(headers) | login
    polling = "/socket.io/?EIO=4&transport=polling"
    sid = victim.stranger.get(polling, headers=login).text.partition('"sid":"')[2].partition('"')[0]
    before = victim.state()
    for target in (TARGET, f"{TARGET}&sid={sid}"):
        with RawClient(By(f"http://{victim.host}", server.address)) as client:
            assert client.ask(target, **evil) == 403
    answers = [victim.stranger.get(polling, headers=evil), victim.stranger.get(f"{polling}&sid={sid}", headers=evil)]
    for more, body in [*CONTENT_TYPES.values(), ({"Content-Type": "text/plain"}, b"40")]:
        answers.append(victim.stranger.post(f"{polling}&sid={sid}", content=body, headers=evil | more))
    for answer in answers:
        assert answer.status_code == 403, answer.text
        assert sid not in answer.text
        assert "access-control-allow-origin" not in answer.headers
    assert victim.state() == before
    assert victim.stranger.post(f"{polling}&sid={sid}", content=b"40", headers=login).text == "ok", (
        "their own sid lives"
    )


@pytest.mark.parametrize("headers", EVIL, ids=str)
def test_s7_no_page_of_another_site_may_read_what_a_cookie_opens(victim: Victim, headers: dict[str, str]) -> None:
    """Whether a page may read is said by the headers, to its browser; the answer itself needn't be another."""
    for path in READINGS:
        way, evil = path.replace("{code}", victim.code), victim.disguised(headers) | victim.login
        with victim.stranger.stream("GET", way, headers=evil) as answer:
            assert answer.status_code == 200, "need a cookie that opens this for the test to mean anything"
            assert not [name for name in answer.headers if name.startswith("access-control-")], path
            assert answer.headers["cross-origin-resource-policy"] == "same-origin", path


def test_s7_no_preflight_is_answered_with_leave(victim: Victim) -> None:
    paths = {path for _, path in [*WRITES, *FORMS]} | {"/socket.io/?EIO=4&transport=polling"}
    for path in paths:
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        answer = victim.browser.options(path.replace("{code}", victim.code), headers=asked)
        assert not [name for name in answer.headers if name.startswith("access-control-")], path


def test_our_own_page_may_write_by_origin_or_by_fetch_metadata(victim: Victim) -> None:
    for headers in ({"Origin": f"http://{victim.host}"}, {"Sec-Fetch-Site": "same-origin"}):
        assert victim.browser.post(f"{PREFIX}/rooms", headers=headers).status_code == 201


def test_our_own_page_may_come_through_the_live_door(server: ServerProcess, victim: Victim) -> None:
    polling = "/socket.io/?EIO=4&transport=polling"
    assert victim.browser.get(polling, headers={"Origin": f"http://{victim.host}"}).status_code == 200
    with RawClient(server) as client:
        assert client.ask(Origin=server.url) == 101, "the same page, by the other name"


def test_a_bare_text_takes_a_token_even_from_our_own_page(victim: Victim) -> None:
    headers = {"Origin": f"http://{victim.host}"}
    answer = victim.browser.post(f"{PREFIX}/rooms/{victim.code}/messages", content="hello", headers=headers)
    assert answer.status_code == 403


def test_who_brings_their_token_may_come_from_anywhere(server: ServerProcess) -> None:
    with Person(server.url) as ann:
        assert ann.request("POST", "/rooms", headers={"Origin": "https://evil.example"}).status_code == 201


@pytest.mark.parametrize("origin", ["https://chat.example.org", "https://chat.example.org.evil.example"])
def test_behind_a_proxy_that_changes_the_host_public_url_says_who_we_are(
    start: Callable[..., ServerProcess], origin: str
) -> None:
    port = free_port()
    start(port=str(port), public_url="https://chat.example.org")
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as browser:
        answer = browser.post(f"{PREFIX}/guests", json={"name": "Ann"}, headers={"Origin": origin})
        assert answer.is_success == (origin == "https://chat.example.org")
