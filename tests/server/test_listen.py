"""Listening, and how others reach it."""

import socket

import pytest

from hubbub.server.failure import CannotStartError
from hubbub.server.listen import bind, reachable_by_others, url_of


def test_on_loopback_the_url_is_its_own_address_and_nobody_else_gets_there() -> None:
    with bind("127.0.0.1", 0) as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert not reachable_by_others(listener)


def test_an_ipv6_address_stands_in_brackets() -> None:
    with bind("::1", 0) as listener:
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}"


def test_on_all_addresses_the_url_is_one_that_others_can_open() -> None:
    with bind("0.0.0.0", 0) as listener:
        url = url_of(listener)
        assert "0.0.0.0" not in url
        assert reachable_by_others(listener)
        host, port = url.removeprefix("http://").rsplit(":", 1)
        with socket.create_connection((host, int(port))):
            pass


def test_it_listens_before_anybody_is_told() -> None:
    with bind("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        pass


def test_a_port_in_use_is_a_conflict() -> None:
    with bind("127.0.0.1", 0) as listener, pytest.raises(CannotStartError, match="already in use") as refused:
        bind(*listener.getsockname())
    assert refused.value.exit_code == 5


@pytest.mark.parametrize("host", ["nobody.invalid", "two..dots", "x" * 70 + ".org"])
def test_a_host_that_is_no_address_is_refused(host: str) -> None:
    with pytest.raises(CannotStartError, match="There is no address"):
        bind(host, 0)
