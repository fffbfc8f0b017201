"""RFC 6455 at the bare WebSocket of the echo server, where nothing stands between frames and messages."""

import pytest
from websockets.frames import Opcode

from tests.conformance.conftest import Connect
from tests.conformance.server import Line
from tests.e2e.hostile.raw_client import frame

KIND = "engineio"
SIZES = [0, 1, 125, 126, 127, 128, 8191, 8192, 8193, 65_535, 65_536, 65_537, 1_000_001]


@pytest.fixture
def raw(connect: Connect) -> Line:
    """A WebSocket that is open."""
    line = connect()
    assert line.ask("/echo") == 101
    return line


def close(code: int, reason: str = "") -> bytes:
    return frame(code.to_bytes(2, "big") + reason.encode(), Opcode.CLOSE)


@pytest.mark.parametrize("size", SIZES)
def test_messages_of_every_length_come_back_as_they_were_sent(raw: Line, size: int) -> None:
    for message in ("x" * size, b"\xff" * size):
        raw.say(message)
        assert raw.hear() == message


def test_a_message_of_sixteen_mebibytes_comes_back(raw: Line) -> None:
    message = b"\x2a" * (16 * 1024 * 1024)
    raw.say(message)
    assert raw.hear() == message


@pytest.mark.parametrize("size", [1, 64, 8192])
def test_it_does_not_matter_in_what_pieces_bytes_arrive(raw: Line, size: int) -> None:
    data = frame("€" * 30) + frame(b"\x00" * 200)
    for start in range(0, len(data), size):
        raw.send(data[start : start + size])
    assert [raw.hear(), raw.hear()] == ["€" * 30, b"\x00" * 200]


@pytest.mark.parametrize("size", [0, 1, 125])
def test_a_ping_is_answered_by_a_pong_with_the_same_bytes(raw: Line, size: int) -> None:
    raw.send(frame(b"\xfe" * size, Opcode.PING))
    pong = next(raw.frames())
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"\xfe" * size)


def test_pings_in_a_row_are_answered_in_order_and_pongs_mean_nothing(raw: Line) -> None:
    raw.send(b"".join(frame(b"x", Opcode.PONG) + frame(b"%d" % number, Opcode.PING) for number in range(10)))
    frames = raw.frames()
    assert [bytes(next(frames).data) for _ in range(10)] == [b"%d" % number for number in range(10)]


def test_fragments_make_one_message_and_control_frames_may_come_between_them(raw: Line) -> None:
    raw.send(frame("frag", fin=False) + frame(b"now", Opcode.PING) + frame("", Opcode.CONT, fin=False))
    pong = next(raw.frames())
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"now")
    raw.send(frame("ment", Opcode.CONT))
    assert raw.hear() == "fragment"


def test_a_character_may_be_cut_in_two_by_fragments(raw: Line) -> None:
    first, second = "€".encode()[:1], "€".encode()[1:]
    raw.send(frame(first, Opcode.TEXT, fin=False) + frame(second, Opcode.CONT))
    assert raw.hear() == "€"


@pytest.mark.parametrize(
    "text", ["\x00", "\x7f", "\u0080", "\u07ff", "\u0800", "\ud7ff\ue000", "\ufffd\uffff", "\U00010000\U0010ffff"]
)
def test_every_character_there_is_may_be_sent(raw: Line, text: str) -> None:
    raw.say(text)
    assert raw.hear() == text


NO_TEXT = [b"\x80", b"\xbf", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\x80", b"\xe2\x82", b"\xed\xa0\x80", b"\xed\xbf\xbf"]
NO_TEXT += [
    b"\xf0\x80\x80\x80",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xfe",
    b"\xff",
    b"\xce\xba\xed\xa0\x80x",
]


@pytest.mark.parametrize("data", NO_TEXT)
def test_text_that_is_no_utf_8_is_closed_with_1007(raw: Line, data: bytes) -> None:
    raw.send(frame("before") + frame(data, Opcode.TEXT) + frame("after"))
    assert raw.hear() == "before"
    assert (raw.closed() or (0,))[0] == 1007


def test_text_that_is_no_utf_8_is_closed_with_its_first_bad_fragment(raw: Line) -> None:
    raw.send(frame("before", fin=False) + frame(b"\xf4\x90", Opcode.CONT, fin=False))
    assert (raw.closed() or (0,))[0] == 1007


BREACHES: dict[str, bytes] = {
    "a reserved bit": b"\xc1" + frame("x")[1:],
    "another reserved bit": b"\xa2" + frame(b"x")[1:],
    "a reserved bit of a ping": b"\xd9" + frame("", Opcode.PING)[1:],
    "unknown opcodes": b"\x83\x80" + bytes(4),
    "unknown control opcodes": b"\x8b\x80" + bytes(4),
    "no mask": b"\x81\x01x",
    "a ping in fragments": b"\x09\x80" + bytes(4),
    "a ping of 126 bytes": b"\x89\xfe\x00\x7e" + bytes(4 + 126),
    "a continuation of nothing": frame("x", Opcode.CONT),
    "a message within another": frame("x", fin=False) + frame("x"),
    "a close frame of one byte": frame(b"\x03", Opcode.CLOSE),
    **{f"the close code {code}": close(code) for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535)},
}


@pytest.mark.parametrize("what", BREACHES)
def test_a_breach_is_closed_with_1002_after_the_answer_to_what_was_good(raw: Line, what: str) -> None:
    raw.send(frame("good") + BREACHES[what] + frame("after"))
    assert raw.hear() == "good"
    assert (raw.closed() or (0,))[0] == 1002


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999])
def test_a_close_is_answered_with_its_own_code_after_all_answers(raw: Line, code: int) -> None:
    raw.send(frame("last") + close(code, "goodbye") + frame("after"))
    assert raw.hear() == "last"
    assert raw.closed() == (code, "goodbye")


def test_a_close_without_a_code_is_answered_without_one(raw: Line) -> None:
    raw.send(frame(b"", Opcode.CLOSE))
    end = next(raw.frames())
    assert (end.opcode, bytes(end.data)) == (Opcode.CLOSE, b"")


@pytest.mark.parametrize(("reason", "code"), [(b"x" * 123, 1000), (b"\xce\xba\xed\xa0\x80", 1007)])
def test_a_reason_may_be_123_bytes_of_utf_8(raw: Line, reason: bytes, code: int) -> None:
    raw.send(frame(b"\x03\xe8" + reason, Opcode.CLOSE))
    assert (raw.closed() or (0,))[0] == code


def test_a_close_within_a_message_is_answered_with_its_own_code(raw: Line) -> None:
    raw.send(frame("frag", fin=False) + close(1000) + frame("ment", Opcode.CONT))
    assert raw.closed() == (1000, "")


def test_nothing_is_compressed_even_for_who_offers_it(connect: Connect) -> None:
    line = connect()
    assert line.ask("/echo", Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits") == 101
    line.say("x" * 1000)
    assert line.hear() == "x" * 1000
