"""Fan-out: what a room's sessions are owed in one tick, encoded once per codec and handed over in one piece."""

# This is the middle of the way that every message takes, from a frame to a commit, and from there to the frames of all
# who hear it. Its rules, each where it is kept:
#
# - A whole text frame passes the WebSocket library's parser by (`WebSocketTransport.data_received`).
# - A message is a future, not a task; it is appended together with all that wait (`Writer`, `Appender`).
# - An event is encoded once per codec, whoever hears it, and there is nothing per reader but a write (here).
# - What happens in one turn of the loop leaves two turns later, so that one write carries reply and event; no timer is
#   waited for (`Hub._flush_soon`).
# - Whoever takes too little is owed nothing more, and catches up from the log (`SocketSession`, `WebSocketTransport`).

from collections.abc import Iterable

from hubbub.core.event import AnyEvent, StoredEvent
from hubbub.core.page import weight
from hubbub.session import Codec, LiveSession

MOST_PER_TICK = 256 * 1024
"""Bytes of one room that a session is owed in one tick, roughly; the rest follows in the next."""


def fan_out(code: str, events: list[AnyEvent], sessions: Iterable[LiveSession]) -> list[AnyEvent]:
    """Owe every session the events, in order; return those that are too many for this tick."""
    now = events[: _fitting(events)] if len(events) > 1 else events
    seq = _last_seq(now)
    pieces: dict[Codec, bytes] = {}
    for session in sessions:
        codec = session.codec
        piece = pieces.get(codec)
        if piece is None:
            piece = pieces[codec] = b"".join([codec(event) for event in now])
        session.push(code, piece, seq)
    return events[len(now) :]


def _last_seq(events: list[AnyEvent]) -> int:
    """Return the seq of the last event that has one, 0 if none has."""
    for event in reversed(events):
        if isinstance(event, StoredEvent):
            return event.seq
    return 0


def _fitting(events: list[AnyEvent]) -> int:
    """Return how many events fit into a tick, at least one; an estimate that no codec changes."""
    room = MOST_PER_TICK
    for count, event in enumerate(events):
        room -= weight(event)
        if room < 0 and count:
            return count
    return len(events)
