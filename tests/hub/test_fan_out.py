"""Fan-out: each event is encoded once per codec, and each session gets one piece per tick, in order, bounded."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.error import Disconnect
from hubbub.core.event import AnyEvent, Author, MemberJoined, MessageSent, Person, Presence
from hubbub.core.member import Role
from hubbub.hub.fan_out import MOST_PER_TICK, fan_out
from hubbub.session import LiveSession

ANN = Author("ann", "Ann", Role.GUEST)
LONG = "x" * 10_000


class Hearing(LiveSession):
    """A session that remembers what it is owed."""

    def __init__(self, codec: Callable[[AnyEvent], bytes]) -> None:
        super().__init__("local", codec)
        self.owed: list[tuple[str, bytes, int]] = []

    def push(self, code: str, frames: bytes, seq: int) -> None:
        self.owed.append((code, frames, seq))

    def end(self, reason: Disconnect) -> None:
        raise AssertionError("fan-out ends nobody")


class Codec:
    """Encodes an event as its text or its type, and counts how often."""

    def __init__(self, mark: bytes) -> None:
        self.mark, self.calls = mark, 0

    def __call__(self, event: AnyEvent) -> bytes:
        self.calls += 1
        said = event.text if isinstance(event, MessageSent) and event.text else event.type
        return said.encode() + self.mark


def sent(seq: int, text: str | None = None) -> MessageSent:
    text = str(seq) if text is None else text
    return MessageSent(code="ABCD", seq=seq, at=0, by=ANN, text=text, number=seq, client_message_id=str(seq))


def presence() -> Presence:
    return Presence(code="ABCD", here=1)


def test_an_event_is_encoded_once_per_codec_however_many_hear_it() -> None:
    one, other = Codec(b"1"), Codec(b"2")
    sessions = [Hearing(codec) for codec in (one, other, one, other, one)]
    assert fan_out("ABCD", [sent(1), sent(2)], sessions) == []
    assert (one.calls, other.calls) == (2, 2)
    assert [session.owed for session in sessions[:2]] == [[("ABCD", b"1121", 2)], [("ABCD", b"1222", 2)]]
    assert sessions[0].owed[0][1] is sessions[2].owed[0][1], "they share the bytes"


def test_all_events_of_a_tick_are_one_piece_with_the_last_ones_seq() -> None:
    session = Hearing(Codec(b" "))
    joined = MemberJoined(code="ABCD", seq=7, at=0, by=ANN, user=Person("bob", "Bob"), role=Role.GUEST)
    fan_out("ABCD", [sent(6), joined, presence()], [session])
    assert session.owed == [("ABCD", b"6 member_joined presence ", 7)]


def test_what_has_no_seq_moves_nobody_on() -> None:
    session = Hearing(Codec(b" "))
    fan_out("ABCD", [presence()], [session])
    assert session.owed == [("ABCD", b"presence ", 0)]


def test_without_sessions_nothing_is_encoded() -> None:
    assert fan_out("ABCD", [sent(1)], []) == []


def test_what_is_too_much_for_one_tick_is_left_for_the_next_in_order() -> None:
    session = Hearing(Codec(b"\n"))
    left: list[AnyEvent] = [sent(seq, f"{seq} {LONG}") for seq in range(1, 41)]
    ticks = 0
    while left:
        left = fan_out("ABCD", left, [session])
        ticks += 1
    assert ticks == len(session.owed) > 1
    assert all(len(piece) <= MOST_PER_TICK for _, piece, _ in session.owed)
    heard = [line.split()[0] for _, piece, _ in session.owed for line in piece.splitlines()]
    assert heard == [b"%d" % seq for seq in range(1, 41)]
    assert [seq for *_, seq in session.owed] == sorted(seq for *_, seq in session.owed)


def test_an_event_that_is_too_much_alone_leaves_alone() -> None:
    session, large = Hearing(Codec(b"")), sent(1, "x" * MOST_PER_TICK)
    assert fan_out("ABCD", [large, sent(2)], [session]) == [sent(2)]
    assert session.owed[0][2] == 1


EVENTS = st.builds(lambda length: sent(1, "x" * length), st.integers(0, 30_000)) | st.builds(presence)


@given(st.lists(EVENTS, max_size=60))
def test_nothing_is_lost_doubled_or_reordered_and_every_tick_brings_something(events: list[AnyEvent]) -> None:
    session, left = Hearing(Codec(b"")), events
    while left:
        rest = fan_out("ABCD", left, [session])
        assert len(rest) < len(left)
        assert rest == left[len(left) - len(rest) :]
        left = rest
    assert b"".join(piece for _, piece, _ in session.owed) == b"".join(map(Codec(b""), events))
