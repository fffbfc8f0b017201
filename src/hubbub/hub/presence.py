"""Who is here in one room: people with a session, those who lost it a moment ago, and those who asked lately."""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

GRACE = 10.0
"""Seconds for which somebody without a session is still here: a refresh, a dropped connection."""

REQUEST_GRACE = 60.0
"""Seconds for which a request at a door without connections says that somebody is here."""


@dataclass(frozen=True, slots=True)
class Change:
    """What has changed: who came and went, as the room is told, and how many are here by that.

    `gone` are all who are no longer here, also those who came and went between two looks, of whom nobody was told.
    """

    here: int
    came: tuple[str, ...]
    went: tuple[str, ...]
    gone: tuple[str, ...]


class Presence:
    """Counts people, not sessions; times are the steady clock's seconds."""

    def __init__(self) -> None:
        self._sessions: Counter[str] = Counter()
        self._until: dict[str, float] = {}
        self._held: Counter[str] = Counter()
        self._told: set[str] = set()
        self._unseen: set[str] = set()
        self._changed = False

    def __contains__(self, user_id: str) -> bool:
        return user_id in self._sessions or user_id in self._until

    def __len__(self) -> int:
        return len(self._sessions) + len(self._until)  # nobody is in both

    @property
    def settled(self) -> bool:
        """Whether nothing can have changed and nothing will by mere passing of time."""
        return not self._changed and not self._until

    @property
    def deserted(self) -> bool:
        """Whether nobody is here and everybody knows."""
        return not (self._sessions or self._until or self._told or self._unseen or self._held)

    @property
    def held(self) -> Set[str]:
        """Those who are coming in just now."""
        return self._held.keys()

    def enter(self, user_id: str) -> None:
        """A session of this user opened the room."""
        self._sessions[user_id] += 1
        self._until.pop(user_id, None)
        self._unseen.add(user_id)
        self._changed = True

    def leave(self, user_id: str, now: float) -> None:
        """A session of this user closed the room; the user is here a little longer."""
        self._sessions[user_id] -= 1
        if self._sessions[user_id] <= 0:
            del self._sessions[user_id]
            self.touch(user_id, now + GRACE)
        self._changed = True

    def touch(self, user_id: str, until: float) -> None:
        """Without a session, this user is here until then."""
        if user_id not in self._sessions:
            self._until[user_id] = max(until, self._until.get(user_id, 0))
            self._unseen.add(user_id)
            self._changed = True

    def forget(self, user_id: str) -> None:
        """This user has gone for good: no grace."""
        self._until.pop(user_id, None)
        self._changed = True

    def let_go(self, user_id: str) -> None:
        """This user may have had a seat for a moment: unless they are here at the next look, they have gone."""
        self._unseen.add(user_id)
        self._changed = True

    def clear(self) -> None:
        """Everybody has gone for good; who is coming in still is."""
        self._sessions.clear()
        self._until.clear()
        self._told.clear()
        self._unseen.clear()

    def hold(self, user_id: str) -> None:
        """Don't say that this user went: they are coming in just now."""
        self._held[user_id] += 1

    def release(self, user_id: str) -> None:
        """Take back one `hold`."""
        self._held[user_id] -= 1
        if self._held[user_id] <= 0:
            del self._held[user_id]
        self._changed = True

    def settle(self, now: float) -> Change | None:
        """Let those go whose time is over; return what changed since the last call, if anything did."""
        for user_id in [user_id for user_id, until in self._until.items() if until <= now]:
            del self._until[user_id]
            self._changed = True
        if not self._changed:
            return None
        self._changed = False
        here = set(self._sessions) | set(self._until)
        known = self._told | self._unseen
        gone = known - here - set(self._held)
        came, went = here - self._told, self._told & gone
        self._unseen -= here | gone
        self._told = (self._told | came) - went
        if not came and not gone:
            return None
        return Change(len(self._told), tuple(sorted(came)), tuple(sorted(went)), tuple(sorted(gone)))
