"""Activity in rooms that a session knows of but hasn't open: told at most once per room and look, by numbers alone."""

from collections.abc import Iterable

from hubbub.core.event import MemberLeft, MessageSent, RoomActivity, RoomDeleted, StoredEvent
from hubbub.hub.fan_out import fan_out
from hubbub.session import LiveSession


class Activity:
    """Who follows which rooms, and what has been said there since the last look."""

    def __init__(self) -> None:
        self._followers: dict[str, dict[LiveSession, None]] = {}
        self._followed: dict[LiveSession, frozenset[str]] = {}
        self._last_numbers: dict[str, int] = {}

    def follow(self, session: LiveSession, codes: Iterable[str]) -> None:
        """Let a session hear of these rooms from now on, and of no others."""
        self.forget(session)
        self._followed[session] = frozenset(codes)
        for code in self._followed[session]:
            self._followers.setdefault(code, {})[session] = None

    def forget(self, session: LiveSession) -> None:
        """Let a session hear of no room."""
        for code in self._followed.pop(session, ()):
            self._drop(code, session)

    def note(self, event: StoredEvent) -> None:
        """Take in what happened in a room; who is no longer a member hears no more of it."""
        followers = self._followers.get(event.code)
        if not followers:
            return
        match event:
            case MessageSent():
                self._last_numbers[event.code] = event.number
            case MemberLeft():
                for session in [each for each in followers if each.user and each.user.id == event.user.id]:
                    self._drop(event.code, session)
            case RoomDeleted():
                for session in list(followers):
                    self._drop(event.code, session)

    def tell(self) -> None:
        """Tell those who haven't the room open how far it has come."""
        last_numbers, self._last_numbers = self._last_numbers, {}
        for code, last_number in last_numbers.items():
            hearers = [each for each in self._followers.get(code, ()) if code not in each.rooms]
            if hearers:
                fan_out(code, [RoomActivity(code=code, last_number=last_number)], hearers)

    def _drop(self, code: str, session: LiveSession) -> None:
        followers = self._followers.get(code, {})
        followers.pop(session, None)
        if not followers:
            self._followers.pop(code, None)
