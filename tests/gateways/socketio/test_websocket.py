"""One WebSocket connection, with a fake network and a client that knows RFC 6455."""

import json
from itertools import pairwise
from typing import Any

import pytest
from websockets.frames import Opcode

from hubbub.gateways.socketio import websocket
from hubbub.gateways.socketio.engine import Engine
from hubbub.gateways.socketio.origin import same_site
from hubbub.gateways.socketio.polling import PollingTransport
from hubbub.gateways.socketio.settings import BYTES_AT_ONCE, MOST_OWED, EngineSettings
from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.session import UNIX_SOCKET
from tests.gateways.socketio.fakes import SETTINGS, FakeCrowd, FakeNetwork, FakeReceiver, Peer, counting, frame, turn

pytestmark = pytest.mark.anyio

CLOSE = frame(b"\x03\xe8", Opcode.CLOSE)
BAD = frame("x")[:1].replace(b"\x81", b"\xc1") + frame("x")[1:]
"""A frame with a reserved bit."""


class House:
    """An engine and what its sockets hear."""

    def __init__(self, settings: EngineSettings = SETTINGS) -> None:
        self.receivers: list[FakeReceiver] = []
        self.engine = Engine(settings, self.accept, counting())

    def accept(self, socket: EngineSocket) -> FakeReceiver:
        self.receivers.append(FakeReceiver())
        return self.receivers[-1]

    def peer(self, network: FakeNetwork | None = None) -> Peer:
        return Peer(self.engine, network)

    @property
    def heard(self) -> list[Any]:
        """What the only socket hears."""
        (receiver,) = self.receivers
        return receiver.heard


@pytest.fixture
async def house() -> House:
    return House()


@pytest.fixture
async def ann(house: House) -> Peer:
    """A client whose WebSocket is open."""
    peer = house.peer().open()
    await peer.heard()
    return peer


# The handshake


async def test_an_upgrade_opens_a_socket_that_says_how_it_behaves(house: House) -> None:
    (opened,) = await house.peer().open().heard()
    assert json.loads(opened.removeprefix("0")) == {
        "sid": "01" * 16,
        "upgrades": [],
        "pingInterval": 25_000,
        "pingTimeout": 20_000,
        "maxPayload": 1_000_000,
    }
    assert len(house.engine) == 1


TARGET = "/socket.io/?EIO=4&transport=websocket"
REFUSED: dict[str, tuple[int, dict[str, Any]]] = {
    "another path": (404, {"target": "/chat?EIO=4&transport=websocket"}),
    "no path": (404, {"target": "/"}),
    "a path that is no URL": (404, {"target": "//[/socket.io/?EIO=4&transport=websocket"}),
    "no EIO": (400, {"target": "/socket.io/?transport=websocket"}),
    "EIO=3": (400, {"target": "/socket.io/?EIO=3&transport=websocket"}),
    "EIO=4 and then 3": (400, {"target": TARGET + "&EIO=3"}),
    "no transport": (400, {"target": "/socket.io/?EIO=4"}),
    "another transport": (400, {"target": "/socket.io/?EIO=4&transport=polling"}),
    "two origins": (400, {"origin": ["http://test", "http://test"]}),
    "two hosts": (400, {"host": "other"}),
    "another origin": (403, {"origin": "http://evil"}),
    "the origin null": (403, {"origin": "null"}),
    "an origin that is no URL": (403, {"origin": "http://["}),
    "POST": (405, {"method": "POST"}),
    "two keys": (400, {"sec_websocket_key": "AAAAAAAAAAAAAAAAAAAAAA=="}),
    "another version": (400, {"sec_websocket_version": "8"}),
    "a long header": (431, {"cookie": "x" * 8192}),
    "many headers": (431, {"x_header": ["x"] * 129}),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_another_request_is_refused_with_a_status_and_an_end(what: str) -> None:
    status, asked = REFUSED[what]
    house = House(EngineSettings(may_connect=same_site(frozenset())))
    peer = house.peer()
    assert peer.ask(asked.pop("target", TARGET), **asked).split()[1] == str(status)
    assert peer.network.ended
    assert len(house.engine) == 0


async def test_who_does_not_go_after_a_refusal_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "CLOSE_SECONDS", 0)
    peer = house.peer()
    peer.ask("/")
    await turn()
    assert peer.network.aborted


async def test_a_server_that_drains_lets_nobody_in(house: House) -> None:
    house.engine.draining = True
    assert house.peer().ask() == "HTTP/1.1 503 Service Unavailable"


async def test_the_login_is_found_in_whichever_cookie_header_has_it(house: House) -> None:
    house.peer().open(cookie="a=1", Cookie="login=token")
    assert house.engine.find("01" * 16, "token").owner == "token"


async def test_a_connection_counts_for_the_address_of_its_client_until_it_is_gone() -> None:
    crowd = FakeCrowd(most=1)
    house = House(EngineSettings(SETTINGS.may_connect, lambda peer, forwarded: f"{peer} for {forwarded}", crowd))
    ann, bob = house.peer(), house.peer(FakeNetwork(""))
    ann.open(x_forwarded_for="10.0.0.1")
    assert bob.ask(x_forwarded_for="10.0.0.2") == "HTTP/1.1 429 Too Many Requests"
    assert crowd.inside == ["192.0.2.7 for ['10.0.0.1']", f"{UNIX_SOCKET} for ['10.0.0.2']"]
    for peer in (ann, bob):
        peer.network.abort()
    await turn()
    assert crowd.inside == []


async def test_uvicorn_knows_a_connection_until_it_is_gone(ann: Peer) -> None:
    known: set[Any] = ann.state.connections
    assert known == {ann.server}
    ann.server.shutdown()
    assert await ann.closed() == (1012, "closing")
    ann.network.abort()
    await turn()
    assert known == set()


# Messages


async def test_texts_and_bytes_are_heard(house: House, ann: Peer) -> None:
    ann.send("4hello", "4wörld", frame(b"\x01", Opcode.BINARY), frame(b"", Opcode.BINARY))
    assert house.heard == ["hello", "wörld", b"\x01", b""]


async def test_bytes_may_come_one_by_one(house: House, ann: Peer) -> None:
    for byte in frame("4hello") + frame(b"\x01", Opcode.BINARY):
        ann.server.data_received(bytes([byte]))
    assert house.heard == ["hello", b"\x01"]


async def test_a_text_amid_the_fragments_of_another_is_a_breach_even_in_a_read_of_its_own(
    house: House, ann: Peer
) -> None:
    ann.send(frame("4be", fin=False))
    ann.send("4whole")
    assert (await ann.closed())[0] == 1002
    assert [kind for kind, _ in house.heard] == ["closed"]


async def test_a_frame_in_one_read_after_one_in_many_is_heard_in_order(house: House, ann: Peer) -> None:
    for text in ("one", "two"):
        for byte in frame(f"4{text}"):
            ann.server.data_received(bytes([byte]))
        ann.send(f"4{text} at once")
    assert house.heard == ["one", "one at once", "two", "two at once"]


async def test_much_at_once_is_taken_in_a_part_at_a_time_so_that_others_have_their_turn(
    house: House, ann: Peer
) -> None:
    packets = [f"4{number:04}" for number in range(5000)]
    ann.send(*packets)
    assert not ann.network.is_reading()
    heard = []
    while not ann.network.is_reading():
        heard.append(len(house.heard))
        await turn(1)
    assert max(new - old for old, new in pairwise(heard)) <= BYTES_AT_ONCE / len(frame(packets[0])) + 1
    assert house.heard == [packet[1:] for packet in packets]


async def test_what_has_come_from_who_is_full_waits_until_they_read_again(house: House, ann: Peer) -> None:
    ann.send(*["4x"] * 5000)
    ann.server.pause_writing()
    before = len(house.heard)
    await turn()
    assert 0 < len(house.heard) == before < 5000
    ann.server.resume_writing()
    while not ann.network.is_reading():
        await turn(1)
    assert house.heard.count("x") == 5000


async def test_what_was_not_taken_in_before_the_connection_is_lost_is_not_done(house: House, ann: Peer) -> None:
    ann.send(*["4x"] * 5000)
    ann.network.abort()
    await turn(20)
    assert house.heard.count("x") < 5000
    assert house.heard[-1] == ("closed", "transport close")


async def test_fragments_are_put_together_whatever_comes_between_them(house: House, ann: Peer) -> None:
    euro = "€".encode()
    ann.send(frame(b"4" + euro[:1], fin=False), frame("", Opcode.PING), frame(euro[1:2], Opcode.CONT, fin=False))
    ann.send(frame(euro[2:], Opcode.CONT), frame(b"\x01", Opcode.BINARY, fin=False), frame(b"\x02", Opcode.CONT), "4x")
    assert house.heard == ["€", b"\x01\x02", "x"]


async def test_empty_fragments_without_end_take_no_memory(house: House, ann: Peer) -> None:
    ann.send(frame("4", fin=False))
    for _ in range(100):
        ann.send(frame("", Opcode.CONT, fin=False) * 1000)
    assert len(ann.server._fragments) == 1
    ann.send(frame("end", Opcode.CONT))
    assert house.heard == ["end"]


MALFORMED: dict[str, tuple[int, bytes]] = {
    "bad UTF-8": (1007, frame(b"4\xff")),
    "half a character": (1007, frame(b"4\xe2\x82")),
    "half a pair": (1007, frame(b"4\xed\xa0\x80")),
    "bad UTF-8 in fragments": (1007, frame(b"4\xe2", fin=False) + frame(b"x", Opcode.CONT)),
    "too long": (1009, frame(b"4" + b"x" * 1_000_000)),
    "too long in fragments": (1009, frame(b"4" * 600_000, fin=False) + frame(b"x" * 600_000, Opcode.CONT)),
    "a length of 2^63": (1009, b"\x81\xff" + (2**63 - 1).to_bytes(8, "big") + bytes(4)),
    "a reserved bit": (1002, BAD),
    "an unknown opcode": (1002, b"\x83\x80" + bytes(4)),
    "an unknown control opcode": (1002, b"\x8b\x80" + bytes(4)),
    "no mask": (1002, b"\x81\x01x"),
    "a continuation of nothing": (1002, frame("x", Opcode.CONT)),
    "a text within a text": (1002, frame("4", fin=False) + frame("4")),
    "a ping in fragments": (1002, b"\x09\x80" + bytes(4)),
    "a long ping": (1002, b"\x89\xfe\x00\x7e" + bytes(4 + 126)),
    "a close frame of one byte": (1002, frame(b"\x03", Opcode.CLOSE)),
    "a close frame with a bad code": (1002, frame(b"\x03\xed", Opcode.CLOSE)),
    "a close frame with bad UTF-8": (1007, frame(b"\x03\xe8\xff", Opcode.CLOSE)),
    "an unknown packet": (1002, frame("7")),
    "an empty packet": (1002, frame("")),
    "a ping of the engine": (1002, frame("2")),
}


@pytest.mark.parametrize("what", MALFORMED)
async def test_what_breaks_the_protocol_is_closed_with_a_code_and_the_socket_ends_at_once(
    house: House, ann: Peer, what: str
) -> None:
    code, sent = MALFORMED[what]
    ann.send(sent, "4later")
    await turn(2 * len(sent) // BYTES_AT_ONCE)
    assert (await ann.closed())[0] == code
    assert [kind for kind, _ in house.heard] == ["closed"]
    assert len(house.engine) == 0
    ann.send("4too late")
    ann.network.abort()
    await turn()
    assert len(house.heard) == 1


@pytest.mark.parametrize("packet", ["1", "x", "4hello"])
@pytest.mark.parametrize("end", [CLOSE, BAD], ids=["close", "bad"])
async def test_a_last_word_and_the_end_in_one_piece_are_both_taken(
    house: House, ann: Peer, packet: str, end: bytes
) -> None:
    ann.send(packet, end)
    await ann.closed()
    assert house.heard[0 if packet != "4hello" else 1][0] == "closed"
    assert len(house.engine) == 0


@pytest.mark.parametrize(("end", "code"), [(CLOSE, 1000), (BAD, 1002)], ids=["close", "bad"])
async def test_what_is_owed_is_written_before_the_close_frame(house: House, ann: Peer, end: bytes, code: int) -> None:
    (socket,) = house.engine._sockets.values()
    socket.send_message(b"last")
    ann.send(end)
    text, close = ann._receive()
    assert bytes(text.data) == b"4last"
    assert (close.opcode, bytes(close.data)[:2]) == (Opcode.CLOSE, code.to_bytes(2, "big"))


async def test_a_close_within_a_message_is_answered_with_its_own_code(house: House, ann: Peer) -> None:
    ann.send(frame("4", fin=False), CLOSE, frame("end", Opcode.CONT))
    assert await ann.closed() == (1000, "")
    assert [kind for kind, _ in house.heard] == ["closed"]


async def test_bad_text_is_refused_before_its_message_ends(ann: Peer) -> None:
    ann.send(frame("4", fin=False), frame(b"\xff", Opcode.CONT, fin=False))
    assert (await ann.closed())[0] == 1007


async def test_a_ping_is_answered_with_what_it_says(ann: Peer) -> None:
    ann.send(frame("are you there?", Opcode.PING))
    (pong,) = ann._receive()
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"are you there?")


async def test_a_pong_that_nobody_asked_for_means_nothing(house: House, ann: Peer) -> None:
    ann.send(frame("here I am", Opcode.PONG))
    assert house.heard == []
    assert len(house.engine) == 1


# Writing


async def test_what_is_owed_in_a_turn_of_the_loop_leaves_in_one_write(house: House, ann: Peer) -> None:
    (socket,) = house.engine._sockets.values()
    before = len(ann.network.writes)
    for number in range(10):
        socket.send_message(b"%d" % number)
    assert len(ann.network.writes) == before
    assert await ann.heard() == [f"4{number}" for number in range(10)]
    assert len(ann.network.writes) == before + 1


async def test_what_is_pushed_leaves_at_once_but_never_before_what_is_owed(house: House, ann: Peer) -> None:
    before = len(ann.network.writes)
    ann.server.push(ann.server.frame(b"4first"))
    assert len(ann.network.writes) == before + 1
    ann.server.owe(ann.server.frame(b"4second"))
    ann.server.push(ann.server.frame(b"4third"))
    assert len(ann.network.writes) == before + 1
    assert await ann.heard() == ["4first", "4second", "4third"]
    assert len(ann.network.writes) == before + 2


async def test_who_is_full_is_neither_heard_nor_written_to_and_then_gets_all_at_once(house: House, ann: Peer) -> None:
    (socket,) = house.engine._sockets.values()
    ann.server.pause_writing()
    assert not ann.network.is_reading()
    socket.send_message(b"first")
    await turn()
    socket.send_message(b"second")
    assert await ann.heard() == []
    ann.server.resume_writing()
    assert ann.network.is_reading()
    assert await ann.heard() == ["4first", "4second"]
    assert house.heard == ["resumed"]
    socket.send_message(b"third")
    assert await ann.heard() == ["4third"]


async def test_who_is_full_again_at_once_has_not_caught_up(house: House, ann: Peer) -> None:
    (socket,) = house.engine._sockets.values()
    ann.server.pause_writing()
    socket.send_message(b"much")
    ann.network.fills = True
    ann.server.resume_writing()
    assert ann.server.full
    assert house.heard == []


async def test_who_takes_nothing_for_too_long_is_dropped(
    house: House, ann: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "SLOW_SECONDS", 0)
    ann.server.pause_writing()
    await turn()
    assert ann.network.aborted
    assert house.heard == [("closed", "slow")]


async def test_who_takes_a_part_of_it_stays_as_long_as_they_go_on(
    house: House, ann: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "SLOW_SECONDS", 0)
    ann.server.pause_writing()
    for _ in range(10):
        ann.network.waiting -= 1
        await turn(1)
    assert not ann.network.is_closing()
    await turn()
    assert ann.network.aborted
    assert house.heard == [("closed", "slow")]


async def test_who_was_full_and_has_caught_up_stays(house: House, ann: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "SLOW_SECONDS", 0)
    ann.server.pause_writing()
    ann.server.resume_writing()
    await turn()
    assert not ann.network.aborted


async def test_who_is_full_is_owed_so_much_and_no_more(house: House, ann: Peer) -> None:
    (socket,) = house.engine._sockets.values()
    ann.server.pause_writing()
    for _ in range(MOST_OWED // 1024 - 10):
        socket.send_message(b"x" * 1024)
        await turn(1)
    assert not ann.network.is_closing()
    for _ in range(10):
        socket.send_message(b"x" * 1024)
    assert ann.network.aborted
    assert house.heard == [], "nobody is told in the midst of sending"
    await turn()
    assert house.heard == [("closed", "slow")]


# The end


async def test_closing_sends_what_is_owed_and_then_the_reason(house: House, ann: Peer) -> None:
    (socket,) = house.engine._sockets.values()
    ann.server.pause_writing()
    socket.send_message(b"last words")
    socket.close(1008, "why")
    socket.send_message(b"too late")
    await turn()
    words, close = ann._receive()
    assert bytes(words.data) == b"4last words"
    assert close.opcode is Opcode.CLOSE
    ann.server.resume_writing()
    ann.send(CLOSE)
    assert ann.network.ended
    assert house.heard == [("closed", "why")]


async def test_who_does_not_answer_the_close_frame_is_cut_off(ann: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "CLOSE_SECONDS", 0)
    ann.server.close(1000, "")
    ann.server.close(1002, "again")
    assert await ann.closed() == (1000, "")
    assert ann.network.aborted


async def test_who_closes_is_answered_and_the_socket_ends_at_once(house: House, ann: Peer) -> None:
    ann.send(CLOSE)
    assert await ann.closed() == (1000, "")
    assert ann.network.ended
    assert house.heard == [("closed", "transport close")]


async def test_who_only_stops_sending_is_sent_nothing_more(house: House, ann: Peer) -> None:
    (socket,) = house.engine._sockets.values()
    socket.send_message(b"owed")
    ann.server.eof_received()
    assert ann.network.ended
    socket.send_message(b"more")
    await turn()
    ann.network.close()
    await turn()
    assert house.heard == [("closed", "transport close")]


async def test_who_stops_sending_and_does_not_take_the_rest_is_cut_off(
    ann: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "CLOSE_SECONDS", 0)
    ann.server.eof_received()
    ann.server.close(1001, "heartbeat")
    await turn()
    assert ann.network.aborted


async def test_a_network_that_can_not_close_one_side_is_closed(house: House) -> None:
    peer = house.peer(FakeNetwork(half_close=False)).open()
    peer.send(CLOSE)
    await turn()
    assert house.heard == [("closed", "transport close")]
    assert not peer.network.ended


async def test_a_connection_that_is_lost_ends_the_socket(house: House, ann: Peer) -> None:
    ann.network.abort()
    await turn()
    assert house.heard == [("closed", "transport close")]
    ann.server.close(1000, "")
    ann.server.flush()
    assert len(house.engine) == 0


# The upgrade


class Poller:
    """A socket that polls, and that may upgrade."""

    def __init__(self, house: House) -> None:
        self.transport = PollingTransport()
        self.socket = self.transport.socket = house.engine.open(self.transport, "token", "local", ["websocket"])
        self.transport.take()


@pytest.fixture
async def poller(house: House) -> Poller:
    return Poller(house)


COOKIE = "login=token"


async def test_a_poller_upgrades_by_a_probe_and_loses_nothing(house: House, poller: Poller) -> None:
    waiting = poller.transport.begin_poll()
    peer = house.peer().open(poller.socket.sid, cookie=COOKIE)
    peer.send("2probe")
    assert await peer.heard() == ["3probe"]
    assert waiting.done()
    assert poller.transport.take() == b"6"
    poller.socket.send_message(b"owed")
    poller.socket.send_binary(b"\x01")
    peer.send("5", "4hello", frame(b"\x02", Opcode.BINARY))
    assert house.heard == ["resumed", "hello", b"\x02"]
    await turn()
    assert [bytes(each.data) for each in peer._receive()] == [b"4owed", b"\x01"]
    assert poller.transport.begin_poll().done()
    peer.network.abort()
    await turn()
    assert house.heard[-1] == ("closed", "transport close")


@pytest.mark.parametrize(("sid", "cookie"), [("0" * 32, COOKIE), ("01" * 16, "login=other"), ("01" * 16, "")])
async def test_a_wrong_sid_or_one_of_another_login_is_closed(
    house: House, poller: Poller, sid: str, cookie: str
) -> None:
    peer = house.peer().open(sid, cookie=cookie)
    assert await peer.closed() == (1008, "unknown sid")
    peer.send("5", "4hello")
    assert house.heard == []
    assert poller.socket.probe is None


async def test_a_second_websocket_for_one_sid_is_closed_and_the_first_goes_on(house: House, poller: Poller) -> None:
    first = house.peer().open(poller.socket.sid, cookie=COOKIE)
    refusal = (1008, "this sid has a WebSocket already")
    assert await house.peer().open(poller.socket.sid, cookie=COOKIE).closed() == refusal
    first.send("2probe", "5")
    assert await house.peer().open(poller.socket.sid, cookie=COOKIE).closed() == refusal
    first.send("4hello")
    assert house.heard == ["resumed", "hello"]


@pytest.mark.parametrize("probe", ["2", "2prob", "3probe", "4hello", "", "1", b"2probe"])
async def test_a_malformed_probe_is_closed_and_the_poller_goes_on(
    house: House, poller: Poller, probe: str | bytes
) -> None:
    peer = house.peer().open(poller.socket.sid, cookie=COOKIE)
    peer.send(probe if isinstance(probe, str) else frame(probe, Opcode.BINARY), "5")
    assert await peer.closed() == (1002, "malformed probe")
    assert house.heard == []
    assert not poller.transport.begin_poll().done(), "it waits, as before the probe"
    again = house.peer().open(poller.socket.sid, cookie=COOKIE)
    again.send("2probe", "5", "4hello")
    assert house.heard == ["resumed", "hello"]


async def test_a_probe_with_bad_utf_8_is_closed_alone(house: House, poller: Poller) -> None:
    peer = house.peer().open(poller.socket.sid, cookie=COOKIE)
    peer.send(frame(b"2\xff"))
    assert await peer.closed() == (1007, "invalid UTF-8")
    assert poller.socket.is_open


async def test_a_probe_that_dies_lets_polls_wait_again(house: House, poller: Poller) -> None:
    peer = house.peer().open(poller.socket.sid, cookie=COOKIE)
    peer.send("2probe")
    assert poller.transport.begin_poll().done()
    peer.network.abort()
    await turn()
    assert not poller.transport.begin_poll().done()
    assert poller.socket.is_open


async def test_an_upgrade_that_does_not_end_in_time_is_given_up(
    house: House, poller: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "UPGRADE_SECONDS", 0)
    peer = house.peer().open(poller.socket.sid, cookie=COOKIE)
    assert await peer.closed() == (1008, "no upgrade")
    assert (poller.socket.is_open, poller.socket.probe) == (True, None)


async def test_an_upgrade_that_ends_in_time_stays(
    house: House, poller: Poller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "UPGRADE_SECONDS", 0)
    peer = house.peer().open(poller.socket.sid, cookie=COOKIE)
    peer.send("2probe", "5")
    assert await peer.heard() == ["3probe"]
    assert poller.socket.is_open


async def test_a_socket_that_closes_takes_its_probe_with_it(house: House, poller: Poller) -> None:
    peer = house.peer().open(poller.socket.sid, cookie=COOKIE)
    poller.socket.receive("1")
    assert await peer.closed() == (1001, "closed")
    peer.send("5")
    assert house.heard == [("closed", "closed")]
