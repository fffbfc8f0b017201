"""The server's own address is the setting, or a host that can be one."""

from pathlib import Path

import pytest
from starlette.requests import Request

from hubbub.core.error import ChatError, ErrorCode
from hubbub.gateways.http.pages.address import own_address
from tests.gateways.http.pages.given import make_door, make_web


def request(host: str) -> Request:
    headers = [(b"host", host.encode("latin-1"))]
    return Request({"type": "http", "scheme": "http", "path": "/", "query_string": b"", "headers": headers})


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "[fe80::1]", "chat.example", "my_box.local:1", "A-1"]
)
def test_a_host_is_taken_as_it_came(tmp_path: Path, host: str) -> None:
    assert own_address(make_door(make_web(tmp_path)), request(host)) == f"http://{host}"


@pytest.mark.parametrize("host", ["", " ", "-a", "a/b", "a@b", "a:", "a:x", "[::1", "ä", "a" * 300, "x\n", "a?b"])
def test_what_is_no_host_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(ChatError) as refused:
        own_address(make_door(make_web(tmp_path)), request(host))
    assert refused.value.code is ErrorCode.BAD_REQUEST


def test_the_public_url_goes_before_any_host(tmp_path: Path) -> None:
    door = make_door(make_web(tmp_path))
    door.public_url = "https://chat.example"
    assert own_address(door, request("evil.example")) == "https://chat.example"
