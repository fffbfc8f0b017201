"""The home page and its form, with scripts off, row by row of the acceptance list."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.browser import Browser, Page
from tests.people import Person
from tests.server_process import ServerProcess

HOLDS = (
    "hubbub.gateways.http.pages.home",
    "hubbub.gateways.http.pages.visitor",
    "hubbub.gateways.http.pages.router",
)

MakePerson = Callable[..., Person]
OpenBrowser = Callable[[], Browser]
Start = Callable[..., ServerProcess]


@pytest.fixture
def browser(server: ServerProcess) -> Iterator[OpenBrowser]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Browser(server.url))


def test_a2_e6_home_asks_for_a_code_and_a_name_and_has_both_buttons(browser: OpenBrowser) -> None:
    home = browser().open()
    assert home.status == 200
    assert home.title == "Hubbub"
    assert {"code", "name"} < set(home.fields)
    assert home.fields["code"] == home.fields["name"] == ""
    assert home.actions == ["join", "create"]
    assert (home.form["method"], home.form["action"]) == ("post", "/")


def test_a3_a12_create_leads_to_a_room_with_a_code_of_four_capital_letters(browser: OpenBrowser) -> None:
    ann = browser()
    address = ann.enter("create", name="Ann")
    assert re.fullmatch("/r/[A-Z]{4}", address)
    assert ann.me["name"] == "Ann"
    assert [room["code"] for room in ann.ask("GET", "/rooms")["rooms"]] == [address.removeprefix("/r/")]


@pytest.mark.parametrize("typed", ["CODE", " code ", "c o d e", "HOST/r/CODE", "HOST/r/code?draft=x#y", "HOST/CODE"])
def test_a5_a_code_leads_into_its_room_however_it_was_typed(
    browser: OpenBrowser, server: ServerProcess, person: MakePerson, typed: str
) -> None:
    host = person("Host")
    code = host.create_room()
    typed = typed.replace("CODE", code).replace("code", code.lower()).replace("c o d e", " ".join(code.lower()))
    assert browser().enter(code=typed.replace("HOST", server.url), name="Bob") == f"/r/{code}"
    assert [member["name"] for member in host.ask("GET", f"/rooms/{code}/members")["members"]].count("Bob") == 1


def test_a_private_room_is_entered_by_its_code(browser: OpenBrowser, person: MakePerson) -> None:
    code = person("Host").create_room(private=True)
    assert browser().enter(code=code, name="Bob") == f"/r/{code}"


@pytest.mark.parametrize("name", ["", " ", "\t\u2003"])
@pytest.mark.parametrize("action", ["join", "create"])
def test_a6_without_a_name_it_stays_home_and_keeps_the_code(browser: OpenBrowser, action: str, name: str) -> None:
    page = browser().refused(action, name=name, code="wxyz")
    assert page.status == 422
    assert page.error("name") == "Please enter a name."
    assert (page.error("code"), page.fields["code"]) == ("", "WXYZ")


@pytest.mark.parametrize("code", ["", " "])
def test_a7_joining_without_a_code_asks_for_one_and_keeps_the_name(browser: OpenBrowser, code: str) -> None:
    page = browser().refused(name="Ann", code=code)
    assert page.status == 400
    assert page.error("code") == "Please enter a room code."
    assert (page.error("name"), page.fields["name"]) == ("", "Ann")


def test_what_is_missing_is_told_at_once(browser: OpenBrowser) -> None:
    page = browser().refused(name="", code="")
    assert (page.error("name"), page.error("code")) == ("Please enter a name.", "Please enter a room code.")


def test_a8_an_unknown_code_is_told_and_both_fields_are_kept(browser: OpenBrowser) -> None:
    page = browser().refused(name="Ann", code="zzzz")
    assert page.status == 404
    assert page.error("code") == "There is no room ZZZZ."
    assert (page.fields["code"], page.fields["name"]) == ("ZZZZ", "Ann")


@pytest.mark.parametrize("code", ["ABC", "ABCDEFGHI", "AB1D", "ÄÖÜẞ", "🙂🙂🙂🙂", "ABCD EFGH IJKL", "x" * 5_000])
def test_a_code_that_can_be_none_is_told_and_kept(browser: OpenBrowser, code: str) -> None:
    page = browser().refused(name="Ann", code=code)
    assert page.status == 404
    assert page.error("code").startswith("There is no such room.")
    assert (page.fields["code"], page.fields["name"]) == (code, "Ann")


def test_a9_without_a_button_no_room_is_made(browser: OpenBrowser) -> None:
    ann = browser()
    ann.create()
    before = ann.ask("GET", "/rooms")
    page = ann.refused("", name="Ann", code="")
    assert (page.status, page.alert) == (400, "Join a room or create one: press one of the two buttons.")
    assert ann.ask("GET", "/rooms") == before


def test_a10_e7_home_remembers_who_one_is_and_may_be_told_to_forget(browser: OpenBrowser) -> None:
    ann = browser()
    code = ann.create()
    home = ann.open()
    assert home.links[f"/r/{code}"] == f"Continue as Ann in {code}"
    assert home.fields["name"] == "Ann"
    fresh = ann.open("/?fresh=1")
    assert f"/r/{code}" not in fresh.links
    assert fresh.fields["name"] == ""
    before = ann.me["id"]
    other = ann.enter("create", "/?fresh=1", name="Ann")
    assert ann.me["id"] != before
    assert f"/r/{code}" not in ann.open().links
    assert ann.http.get("/room").headers["location"] == other


def test_who_wants_to_be_somebody_new_stays_who_they_were_until_it_has_worked(browser: OpenBrowser) -> None:
    ann = browser()
    ann.create()
    before = ann.me["id"]
    page = ann.refused(path="/?fresh=1", name="Eve", code="zzzz")
    assert page.fields["fresh"] == "1"
    assert ann.me == {"id": before, "name": "Ann"}


def test_a_stranger_who_tries_again_is_the_same_guest(browser: OpenBrowser) -> None:
    bob = browser()
    again = bob.refused(name="Bob", code="ZZZZ")
    guest = bob.me["id"]
    assert bob.send(again, "create", name="Bobby").status_code == 303
    assert bob.me == {"id": guest, "name": "Bobby"}


def test_a11_e4_the_login_lasts_and_leads_back(browser: OpenBrowser) -> None:
    ann = browser()
    code = ann.create()
    for _ in range(2):
        assert ann.http.get("/room").headers["location"] == f"/r/{code}"
        page = ann.open(f"/r/{code}")
        assert "name" not in page.fields, "nobody is asked twice"
        assert "Max-Age=2592000" in page.answer.headers["set-cookie"], "who comes back is remembered from then on"


def test_a12_e10_the_form_leads_on_so_that_nothing_is_posted_again(browser: OpenBrowser) -> None:
    ann = browser()
    answer = ann.send(ann.open(), "create", name="Ann")
    assert (answer.status_code, answer.content) == (303, b"")
    assert answer.headers["location"].startswith("/r/")
    cookie = next(value for value in answer.headers.get_list("set-cookie") if "_form" not in value)
    assert re.match(r"hubbub_[a-z]{4}=[\w-]{43}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax", cookie)


@pytest.mark.parametrize("cookie", [True, False])
def test_a13_room_leads_strangers_home(browser: OpenBrowser, cookie: bool) -> None:
    bob = browser()
    if cookie:
        bob.refused(name="Bob", code="ZZZZ")  # somebody, but nowhere
    answer = bob.http.get("/room")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a13_room_leads_home_when_the_room_is_no_more(browser: OpenBrowser) -> None:
    ann = browser()
    code = ann.create()
    ann.open(f"/r/{code}")
    ann.ask("DELETE", f"/rooms/{code}")
    assert ann.http.get("/room").headers["location"] == "/"
    assert f"/r/{code}" not in ann.open().links


def test_the_last_room_is_the_one_whose_page_was_open_last(browser: OpenBrowser) -> None:
    ann = browser()
    codes = [ann.create() for _ in range(7)]
    for code in codes:
        ann.open(f"/r/{code}")
    ann.open(f"/r/{codes[2]}")
    ann.ask("POST", f"/rooms/{codes[4]}/messages", json={"text": "something happens elsewhere"})
    links = [link for link in ann.open().links if link.startswith("/r/")]
    assert links[:2] == [f"/r/{codes[2]}", f"/r/{codes[4]}"]
    assert len(links) == 5
    assert ann.http.get("/room").headers["location"] == f"/r/{codes[2]}"


def test_other_rooms_are_listed_by_their_titles(browser: OpenBrowser) -> None:
    ann = browser()
    open_last = ann.create()
    titled = ann.ask("POST", "/rooms", json={"title": "<b>Tea</b> & more"})["code"]
    ann.open(f"/r/{open_last}")
    home = ann.open()
    assert home.links[f"/r/{titled}"] == f"<b>Tea</b> & more {titled}"
    assert "<b>Tea" not in home.answer.text


def test_another_name_renames_the_same_guest(browser: OpenBrowser, person: MakePerson) -> None:
    host, ann = person("Host"), browser()
    code = host.create_room()
    ann.enter(code=code, name="Ann")
    before = ann.me["id"]
    assert ann.enter(code=code, name=" Anne ") == f"/r/{code}"
    assert ann.me["id"] == before
    events = host.events(code)["events"]
    assert [event["name"] for event in events if event["type"] == "member_renamed"] == ["Anne"]
    ann.enter(code=code, name="Anne")
    assert len(host.events(code)["events"]) == len(events), "the same name and room change nothing"


def test_a_taken_name_is_told_with_one_that_is_free(browser: OpenBrowser, person: MakePerson) -> None:
    code = person("Ann").create_room()
    bob = browser()
    page = bob.refused(name="ann", code=code)
    assert (page.status, page.fields["name"], page.fields["code"]) == (409, "ann", code)
    assert page.error("name").endswith("How about ann 2?")
    assert bob.send(page, "join", name="ann 2").status_code == 303


def test_a_full_room_is_told_under_its_code(browser: OpenBrowser, person: MakePerson) -> None:
    code = person("Ann").create_room(capacity=1)
    page = browser().refused(name="Bob", code=code)
    assert (page.status, page.error("code")) == (409, "The room is full (1/1).")


def test_too_many_tries_are_told_how_long_to_wait(start: Start) -> None:
    with Browser(start().url) as browser:
        for number in range(10):
            again = browser.refused(name="Ann", code=f"ZZZ{chr(ord('A') + number)}")
        page = browser.refused(name="Ann", code="WXYZ")
        assert again.status == 404
        assert (page.status, page.answer.headers["retry-after"]) == (429, "15")
        assert page.alert == "Too many wrong codes. Wait a little before you try another. Try again in 15 seconds."
        assert page.fields["code"] == "WXYZ"


def test_a_login_that_has_lapsed_is_a_stranger(browser: OpenBrowser) -> None:
    ann = browser()
    ann.create()
    name = next(cookie.name for cookie in ann.http.cookies.jar if not cookie.name.endswith(("_form", "_room")))
    ann.http.cookies.clear()
    ann.http.cookies.set(name, "dead")
    assert ann.open().fields["name"] == ""
    assert ann.http.get("/room").headers["location"] == "/"
    ann.create("Anne")


def test_head_gives_the_headers_alone(browser: OpenBrowser) -> None:
    answer = browser().http.head("/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_html_in_a_name_or_code_is_shown_as_it_was_typed(browser: OpenBrowser) -> None:
    evil = "\"><script>alert('1')</script><b>&amp;"
    page = browser().refused(name=evil, code=evil)
    assert (page.fields["name"], page.fields["code"]) == (evil, evil)
    assert "<script>" not in page.answer.text
    ann = browser()
    code = ann.create("<i>Ann</i>")
    home: Page = ann.open()
    assert home.links[f"/r/{code}"] == f"Continue as <i>Ann</i> in {code}"
    assert "<i>Ann" not in home.answer.text
