"""The bytes that the load generator sends: what a server takes apart is what was meant."""

import json

import pytest
from websockets.frames import Frame
from websockets.streams import StreamReader

from hubbub.bench.frames import Messages, frame, number_of


def payload_of(data: bytes) -> bytes:
    """Return what a server reads, as a library for servers understands it."""
    stream = StreamReader()
    stream.feed_data(data)
    parsing = Frame.parse(stream.read_exact, mask=True)
    with pytest.raises(StopIteration) as end:
        next(parsing)
    stream.feed_eof()
    return bytes(end.value.value.data)


@pytest.mark.parametrize("size", [1, 125, 126, 65_535])
def test_a_frame_is_read_as_it_was_meant(size: int) -> None:
    assert payload_of(frame(b"x" * size)) == b"x" * size


def test_a_message_is_a_command_with_an_id_of_its_own_and_a_mark() -> None:
    messages = Messages("WXYZ")
    first, second = (payload_of(messages[number]) for number in (0, 1))
    assert first.startswith(b'421["send_message",')
    fields = json.loads(first[3:])[1]
    assert (fields["code"], len(fields["text"])) == ("WXYZ", 85)
    assert fields["client_message_id"] != json.loads(second[3:])[1]["client_message_id"]
    assert [number_of(mark) for mark in messages.marks.findall(first + second)] == [0, 1]


def test_messages_of_another_room_and_of_the_same_room_before_are_not_taken_for_these() -> None:
    before, now = Messages("WXYZ"), Messages("WXYZ")
    assert before.marks.findall(before[7]), "need a mark for this test to mean anything"
    assert now.marks.findall(before[7]) == []
