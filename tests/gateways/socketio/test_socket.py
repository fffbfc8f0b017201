"""One client's socket: what it takes, how it ends, how another transport takes over."""

import pytest

from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.protocol.engineio import PacketType
from hubbub.protocol.malformed import MalformedError
from tests.gateways.socketio.fakes import FakeCarrier, FakeReceiver, make_socket


class Line:
    """A socket between a fake transport and a fake receiver."""

    def __init__(self) -> None:
        self.carrier, self.receiver = FakeCarrier(), FakeReceiver()
        self.forgotten: list[EngineSocket] = []
        self.socket = make_socket(self.carrier, forget=self.forgotten.append)
        self.socket.receiver = self.receiver


@pytest.fixture
def line() -> Line:
    return Line()


def test_what_is_sent_is_framed_by_its_transport(line: Line) -> None:
    line.socket.send_message(b"hello")
    line.socket.send_binary(b"\x01")
    line.socket.send_packet(PacketType.PING)
    line.socket.send_packet(PacketType.OPEN, b"{}")
    assert line.carrier.owed == [b"4hello", b"b\x01", b"2", b"0{}"]


def test_messages_and_bytes_reach_the_receiver_and_a_pong_is_taken_note_of(line: Line) -> None:
    line.socket.awaits_pong = True
    line.socket.receive("4hello")
    line.socket.receive_binary(b"\x01")
    line.socket.receive("3")
    assert line.receiver.heard == ["hello", b"\x01"]
    assert not line.socket.awaits_pong


@pytest.mark.parametrize("text", ["", "0{}", "2", "2probe", "5", "6", "7", "abc", "é"])
def test_what_no_client_may_send_closes_the_socket_with_a_reason(line: Line, text: str) -> None:
    line.socket.receive(text)
    assert line.carrier.end == (1002, "unexpected packet")
    assert line.receiver.heard == [("closed", "unexpected packet")]


@pytest.mark.parametrize("message", ["text", b"bytes"])
def test_what_the_receiver_finds_malformed_closes_the_socket_with_its_reason(line: Line, message: str | bytes) -> None:
    line.receiver.error = MalformedError("why")
    if isinstance(message, str):
        line.socket.receive("4" + message)
    else:
        line.socket.receive_binary(message)
    assert line.carrier.end == (1002, "why")
    assert line.receiver.heard == [message, ("closed", "why")]


def test_a_client_that_closes_is_closed_in_order(line: Line) -> None:
    line.socket.receive("1")
    assert line.carrier.end == (1000, "")
    assert line.receiver.heard == [("closed", "closed")]
    assert line.forgotten == [line.socket]
    assert not line.socket.is_open


def test_a_socket_ends_once_however_often_it_is_closed_lost_or_dropped(line: Line) -> None:
    line.socket.close(1008, "first")
    line.socket.die("second")
    line.socket.fail("third")
    line.socket.lost(line.carrier, "fourth")
    assert line.carrier.end == (1008, "first")
    assert line.receiver.heard == [("closed", "first")]
    assert line.forgotten == [line.socket]


def test_after_its_end_a_socket_hears_nothing_and_waits_for_nothing(line: Line) -> None:
    line.socket.awaits_pong = True
    line.socket.die("gone")
    line.socket.receive("4hello")
    line.socket.receive_binary(b"\x01")
    line.socket.take_over(FakeCarrier())
    line.socket.die("again")
    assert line.carrier.end == "aborted"
    assert line.receiver.heard == [("closed", "gone")]
    assert not line.socket.awaits_pong


def test_a_socket_ends_with_its_transport_but_not_with_another(line: Line) -> None:
    line.socket.lost(FakeCarrier(), "somebody else's")
    assert line.socket.is_open
    line.socket.lost(line.carrier, "transport close")
    assert line.receiver.heard == [("closed", "transport close")]
    assert line.carrier.end is None, "it is gone already"


def test_another_transport_takes_over_with_what_is_owed_in_order(line: Line) -> None:
    line.socket.send_message(b"first")
    line.socket.send_binary(b"\x02")
    line.socket.send_packet(PacketType.PING)
    new = FakeCarrier()
    line.socket.probe = new
    line.socket.take_over(new)
    line.socket.send_message(b"last")
    assert new.owed == [b"4first", b"b\x02", b"2", b"4last"]
    assert line.carrier.owed == []
    assert line.receiver.heard == ["resumed"]
    line.socket.lost(line.carrier, "the old one")
    assert line.receiver.heard == ["resumed"]
    line.socket.lost(new, "the new one")
    assert line.receiver.heard == ["resumed", ("closed", "the new one")]


def test_a_probe_that_fails_leaves_the_socket_as_it_was(line: Line) -> None:
    probe = line.socket.probe = FakeCarrier()
    line.carrier.release()
    line.socket.lost(probe, "gone")
    assert line.receiver.heard == []
    assert not line.carrier.released, "polls wait again, or their client would ask without a pause"
    line.socket.lost(probe, "gone again")
    assert line.socket.probe is not probe


def test_a_probe_is_closed_with_its_socket(line: Line) -> None:
    probe = line.socket.probe = FakeCarrier()
    line.socket.close(1012, "closing")
    assert (line.carrier.end, probe.end) == ((1012, "closing"), (1001, "closing"))
    line.socket.lost(probe, "gone")
    assert line.receiver.heard == [("closed", "closing")]
