"""Listening, and how others reach it."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from hubbub.server.failure import CannotStartError
from hubbub.server.listen import bind, bind_unix, listen, reachable_by_others, url_of


def test_on_loopback_the_url_is_its_own_address_and_nobody_else_gets_there() -> None:
    with bind("127.0.0.1", 0) as listener:
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert url_of(listener, tls=True) == f"https://127.0.0.1:{listener.getsockname()[1]}"
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


def test_a_path_is_listened_at_for_owner_and_group_and_free_again_at_the_end(tmp_path: Path) -> None:
    path, umask = tmp_path / "socket", os.umask(0)
    try:
        with listen("127.0.0.1", 0, path) as (network, _):
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            reach(path)
            with socket.create_connection(network.getsockname()):
                pass
            assert os.listdir(tmp_path) == ["socket"]
    finally:
        os.umask(umask)
    assert os.listdir(tmp_path) == []


def test_what_a_killed_server_has_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    (tmp_path / "socket.new").touch()
    with pytest.raises(ConnectionRefusedError):
        reach(path)
    with bind_unix(path):
        reach(path)


def test_where_another_server_listens_this_one_does_not(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with bind_unix(path):
        with pytest.raises(CannotStartError, match=rf"^Can't listen on {path}: another server does\.$") as refused:
            bind_unix(path).__enter__()
        assert refused.value.exit_code == 5
        reach(path)


def test_so_does_not_one_that_is_too_busy_to_answer(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as busy, socket.socket(socket.AF_UNIX) as waiting:
        busy.bind(str(path))
        busy.listen(0)
        waiting.connect(str(path))
        with pytest.raises(CannotStartError, match="another server does"):
            bind_unix(path).__enter__()


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, lambda path: path.symlink_to("elsewhere")])
def test_what_is_no_socket_is_left_alone(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "file"
    make(path)
    with pytest.raises(CannotStartError, match="it is there already, and it is no socket") as refused:
        bind_unix(path).__enter__()
    assert refused.value.exit_code == 5
    path.lstat()


def test_a_socket_that_took_the_place_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with bind_unix(path):
        path.unlink()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
    assert path.is_socket()


@pytest.mark.parametrize("name", ["missing/socket", "x" * 200])
def test_a_path_that_cannot_be_is_refused_in_one_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotStartError, match=r"^Can't listen on .*: .+\.$"):
        bind_unix(tmp_path / name).__enter__()


def test_the_port_is_given_back_when_the_path_is_refused(tmp_path: Path) -> None:
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(CannotStartError):
        listen("127.0.0.1", port, tmp_path).__enter__()
    bind("127.0.0.1", port).close()


def reach(path: Path) -> None:
    """Connect to a path."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
