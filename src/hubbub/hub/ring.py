"""A room's most recent events, kept in memory so that those who were away for a moment cost no query."""

from collections import deque

from hubbub.core.event import MessageSent, StoredEvent
from hubbub.core.page import cost

MOST_EVENTS = 256
MOST_BYTES = 256 * 1024


class Ring:
    """The last events of a room without a gap, bounded in number and in bytes."""

    def __init__(self) -> None:
        self._events: deque[StoredEvent] = deque()
        self._bytes = 0

    @property
    def last_seq(self) -> int:
        """The newest seq, 0 while nothing was heard."""
        return self._events[-1].seq if self._events else 0

    def add(self, event: StoredEvent) -> bool:
        """Take in an event; return False if it was known. After a gap the ring starts anew."""
        if self._events and event.seq <= self.last_seq:
            return False
        if self._events and event.seq != self.last_seq + 1:
            self._events.clear()
            self._bytes = 0
        self._events.append(event)
        self._bytes += _size(event)
        while len(self._events) > MOST_EVENTS or self._bytes > MOST_BYTES:
            self._bytes -= _size(self._events.popleft())
        return True

    def since(self, seq: int) -> list[StoredEvent] | None:
        """Return the events above a seq, or None if the ring doesn't reach back that far."""
        if not self._events or seq + 1 < self._events[0].seq:
            return None
        return [event for event in self._events if event.seq > seq]

    def rename(self, user_id: str) -> None:
        """Forget everything, since a name in it is no longer the one that the log would tell."""
        if any(event.by.id == user_id for event in self._events):
            self._events.clear()
            self._bytes = 0


def _size(event: StoredEvent) -> int:
    return cost(event) if isinstance(event, MessageSent) else cost(None)
