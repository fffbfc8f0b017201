"""The hub: takes a room's events in order of seq and hands each to this node's sessions, encoded once per codec."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hubbub.core.error import ChatError, Disconnect, ErrorCode
from hubbub.core.event import (
    AnyEvent,
    Closing,
    EphemeralEvent,
    MemberJoined,
    MemberLeft,
    Presence,
    RoomDeleted,
    StoredEvent,
)
from hubbub.core.user import User
from hubbub.hub.activity import Activity
from hubbub.hub.fan_out import fan_out
from hubbub.hub.news import News
from hubbub.hub.presence import REQUEST_GRACE, Change
from hubbub.hub.presence import Presence as PeopleHere
from hubbub.hub.ring import Ring
from hubbub.session import LiveSession

MOST_NAMES = 100
"""Above so many people here, `presence` says how many they are and no longer who came and went."""

MOST_WAITING = 10_000
"""Requests that may wait for news on one node."""


@dataclass(frozen=True, slots=True)
class Gone:
    """Who is here in a room has changed; `user_ids` are those who are no longer."""

    code: str
    here: int
    user_ids: tuple[str, ...]


@dataclass(eq=False, slots=True)
class _Room:
    """`over` has what ended, for somebody who is just coming in, before they were in."""

    ring: Ring = field(default_factory=Ring)
    people: PeopleHere = field(default_factory=PeopleHere)
    sessions: dict[LiveSession, None] = field(default_factory=dict)
    fresh: list[AnyEvent] = field(default_factory=list)
    waiting: set[News] = field(default_factory=set)
    over: dict[str, StoredEvent] = field(default_factory=dict)

    @property
    def deserted(self) -> bool:
        return not self.sessions and not self.waiting and self.people.deserted


Soon = Callable[[Callable[[], None]], object]
"""Has something done in the loop's next turn, as `call_soon` does."""


class Hub:
    """Everything that this node knows of rooms while somebody is in them.

    `steady` gives seconds. What happens in one turn of the loop is handed on two turns later: by then the senders have
    their replies too, so that one write carries both. Nothing is handed on later than that, no timer is waited for.
    """

    def __init__(self, steady: Callable[[], float], soon: Soon) -> None:
        self._steady = steady
        self._soon = soon
        self._unsent: dict[str, _Room] = {}
        self._rooms: dict[str, _Room] = {}
        self._attending: dict[LiveSession, None] = {}
        self._activity = Activity()
        self._unsettled: set[str] = set()
        self._waiting = 0
        self._closing: Closing | None = None

    # What happened

    def publish(self, event: StoredEvent) -> None:
        """Take in a durable event and hand it on; one that was known is dropped."""
        self._activity.note(event)
        room = self._rooms.get(event.code)
        if room is None:
            return
        if not room.ring.add(event):
            return
        self._hand_on(event.code, room, event)
        for news in room.waiting:
            news.arrive()
        self._change_hearers(room, event)

    def tell(self, code: str, event: EphemeralEvent) -> None:
        """Hand on something that is true for a moment."""
        if room := self._rooms.get(code):
            self._hand_on(code, room, event)

    def recent(self, code: str, since: int) -> list[StoredEvent] | None:
        """Return the events above a seq, or None if this node doesn't remember so far back."""
        room = self._rooms.get(code)
        return room.ring.since(since) if room else None

    def latest(self, code: str) -> list[StoredEvent]:
        """Return the events that this node remembers, oldest first; there is no gap between them."""
        room = self._rooms.get(code)
        return room.ring.all if room else []

    def last_number(self, code: str) -> int:
        """Return the number of a room's newest message, 0 if none was sent since this node knows the room."""
        room = self._rooms.get(code)
        return room.ring.last_number if room else 0

    def is_heard(self, code: str) -> bool:
        """Tell whether any session hears a room."""
        room = self._rooms.get(code)
        return room is not None and bool(room.sessions)

    def told(self, code: str) -> int:
        """Return the last seq that a room's sessions were handed, 0 if none was since this node knows the room.

        What waits is handed on first: whoever is answered now has been handed what is above that seq, or will be.
        """
        room = self._rooms.get(code)
        if room is None:
            return 0
        _flush_room(code, room)
        return room.ring.last_seq

    def in_step(self, code: str, seq: int) -> bool:
        """Tell whether nothing has happened after a seq. A session that was behind hears all that follows from here."""
        return self.told(code) <= seq

    @contextmanager
    def listening(self, code: str) -> Iterator[News]:
        """Wait for a room's next event; one that comes between the start and the wait isn't missed.

        Raises ChatError `unavailable` when too many wait already.
        """
        if self._waiting >= MOST_WAITING:
            raise ChatError(ErrorCode.UNAVAILABLE)
        news = News()
        if self._closing:
            news.arrive()
        room = self._room(code)
        room.waiting.add(news)
        self._waiting += 1
        try:
            yield news
        finally:
            self._waiting -= 1
            room.waiting.discard(news)
            self._drop_if_deserted(code)

    # Who is here

    def attend(self, session: LiveSession) -> None:
        """Let a session hear what concerns everybody."""
        self._attending[session] = None

    def depart(self, session: LiveSession) -> None:
        """Let a session hear nothing any more."""
        self._attending.pop(session, None)
        self._activity.forget(session)
        for code in list(session.rooms):
            self.unwatch(session, code)

    def rename(self, user: User) -> None:
        """Let all sessions of a user know what they are called now."""
        for session in self._attending:
            if session.user and session.user.id == user.id:
                session.user = user

    def follow(self, session: LiveSession, codes: Iterable[str]) -> None:
        """Let a session hear that something was said in these rooms, and in no others, while it hasn't them open."""
        self._activity.follow(session, codes)

    def watch(self, session: LiveSession, code: str) -> None:
        """Let a session hear a room's events from now on; its user is here."""
        room = self._room(code)
        if session in room.sessions or not session.user:
            return
        if ended := room.over.get(session.user.id):
            fan_out(code, [ended], [session])
            return
        _flush_room(code, room)
        room.sessions[session] = None
        session.rooms.add(code)
        room.people.enter(session.user.id)
        self._unsettled.add(code)
        if self._closing:
            if session not in self._attending:  # who attends was told with everybody
                fan_out("", [self._closing], [session])
            session.end(Disconnect.CLOSING)

    def unwatch(self, session: LiveSession, code: str) -> None:
        """Let a session hear no more of a room."""
        room = self._rooms.get(code)
        if room and session in room.sessions and session.user:
            del room.sessions[session]
            session.rooms.discard(code)
            room.people.leave(session.user.id, self._steady())
            self._unsettled.add(code)

    def touch(self, code: str, user_id: str, seconds: float = REQUEST_GRACE) -> None:
        """Note that somebody is here who has no connection."""
        room = self._room(code)
        if user_id not in room.over:
            room.people.touch(user_id, self._steady() + seconds)
            self._unsettled.add(code)

    def dismiss(self, code: str, user_id: str) -> None:
        """Let somebody hear no more of a room, on none of their sessions; they have gone, without a grace."""
        if room := self._rooms.get(code):
            for session in [each for each in room.sessions if each.user and each.user.id == user_id]:
                self.unwatch(session, code)
            room.people.forget(user_id)
            self._unsettled.add(code)

    @contextmanager
    def holding(self, code: str, user_id: str) -> Iterator[None]:
        """Keep somebody's seat while they come in; what shuts them out meanwhile is what they hear at the door."""
        room = self._room(code)
        room.people.hold(user_id)
        try:
            yield
        finally:
            room.people.release(user_id)
            if user_id not in room.people.held:
                room.over.pop(user_id, None)
            self._unsettled.add(code)

    def let_go(self, code: str, user_id: str) -> None:
        """Note that somebody has come in vain: unless they are here after all, they are said to have gone."""
        self._room(code).people.let_go(user_id)
        self._unsettled.add(code)

    def here(self, code: str) -> int:
        """Return how many people are here."""
        room = self._rooms.get(code)
        return len(room.people) if room else 0

    def is_here(self, code: str, user_id: str) -> bool:
        """Tell whether somebody is here."""
        room = self._rooms.get(code)
        return room is not None and user_id in room.people

    def is_expected(self, code: str, user_id: str) -> bool:
        """Tell whether somebody is here or coming in just now."""
        room = self._rooms.get(code)
        return room is not None and (user_id in room.people or user_id in room.people.held)

    def settle(self) -> list[Gone]:
        """Tell each room who came and went since the last call; return the rooms where that changed.

        Those who follow a room without having it open are told if something was said in it.
        """
        self._activity.tell()
        changes = []
        for code in list(self._unsettled):
            room = self._rooms.get(code)
            if room is None:
                self._unsettled.discard(code)
                continue
            if change := room.people.settle(self._steady()):
                self._tell(room, code, change)
                changes.append(Gone(code, change.here, change.gone))
            if room.people.settled:
                self._unsettled.discard(code)
                self._drop_if_deserted(code)
        return changes

    # The end, and how much there is

    def close(self, retry_after: float) -> None:
        """Tell everybody that the server is about to stop, once, and wake all who wait."""
        self._closing = Closing(reason=Disconnect.CLOSING, retry_after=retry_after)
        everybody = dict(self._attending)
        for code, room in self._rooms.items():
            _flush_room(code, room)
            everybody |= room.sessions
        fan_out("", [self._closing], everybody)
        for session in everybody:
            session.end(Disconnect.CLOSING)
        for news in [news for room in self._rooms.values() for news in room.waiting]:
            news.arrive()

    def counts(self) -> dict[str, int]:
        """Return how many rooms, sessions and waiting requests there are on this node."""
        return {"rooms": len(self._rooms), "sessions": len(self.sessions), "waiting": self._waiting}

    @property
    def sessions(self) -> set[LiveSession]:
        """The live sessions on this node, in whatever rooms."""
        return {session for room in self._rooms.values() for session in room.sessions} | set(self._attending)

    def _change_hearers(self, room: _Room, event: StoredEvent) -> None:
        match event:
            case MemberJoined():
                room.over.pop(event.user.id, None)
            case MemberLeft():
                _flush_room(event.code, room)
                room.over |= dict.fromkeys(room.people.held & {event.user.id}, event)
                self.dismiss(event.code, event.user.id)
            case RoomDeleted():
                _flush_room(event.code, room)
                room.over |= dict.fromkeys(room.people.held, event)
                for session in room.sessions:
                    session.rooms.discard(event.code)
                room.sessions.clear()
                room.people.clear()
                self._drop_if_deserted(event.code)  # else when the last who waits or comes in has heard of it

    def flush(self) -> None:
        """Hand on what has happened; what is too much for one turn follows in the next."""
        rooms, self._unsent = self._unsent, {}
        failed: Exception | None = None
        for code, room in rooms.items():
            events, room.fresh = room.fresh, []
            try:
                room.fresh = fan_out(code, events, room.sessions) if events else []
            except Exception as error:  # it fails alone: the other rooms are told all the same
                failed = error
            if room.fresh:
                self._flush_later(code, room)
        if failed:
            raise failed

    def _hand_on(self, code: str, room: _Room, event: AnyEvent) -> None:
        if room.sessions:
            room.fresh.append(event)
            self._flush_later(code, room)

    def _flush_later(self, code: str, room: _Room) -> None:
        first = not self._unsent
        self._unsent[code] = room
        if first:
            self._soon(self._flush_soon)

    def _flush_soon(self) -> None:
        self._soon(self.flush)

    def _tell(self, room: _Room, code: str, change: Change) -> None:
        if change.came or change.went:
            named = change.here <= MOST_NAMES
            came, went = (change.came, change.went) if named else ((), ())
            self._hand_on(code, room, Presence(code=code, here=change.here, came=came, went=went))

    def _room(self, code: str) -> _Room:
        room = self._rooms.get(code)
        if room is None:
            room = self._rooms[code] = _Room()
        return room

    def _drop_if_deserted(self, code: str) -> None:
        room = self._rooms.get(code)
        if room and room.deserted:
            del self._rooms[code]


def _flush_room(code: str, room: _Room) -> None:
    while room.fresh:
        room.fresh = fan_out(code, room.fresh, room.sessions)
