"""Frames in pieces: a command may come byte by byte, and one that never comes to its end is never done."""

import json
import socket
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.hostile.conftest import Connect
from tests.e2e.hostile.raw_client import RawClient, command, frame, left_over, measure
from tests.people import Person
from tests.server_process import ServerProcess
from tests.waiting import eventually

HOLDS = ("hubbub.gateways.socketio.websocket", "hubbub.server.connection")

TEXT = "not a byte less"


@pytest.fixture
def ann(server: ServerProcess) -> Iterator[Person]:
    """Somebody with a room."""
    with Person(server.url) as ann:
        yield ann


def test_a_request_and_frames_may_come_byte_by_byte(ann: Person, connect: Connect) -> None:
    code = ann.create_room()
    client = connect()
    for byte in client.request():
        client.send(bytes([byte]))
    assert b"101 Switching Protocols" in client.socket.recv(65_536)
    said = [f"40{json.dumps({'token': ann.token})}", command("send_message", 7, code=code, text=TEXT)]
    for byte in b"".join(frame(packet) for packet in said[:1]):
        client.send(bytes([byte]))
    heard = b""
    while b"welcome" not in heard:
        heard += client.socket.recv(65_536)
    for byte in frame(said[1]):
        client.send(bytes([byte]))
    while b'437[{"ok":true' not in heard:
        heard += client.socket.recv(65_536)
    assert ann.texts(code) == [TEXT]


def close_one_side(client: RawClient) -> None:
    """Say that nothing more will come, and wait for the server to do the same."""
    client.socket.shutdown(socket.SHUT_WR)
    client.ended()


ENDINGS: dict[str, Callable[[RawClient], None]] = {
    "cut": RawClient.cut,
    "closed": lambda client: client.socket.close(),
    "half closed": close_one_side,
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_command_that_is_cut_at_any_byte_is_not_done_and_leaves_no_session(
    server: ServerProcess, ann: Person, connect: Connect, ending: str
) -> None:
    code = ann.create_room()
    before = measure(server)
    sent = frame(command("send_message", 7, code=code, text=TEXT))
    assert len(sent) > 60, "need a command of some length for this test to mean anything"
    for length in range(len(sent)):
        client = connect().come_in(token=ann.token)
        client.send(sent[:length])
        ENDINGS[ending](client)
    eventually(lambda: not left_over(server, before))
    assert ann.texts(code) == []
    whole = connect().come_in(token=ann.token)
    whole.send(sent)
    whole.cut()
    eventually(lambda: ann.texts(code) in ([], [TEXT]) and not left_over(server, before))


def test_a_request_that_is_cut_at_any_byte_leaves_nothing(server: ServerProcess, connect: Connect) -> None:
    before = measure(server)
    length = len(connect().request())
    for end in range(0, length, 3):
        client = connect()
        client.send(client.request()[:end])
        client.cut()
    eventually(lambda: not left_over(server, before))
