"""Frames as RFC 6455 has them, read back by a library that knows it."""

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from hubbub.gateways.socketio.frames import binary_frame, text_frame

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
