"""Wrong input to the form of the home page: a clear answer, the form again, nothing made, no traceback."""

import socket
from collections.abc import Callable, Iterator

import httpx2
import pytest

from tests.browser import Browser, Page
from tests.e2e.test_bad_input import BAD_NAMES, GOOD_NAMES
from tests.server_process import ServerProcess

HOLDS = ("hubbub.gateways.http.pages.entering",)

Start = Callable[..., ServerProcess]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def ann(server: ServerProcess) -> Iterator[Browser]:
    with Browser(server.url) as ann:
        ann.create()
        yield ann


@pytest.fixture
def stranger(server: ServerProcess) -> Iterator[Browser]:
    with Browser(server.url) as stranger:
        yield stranger


def post(browser: Browser, body: bytes | str, kind: str = FORM, **headers: str) -> Page:
    """Post a body as our own page would, to be refused."""
    sent = {"Origin": browser.url, "Content-Type": kind} | headers
    answer = browser.http.post("/", content=body, headers=sent)
    assert answer.is_client_error, answer.status_code
    assert answer.headers["cache-control"] == "no-store"
    return Page(answer)


BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "Join a room or create one: press one of the two buttons."),
    "another action": (b"action=destroy&name=Ann", 400, "Join a room or create one: press one of the two buttons."),
    "an unknown field": (b"action=create&name=Ann&admin=1", 400, "The form has no field admin."),
    "a field twice": (b"action=create&name=Ann&name=Bob", 400, "The field `name` stands there twice."),
    "very many fields": (b"name=Ann&" * 5_000, 400, "The form has too many fields."),
    "bytes that are no UTF-8": (b"action=create&name=\xff", 400, "The form isn't valid UTF-8."),
    "escapes that are no UTF-8": (b"action=create&name=%ff", 400, "The form isn't valid UTF-8."),
    "half a character": (b"action=create&name=%ed%a0%80", 400, "The form isn't valid UTF-8."),
    "a huge body": (b"action=create&name=" + b"x" * 70_000, 413, "A body has at most 65,536 bytes."),
}


@pytest.mark.parametrize("what", BODIES)
def test_a_form_of_another_shape_is_refused_with_the_form_again(ann: Browser, what: str) -> None:
    body, status, words = BODIES[what]
    before = ann.ask("GET", "/rooms")
    page = post(ann, body)
    assert (page.status, page.alert) == (status, words)
    assert page.actions == ["join", "create"]
    assert ann.ask("GET", "/rooms") == before


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", "", "x" * 1_000])
def test_a_body_that_is_no_form_is_refused(ann: Browser, kind: str) -> None:
    page = post(ann, b"action=create&name=Ann", kind)
    assert (page.status, page.alert) == (400, f"A form comes as {FORM}.")


def test_a_body_of_unknown_length_is_bounded_too(ann: Browser) -> None:
    pieces = (b"x" * 65_536 for _ in range(64))
    answer = ann.http.post("/", content=pieces, headers={"Origin": ann.url, "Content-Type": FORM})
    assert answer.status_code == 413


@pytest.mark.parametrize("name", [name for name in BAD_NAMES if name.strip()], ids=ascii)
def test_a_name_that_is_none_is_told_under_its_field_and_makes_nobody(stranger: Browser, name: str) -> None:
    page = stranger.refused("create", name=name)
    assert page.status in {413, 422}
    assert page.error("name") in {
        "A name has 1 to 40 characters that can be seen.",
        "A name has at most 40 characters.",
    }
    assert page.fields["name"] == name.replace("\0", "")
    assert stranger.http.get("/api/v1/users/me").status_code == 401


@pytest.mark.parametrize("name", GOOD_NAMES, ids=ascii)
def test_a_name_is_taken_as_at_every_other_door(stranger: Browser, name: str) -> None:
    stranger.create(name)
    assert stranger.me["name"] == GOOD_NAMES[name]
    assert stranger.open().fields["name"] == GOOD_NAMES[name]


def test_a_code_with_a_nul_is_no_code(stranger: Browser) -> None:
    page = stranger.refused(name="Ann", code="AB\0CD")
    assert page.error("code").startswith("There is no such room.")


FOREIGN: tuple[dict[str, str], ...] = (
    {"Origin": "null"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("who", ["ann", "stranger"])
def test_a_form_of_another_site_does_nothing_even_with_a_token(
    request: pytest.FixtureRequest, who: str, headers: dict[str, str]
) -> None:
    browser: Browser = request.getfixturevalue(who)
    home = browser.open()
    fields = home.fields | {"action": "create", "name": "Eve"}
    answer = browser.http.post("/", data=fields, headers=headers)
    page = Page(answer)
    assert (page.status, page.alert) == (403, "This form was sent from another site. Please try again here.")
    assert browser.http.get("/api/v1/users/me").status_code == (200 if who == "ann" else 401), "nobody new"
    assert browser.send(page, "create").status_code == 303, "the form that came back is ours"


@pytest.mark.parametrize("how", [{"Origin": "OURS"}, {"Sec-Fetch-Site": "same-origin"}], ids=str)
def test_our_own_page_needs_no_token(stranger: Browser, how: dict[str, str]) -> None:
    headers = {name: value.replace("OURS", stranger.url) for name, value in how.items()}
    answer = stranger.http.post("/", data={"action": "create", "name": "Ann"}, headers=headers)
    assert answer.status_code == 303


@pytest.mark.parametrize("token", ["", "x", "0.0", ".", "zz.zz", "é", "7fffffffffffffffff." + "0" * 64, "other"])
@pytest.mark.parametrize("who", ["ann", "stranger"])
def test_a_form_without_our_token_is_shown_again_with_what_was_typed(
    request: pytest.FixtureRequest, server: ServerProcess, who: str, token: str
) -> None:
    browser: Browser = request.getfixturevalue(who)
    if token == "other":
        with Browser(server.url) as other:
            token = other.open().fields["form_token"]
    page = browser.refused("create", name="Eve", code="wxyz", form_token=token)
    assert (page.status, page.alert) == (403, "This form was open for too long. Please try again.")
    assert (page.fields["name"], page.fields["code"]) == ("Eve", "WXYZ")
    assert browser.send(page, "create").status_code == 303


def test_a_stranger_s_token_is_none_of_the_login_that_came_after_it(stranger: Browser) -> None:
    old = stranger.open().fields["form_token"]
    stranger.create()
    assert stranger.refused("create", form_token=old).status == 403


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_told_what_home_takes(stranger: Browser, method: str) -> None:
    answer = stranger.http.request(method, "/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert Page(answer).title == "There is nothing here · Hubbub"
    plain = httpx2.request(method, stranger.url)
    assert plain.json()["error"]["message"] == f"This path takes GET, HEAD and POST, not {method}."


@pytest.mark.parametrize("host", ["", "evil.example", '"><script>', "[", "a b", "x" * 3_000])
def test_whatever_the_host_is_called_home_is_home(server: ServerProcess, host: str) -> None:
    with socket.create_connection(server.address) as bare:
        bare.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: bare.recv(65_536), b""))
    assert answer.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 400 "))
    assert not host or host.encode() not in answer


def test_nothing_that_was_typed_reaches_the_log(start: Start) -> None:
    server = start(log_level="debug")
    with Browser(server.url) as ann:
        code = ann.create("Canary")
        ann.refused(name="Canary", code="ZZZZ", form_token="canary")
        ann.refused("create", name="Canary" * 10)
        post(ann, b"action=create&name=%ffcanary")
    assert server.stop() == 0
    assert code in server.log, "need a log of what happened for this test to mean anything"
    assert "canary" not in server.log.lower()
    assert "Traceback" not in server.log
