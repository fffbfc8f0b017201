"""Coming in: by name, by token, by the cookie of the handshake, and how somebody is turned away."""

from typing import Any

import httpx2
import pytest

from hubbub.core.error import ErrorCode
from tests.e2e.live.client import ConnectRefusedError
from tests.e2e.live.visitors import Visitors, Way
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio


async def test_a_name_makes_a_guest_and_the_token_is_the_same_guest_again(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    assert ann.me["name"] == "Ann"
    assert ann.token
    again, other = await visitors.come(token=ann.token), await visitors.come("Ann")
    assert again.me == ann.me
    assert "token" not in again.heard("welcome")[0]
    assert other.me["id"] != ann.me["id"]


async def test_each_way_in_uses_the_transport_that_it_names(visitors: Visitors, way: Way) -> None:
    ann = await visitors.come("Ann")
    if way.language == "javascript" and len(way.transports) > 1:
        await ann.hear("upgraded", transport="websocket")
    assert await ann.transport() == way.transports[-1]


REFUSALS: tuple[tuple[dict[str, Any], ErrorCode, str | None], ...] = (
    ({}, ErrorCode.NOT_LOGGED_IN, None),
    ({"token": "made-up"}, ErrorCode.NOT_LOGGED_IN, None),
    ({"token": ""}, ErrorCode.NOT_LOGGED_IN, None),
    ({"token": 5}, ErrorCode.NOT_LOGGED_IN, None),
    ({"token": "made-up", "name": "Ann"}, ErrorCode.NOT_LOGGED_IN, None),
    ({"name": ""}, ErrorCode.NAME_INVALID, "name"),
    ({"name": "x" * 41}, ErrorCode.TOO_LONG, "name"),
    ({"name": ["Ann"]}, ErrorCode.BAD_REQUEST, "name"),
)


async def test_a_refusal_is_a_row_of_the_error_table(visitors: Visitors) -> None:
    for auth, code, field in REFUSALS:
        with pytest.raises(ConnectRefusedError) as refused:
            await visitors.come(auth=auth)
        data = refused.value.data
        assert data.keys() == {"code", "message", "field", "retry_after"}, auth
        assert (data["code"], data["field"], data["retry_after"]) == (code, field, None), auth
        assert refused.value.message == data["message"]


async def test_a_namespace_that_does_not_exist_is_refused(visitors: Visitors) -> None:
    with pytest.raises(ConnectRefusedError) as refused:
        await visitors.come("Ann", namespace="/admin")
    assert (refused.value.message, refused.value.data) == ("Invalid namespace", None)


async def test_the_login_cookie_of_the_handshake_is_enough(visitors: Visitors, server: ServerProcess) -> None:
    guest, cookie = make_guest(server)
    ann = await visitors.come(headers={"Cookie": cookie})
    assert ann.me == guest
    assert "token" not in ann.heard("welcome")[0]


async def test_other_programs_on_this_address_may_have_odd_cookies(visitors: Visitors, server: ServerProcess) -> None:
    guest, cookie = make_guest(server)
    ann = await visitors.come(headers={"Cookie": f'prefs={{"a": [1, 2]}}; {cookie}; x@y=1'})
    assert ann.me == guest


async def test_who_has_a_login_stays_who_they_are_whatever_name_they_say(
    visitors: Visitors, server: ServerProcess
) -> None:
    guest, cookie = make_guest(server)
    ann = await visitors.come("Bob", headers={"Cookie": cookie})
    assert ann.me == guest


async def test_a_cookie_that_proves_nothing_any_more_keeps_nobody_from_being_a_new_guest(
    visitors: Visitors, server: ServerProcess
) -> None:
    _, cookie = make_guest(server)
    lapsed = cookie.partition("=")[0] + "=lapsed"
    bob = await visitors.come("Bob", headers={"Cookie": lapsed})
    assert (bob.me["name"], bool(bob.token)) == ("Bob", True)
    with pytest.raises(ConnectRefusedError) as refused:
        await visitors.come(headers={"Cookie": lapsed})
    assert refused.value.data["code"] == "not_logged_in"


async def test_pages_of_other_sites_may_not_connect(visitors: Visitors, server: ServerProcess) -> None:
    _, cookie = make_guest(server)
    await visitors.come(headers={"Cookie": cookie, "Origin": server.url})
    for origin in ("http://evil.example", "null", f"{server.url}.evil.example"):
        with pytest.raises(ConnectRefusedError) as refused:
            await visitors.come(headers={"Cookie": cookie, "Origin": origin})
        assert refused.value.data is None, "it never gets as far as a reply of the chat"


def make_guest(server: ServerProcess) -> tuple[dict[str, str], str]:
    """Make a guest through the HTTP door; return it and the cookie that it is given."""
    answer = httpx2.post(f"{server.url}/api/v1/guests", json={"name": "Ann"})
    return answer.json()["user"], answer.headers["set-cookie"].partition(";")[0]
