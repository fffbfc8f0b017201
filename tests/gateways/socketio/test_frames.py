"""Frames as RFC 6455 has them, read back by a library that knows it."""

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from hubbub.gateways.socketio.frames import binary_frame, text_frame, whole_text, wire_size

EDGES = (0, 1, 125, 126, 127, 65_535, 65_536, 65_537)


def read(data: bytes) -> Frame:
    """Read the one frame that there is."""
    reader = StreamReader()
    reader.feed_data(data)
    reader.feed_eof()
    parsing = Frame.parse(reader.read_exact, mask=False)
    try:
        next(parsing)
    except StopIteration as done:
        assert not reader.buffer, "nothing may follow the frame"
        frame: Frame = done.value
        return frame
    raise AssertionError("the frame isn't whole")


@given(st.binary() | st.sampled_from(EDGES).map(lambda length: b"x" * length))
def test_a_frame_is_whole_unmasked_and_as_short_as_its_length_allows(payload: bytes) -> None:
    for build, opcode in ((text_frame, Opcode.TEXT), (binary_frame, Opcode.BINARY)):
        frame = read(build(payload))
        assert (frame.opcode, frame.fin, bytes(frame.data)) == (opcode, True, payload)
        assert build(payload) == Frame(opcode, payload).serialize(mask=False)


def client_frame(payload: bytes, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=True)


@given(st.text(max_size=300).map(str.encode) | st.integers(65_000, 66_000).map(lambda size: b"x" * size))
def test_a_whole_text_frame_is_read_at_a_glance_and_its_size_on_the_wire_is_known(payload: bytes) -> None:
    frame = client_frame(payload)
    assert wire_size(len(payload)) == len(frame)
    assert whole_text(frame, 100_000) == (payload if len(payload) < 65_536 else None)


@given(st.data())
def test_less_or_more_than_a_frame_is_looked_at_more_closely(data: st.DataObject) -> None:
    frame = client_frame(data.draw(st.binary(max_size=200)))
    assert whole_text(frame[: data.draw(st.integers(0, len(frame) - 1))], 1_000) is None
    assert whole_text(frame + data.draw(st.binary(min_size=1)), 1_000) is None


def test_so_is_everything_but_a_text_in_one_masked_frame_within_the_limit() -> None:
    for other in (
        client_frame(b"hello", Opcode.BINARY),
        client_frame(b"hello", Opcode.PING),
        client_frame(b"hello", Opcode.CLOSE),
        client_frame(b"hello", Opcode.CONT),
        client_frame(b"hello", fin=False),
        bytes([0xC1]) + client_frame(b"hello")[1:],
        Frame(Opcode.TEXT, b"hello").serialize(mask=False),
    ):
        assert whole_text(other, 1_000) is None
    assert whole_text(client_frame(b"hello"), 4) is None
    assert whole_text(client_frame(b"hello"), 5) == b"hello"
