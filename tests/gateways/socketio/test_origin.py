"""Whose page may connect, and whose login a request brings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.gateways.socketio.origin import anywhere, owner_of, same_site
from hubbub.gateways.socketio.settings import EngineSettings

OURS = same_site(frozenset({"https://chat.example.org"}))
SETTINGS = EngineSettings(may_connect=OURS, cookie="hubbub_abcd")


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "localhost:8000"),
        (None, ""),
        ("http://localhost:8000", "localhost:8000"),
        ("https://localhost:8000", "localhost:8000"),
        ("http://[::1]:8000", "[::1]:8000"),
        ("https://chat.example.org", "inside:8000"),
    ],
)
def test_our_own_pages_may_connect_and_so_may_whoever_is_no_browser(origin: str | None, host: str) -> None:
    assert OURS(origin, host)


@pytest.mark.parametrize(
    "origin",
    [
        *("", "null", "http://", "//localhost:8000", "localhost:8000", "file://localhost:8000", "ws://localhost:8000"),
        *("http://localhost", "http://localhost:80001", "http://localhost:8000.evil", "http://localhost:8000/"),
        *("http://x@localhost:8000", "http://evil?localhost:8000", "http://LOCALHOST:8000", "http://[", "http://[::1"),
        *("http://chat.example.org", "https://chat.example.org.evil", "http://localhost:8000, http://localhost:8000"),
    ],
)
def test_a_page_of_another_site_or_of_none_may_not(origin: str) -> None:
    assert not OURS(origin, "localhost:8000")


def test_without_a_host_no_page_is_ours() -> None:
    assert not OURS("http://", "")
    assert not OURS("https://", "")


@given(st.text(), st.text())
def test_whatever_an_origin_says_nothing_else_goes_wrong(origin: str, host: str) -> None:
    assert OURS(origin, host) in {True, False}


def test_anywhere_is_for_everybody() -> None:
    assert anywhere()("http://evil", "localhost")


@pytest.mark.parametrize(
    ("cookie", "owner"),
    [
        ("", ""),
        ("hubbub_abcd=token", "token"),
        ("a=1; hubbub_abcd=token; b=2", "token"),
        ('a={"x":[1]}; hubbub_abcd=token', "token"),
        ("a b@=;;=; hubbub_abcd=token", "token"),
        ("hubbub_other=token", ""),
        ("hubbub_abcd", ""),
        ("\x00\xff=; hubbub_abcd=token", "token"),
    ],
)
def test_the_login_is_found_among_all_cookies_however_strange_those_of_others_are(cookie: str, owner: str) -> None:
    assert owner_of(cookie, SETTINGS) == owner


def test_without_a_name_there_is_no_login_cookie() -> None:
    assert owner_of("=token", EngineSettings(may_connect=OURS)) == ""


@given(st.text())
def test_whatever_a_cookie_says_nothing_else_goes_wrong(cookie: str) -> None:
    assert isinstance(owner_of(cookie, SETTINGS), str)
