"""A room's most recent events, kept in memory so that those who were away for a moment cost no query."""

from collections import deque

from hubbub.core.event import MemberRenamed, MessageSent, StoredEvent
from hubbub.core.page import weight

MOST_EVENTS = 256
MOST_BYTES = 256 * 1024


class Ring:
    """The last events of a room without a gap, bounded in number and in bytes."""

    def __init__(self) -> None:
        self._events: deque[StoredEvent] = deque()
        self._bytes = 0
        self._last_seq = 0
        self._last_number = 0

    @property
    def last_number(self) -> int:
        """The number of the newest message that was taken in, 0 before the first; it may have left the ring since."""
        return self._last_number

    @property
    def last_seq(self) -> int:
        """The newest seq that was taken in, 0 before the first."""
        return self._last_seq

    @property
    def all(self) -> list[StoredEvent]:
        """What is in it, oldest first."""
        return list(self._events)

    def add(self, event: StoredEvent) -> bool:
        """Take in an event; return False if it was known.

        After a gap the ring starts anew, and also when somebody in it is renamed: the log tells the new name.
        """
        if event.seq <= self._last_seq:
            return False
        if event.seq != self._last_seq + 1 or self._names_one_who(event):
            self._events.clear()
            self._bytes = 0
        self._last_seq = event.seq
        if isinstance(event, MessageSent):
            self._last_number = event.number
        self._events.append(event)
        self._bytes += weight(event)
        while len(self._events) > MOST_EVENTS or self._bytes > MOST_BYTES:
            self._bytes -= weight(self._events.popleft())
        return True

    def since(self, seq: int) -> list[StoredEvent] | None:
        """Return the events above a seq, or None if the ring doesn't reach back that far."""
        if not self._events or seq + 1 < self._events[0].seq:
            return None
        return [event for event in self._events if event.seq > seq]

    def _names_one_who(self, event: StoredEvent) -> bool:
        return isinstance(event, MemberRenamed) and any(known.by.id == event.user.id for known in self._events)
