"""Messages out of fragments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import State

from hubbub.gateways.socketio.fragments import Fragments, Protocol

EURO = "€".encode()


def taken(opcode: Opcode, *pieces: bytes) -> list[str | bytes | None]:
    """Return what comes of a message in pieces, fragment by fragment."""
    fragments = Fragments()
    last = len(pieces) - 1
    return [
        fragments.take(Frame(Opcode.CONT if number else opcode, piece, number == last))
        for number, piece in enumerate(pieces)
    ]


def test_a_message_is_there_with_its_last_fragment() -> None:
    assert taken(Opcode.TEXT, b"hello") == ["hello"]
    assert taken(Opcode.TEXT, b"a" + EURO[:1], b"", EURO[1:]) == [None, None, "a€"]
    assert taken(Opcode.BINARY, b"\xff", b"", b"\x00") == [None, None, b"\xff\x00"]
    assert taken(Opcode.TEXT, b"", b"") == [None, ""]


@pytest.mark.parametrize(
    "pieces", [[b"\xff"], [EURO[:2]], [b"\xff", b""], [EURO[:1], b"x"], [EURO[:1], b"", EURO[:1]], [EURO, EURO[:2]]]
)
def test_text_that_is_none_is_refused_with_the_fragment_that_shows_it(pieces: list[bytes]) -> None:
    with pytest.raises(UnicodeDecodeError):
        taken(Opcode.TEXT, *pieces)


def test_one_message_follows_another() -> None:
    fragments = Fragments()
    for opcode, message in [(Opcode.TEXT, "x"), (Opcode.BINARY, b"x"), (Opcode.TEXT, "x")]:
        assert fragments.take(Frame(opcode, b"", fin=False)) is None
        assert fragments.take(Frame(Opcode.CONT, b"x")) == message
        assert (fragments.are_open, len(fragments)) == (False, 0)


@given(st.text(), st.lists(st.integers(0, 40)))
def test_wherever_a_text_is_cut_it_is_put_together_again(text: str, cuts: list[int]) -> None:
    data = text.encode("utf-8", "replace")
    at = sorted({0, *cuts, len(data)})
    pieces = [data[start:end] for start, end in zip(at, [*at[1:], len(data)], strict=True)]
    assert taken(Opcode.TEXT, *pieces)[-1] == data.decode()


def test_a_close_may_come_within_a_message() -> None:
    protocol = Protocol()
    protocol.state = State.OPEN
    protocol.recv_frame(Frame(Opcode.TEXT, b"x", fin=False))
    protocol.recv_frame(Frame(Opcode.CLOSE, b"\x03\xe8"))
    assert protocol.close_rcvd
    assert protocol.close_rcvd.code == 1000
