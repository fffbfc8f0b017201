"""What a WebSocket's handshake asks for, on whose behalf, and why it is refused."""

from http import HTTPStatus

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from hubbub.gateways.socketio.engine import Engine
from hubbub.gateways.socketio.handshake import Handshake, read_handshake
from hubbub.gateways.socketio.origin import same_site
from hubbub.gateways.socketio.settings import EngineSettings
from tests.gateways.socketio.fakes import FakeReceiver, counting

pytestmark = pytest.mark.anyio

PATH = "/socket.io/?EIO=4&transport=websocket"
OURS = (("Host", "test"), ("Origin", "http://test"))

REFUSED: dict[str, tuple[HTTPStatus, str, tuple[tuple[str, str], ...]]] = {
    "another path": (HTTPStatus.NOT_FOUND, "/elsewhere?EIO=4&transport=websocket", OURS),
    "another revision": (HTTPStatus.BAD_REQUEST, "/socket.io/?EIO=3&transport=websocket", OURS),
    "another transport": (HTTPStatus.BAD_REQUEST, "/socket.io/?EIO=4&transport=polling", OURS),
    "two origins": (HTTPStatus.BAD_REQUEST, PATH, (*OURS, ("Origin", "http://test"))),
    "two hosts": (HTTPStatus.BAD_REQUEST, PATH, (*OURS, ("Host", "test"))),
    "another site": (HTTPStatus.FORBIDDEN, PATH, (("Host", "test"), ("Origin", "http://elsewhere"))),
}


@pytest.fixture
async def engine() -> Engine:
    settings = EngineSettings(
        may_connect=same_site(frozenset()),
        client_of=lambda peer, forwarded: forwarded[-1] if forwarded else peer,
        cookie="login",
    )
    return Engine(settings, lambda _: FakeReceiver(), counting())


def read(engine: Engine, path: str = PATH, headers: tuple[tuple[str, str], ...] = OURS) -> Handshake:
    return read_handshake(Request(path, Headers(headers)), "192.0.2.7", engine)


async def test_who_may_come_in_is_who_the_cookie_says_from_where_the_proxy_says(engine: Engine) -> None:
    headers = (*OURS, ("Cookie", "a=b; login=token"), ("X-Forwarded-For", "203.0.113.7"))
    assert read(engine, headers=headers) == Handshake(None, "203.0.113.7", "token", None)
    assert read(engine) == Handshake(None, "192.0.2.7", "", None)


async def test_an_upgrade_names_its_socket_and_of_two_names_the_last(engine: Engine) -> None:
    assert read(engine, f"{PATH}&sid=a").sid == "a"
    assert read(engine, f"{PATH}&sid=a&sid=b").sid == "b"


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_not_ours_is_refused(engine: Engine, what: str) -> None:
    status, path, headers = REFUSED[what]
    assert read(engine, path, headers).refusal is status


async def test_while_the_server_drains_nobody_may_come_in(engine: Engine) -> None:
    engine.draining = True
    assert read(engine).refusal is HTTPStatus.SERVICE_UNAVAILABLE
