"""A member: whatever way its bytes are cut, it counts the same."""

import asyncio
from collections.abc import Callable

import pytest

from hubbub.bench.frames import UPGRADE, Messages
from hubbub.bench.member import PING, PONG, Member, RefusedError
from hubbub.bench.room import Room

HANDSHAKE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Keep it."""
        self.written.append(bytes(data))

    def abort(self) -> None:
        """Note it."""
        self.aborted = True


def server_frame(packet: bytes) -> bytes:
    """Return a frame as servers send it."""
    size = len(packet)
    return (bytes([0x81, size]) if size < 126 else b"\x81\x7e" + size.to_bytes(2, "big")) + packet


def event(messages: Messages, number: int) -> bytes:
    """Return the frame of a message that everybody is sent."""
    mark = messages.marks.pattern.split(b"(")[0] + b"%08x@@" % number
    return server_frame(b'42["message_sent",{"text":"' + mark + b' and words","by":{"name":"Ann"}}]')


ACK = server_frame(b'431[{"ok":true,"seq":7}]')
COMING = (
    HANDSHAKE
    + server_frame(b'0{"sid":"a","upgrades":[]}')
    + server_frame(b'40{"sid":"b"}')
    + server_frame(b'42["welcome",{"me":{}}]')
)
JOINED = server_frame(b'430[{"ok":true,"here":2}]')


def with_member(play: Callable[[Room, Member, Wire], None]) -> None:
    """Let a member of a room play, on a loop."""

    async def on_loop() -> None:
        room, wire = Room("WXYZ"), Wire()
        member = Member(room, {"name": "Ann"})
        room.enter(member)
        member.connection_made(wire)
        play(room, member, wire)

    asyncio.run(on_loop())


def test_it_comes_in_step_by_step_and_is_in_the_room_when_it_was_answered() -> None:
    def play(room: Room, member: Member, wire: Wire) -> None:
        assert wire.written == [UPGRADE]
        for byte in COMING:
            member.data_received(bytes([byte]))
        assert (member.connected.done(), member.joined.done()) == (True, False)
        assert b'40{"name":"Ann"}' in wire.written[1]
        member.join(since=4, epoch="e")
        assert b'420["join_room",{"code":"WXYZ","since":4,"epoch":"e"}]' in wire.written[2]
        member.data_received(server_frame(b'430[{"ok":true,"reset":false,"events":[]}]'))
        assert member.joined.done()

    with_member(play)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 503 Busy\r\n\r\n",
        HANDSHAKE + server_frame(b'0{"sid":"a"}') + server_frame(b'44{"message":"x"}'),
        COMING + server_frame(b'430[{"ok":false,"error":{}}]'),
    ],
)
def test_who_is_refused_says_so(answer: bytes) -> None:
    def play(room: Room, member: Member, wire: Wire) -> None:
        for line in answer.split(b"\x81"):  # frame by frame
            member.data_received((b"" if line.startswith(b"HTTP") else b"\x81") + line)
        assert wire.aborted
        assert isinstance(member.joined.exception(), RefusedError)

    with_member(play)


def test_who_is_hung_up_on_is_counted() -> None:
    def play(room: Room, member: Member, wire: Wire) -> None:
        member.connection_lost(None)
        assert room.faults.closed == 1
        assert isinstance(member.connected.exception(), RefusedError)

    with_member(play)


def test_messages_answers_and_pings_are_counted_however_the_bytes_are_cut() -> None:
    def play(room: Room, member: Member, wire: Wire) -> None:
        stream = b"".join((event(room.said, 0), ACK, PING, event(room.said, 1), PING, ACK, event(room.said, 2)))
        member.data_received(COMING)
        member.data_received(server_frame(b'40{"sid":"b"}'))
        member.join()
        member.data_received(JOINED)
        for _ in range(3):
            room.send()
        member.unanswered = 2
        before = len(wire.written)
        begin = next(cuts)
        member.data_received(stream[:begin])
        member.data_received(stream[begin:])
        assert (member.received, room.received_by_all, member.unanswered, member.pings) == (3, 3, 0, 2), begin
        assert wire.written[before:] == [PONG, PONG]
        lengths.append(len(stream))

    lengths: list[int] = []
    cuts = iter(range(1, 10_000))
    with_member(play)
    for _ in range(lengths[0] - 2):
        with_member(play)


def test_what_others_were_sent_as_well_is_taken_apart_once() -> None:
    def play(room: Room, member: Member, wire: Wire) -> None:
        other = Member(room, {"name": "Bob"})
        room.enter(other)
        other.connection_made(Wire())
        for each in (member, other):
            each.data_received(COMING)
            each.data_received(server_frame(b'40{"sid":"b"}'))
            each.data_received(JOINED)
        room.send()
        member.unanswered = 0
        chunk = event(room.said, 0)
        member.data_received(chunk)
        assert room.heard == chunk
        room.heard_ids = ids = list(room.heard_ids)
        other.data_received(bytes(chunk))
        assert (other.received, room.received_by_all, room.order) == (1, 1, ids)

    with_member(play)
