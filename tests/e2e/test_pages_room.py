"""A room's page as the server sends it: the frame, the question for a name, short addresses, the QR code."""

import re
import socket
from collections.abc import Callable, Iterator

import httpx2
import pytest

from tests.browser import Browser
from tests.people import Person
from tests.server_process import ServerProcess, free_port

HOLDS = (
    "hubbub.gateways.http.pages.room",
    "hubbub.gateways.http.pages.qr",
)

MakePerson = Callable[..., Person]
Start = Callable[..., ServerProcess]


@pytest.fixture
def stranger(server: ServerProcess) -> Iterator[Browser]:
    with Browser(server.url) as stranger:
        yield stranger


def test_a_stranger_with_a_link_is_asked_for_a_name_and_nothing_else(stranger: Browser, person: MakePerson) -> None:
    code = person("Host").create_room()
    page = stranger.open(f"/r/{code}")
    assert page.title == f"Join {code} · Hubbub"
    assert (page.fields["code"], page.fields["name"], page.actions) == (code, "", ["join"])
    assert page.answer.text.count('type="hidden"') == len(page.fields) - 1
    assert stranger.enter(path=f"/r/{code}", name="Bob") == f"/r/{code}"
    assert "name" not in stranger.open(f"/r/{code}").fields


def test_what_is_wrong_with_the_name_alone_is_told_on_the_same_page(stranger: Browser, person: MakePerson) -> None:
    code = person("Ann").create_room()
    for name, words in (("", "Please enter a name."), ("ann", "How about ann 2?")):
        page = stranger.refused(path=f"/r/{code}?draft=hi", name=name)
        assert page.error("name").endswith(words)
        assert (page.title, page.fields["draft"]) == (f"Join {code} · Hubbub", "hi")


def test_a_room_that_is_none_is_told_at_home(stranger: Browser) -> None:
    page = stranger.refused(path="/r/ZZZZ", name="Bob")
    assert (page.title, page.error("code")) == ("Hubbub", "There is no room ZZZZ.")


def test_no_page_tells_whether_a_room_exists(stranger: Browser, person: MakePerson) -> None:
    code = person("Host").create_room()
    for _ in ("as a stranger", "as somebody who isn't in it"):
        there, not_there = (
            re.sub(r"[0-9a-f]{8}\.[0-9a-f]{64}", "", stranger.open(f"/r/{each}").answer.text.replace(each, "CODE"))
            .replace(" ".join(each), "C O D E")
            .replace("".join(f'<span class="tile"><span>{letter}</span></span>' for letter in each), "")
            for each in (code, "ZZZZ")
        )
        assert there == not_there
        stranger.create("Bob")


def test_e1_a_draft_goes_through_the_question_for_a_name_into_the_room_and_is_never_posted(
    stranger: Browser, person: MakePerson
) -> None:
    host = person("Host")
    code = host.create_room()
    page = stranger.open(f"/r/{code}?draft=hello%20all+%26%22%3C%E2%9C%93")
    assert page.fields["draft"] == 'hello all &"<✓'
    answer = stranger.send(page, "join", name="Bob")
    assert answer.headers["location"] == f"/r/{code}?draft=hello+all+%26%22%3C%E2%9C%93"
    assert stranger.http.get(answer.headers["location"]).status_code == 200
    assert host.texts(code) == []


@pytest.mark.parametrize("code", ["abcd", "AbCd", "abcdef"])
def test_a_code_in_small_letters_leads_to_the_one_in_capitals(stranger: Browser, code: str) -> None:
    answer = stranger.http.get(f"/r/{code}?draft=a%20b")
    assert (answer.status_code, answer.headers["location"]) == (308, f"/r/{code.upper()}?draft=a%20b")


@pytest.mark.parametrize("path", ["/ABCD", "/ABCDEFGH", "/ABCD/", "/r/ABCD/"])
def test_a_bare_code_leads_to_its_room(stranger: Browser, path: str) -> None:
    answer = stranger.http.get(f"{path}?draft=x", headers={"Host": "evil.example"})
    code = path.removeprefix("/r").strip("/")
    assert (answer.status_code, answer.headers["location"]) == (308, f"/r/{code}?draft=x")


@pytest.mark.parametrize("path", ["/abcd", "/ABC", "/ABCDEFGHI", "/AB1D", "/ABCD/x", "/r", "/r/ABCD/x"])
def test_what_looks_like_no_code_is_nowhere(stranger: Browser, path: str) -> None:
    page = stranger.open(path)
    assert (page.status, page.title) == (404, "There is nothing here · Hubbub")
    assert page.links["/"]


@pytest.mark.parametrize("code", ["ABC", "ABCDEFGHI", "AB1D", "ÄÖÜẞ", "<b>x", "%00%00%00%00", "ſſſſ", "🙂🙂🙂🙂"])
def test_a_code_of_another_shape_is_no_room(stranger: Browser, code: str) -> None:
    page = stranger.open(f"/r/{code}")
    assert (page.status, page.title) == (404, "No room has this code · Hubbub")
    assert "<b>x" not in page.answer.text
    assert httpx2.get(f"{stranger.url}/r/{code}").json()["error"]["code"] == "room_not_found"
    assert stranger.http.get(f"/r/{code}/qr.svg").status_code == 404


def test_the_qr_code_holds_the_address_by_which_one_came(server: ServerProcess) -> None:
    answer = httpx2.get(f"{server.url}/r/WXYZ/qr.svg")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert f"<title>{server.url}/r/WXYZ</title>" in answer.text
    other = httpx2.get(f"{server.url}/r/WXYZ/qr.svg", headers={"Host": "chat.local:8000"})
    assert "<title>http://chat.local:8000/r/WXYZ</title>" in other.text
    assert " style=" not in answer.text


def test_the_qr_code_holds_the_public_url_where_there_is_one(start: Start) -> None:
    port = free_port()
    start("--port", str(port), public_url="https://chat.example")
    answer = httpx2.get(f"http://127.0.0.1:{port}/r/WXYZ/qr.svg")
    assert "<title>https://chat.example/r/WXYZ</title>" in answer.text


@pytest.mark.parametrize("host", ["", "a b", '"><x>', "[", "x" * 300, "a/b", "a@b", "a:99999999"])
def test_the_qr_code_of_no_host_is_refused(server: ServerProcess, host: str) -> None:
    with socket.create_connection(server.address) as bare:
        bare.sendall(f"GET /r/WXYZ/qr.svg HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert bare.makefile("rb").readline().startswith(b"HTTP/1.1 400 ")


def test_behind_https_every_cookie_is_bound_to_the_host(start: Start) -> None:
    port = free_port()
    start("--port", str(port), public_url="https://chat.example")
    answer = httpx2.get(f"http://127.0.0.1:{port}/")
    assert answer.headers["set-cookie"].startswith("__Host-hubbub_")
    assert "; Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]
