"""One room of the in-memory store: its log, and everybody's place in it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypedDict

from hubbub.core.clock import DAY
from hubbub.core.event import (
    Author,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageSent,
    Person,
    RoomCreated,
    StoredEvent,
)
from hubbub.core.member import Member, Role
from hubbub.core.room import Room
from hubbub.core.user import User, UserKind
from hubbub.store.base import Membership, NewRoom


@dataclass(slots=True)
class Place:
    """What the room knows of one person; who left keeps it, not being `active`."""

    role: Role
    joined_at: int
    read_number: int
    active: bool = True
    seated: bool = True


class Next(TypedDict):
    """What the next event of a room has, whatever its type."""

    code: str
    seq: int
    at: int
    by: Author


@dataclass(slots=True)
class KeptRoom:
    """A room with all that belongs to it; `users` are those of the whole store."""

    room: Room
    owner_id: str
    users: dict[str, User]
    last_event_at: int
    last_message_at: int
    places: dict[str, Place] = field(default_factory=dict)
    log: list[StoredEvent] = field(default_factory=list)
    sent: dict[tuple[str, str], MessageSent] = field(default_factory=dict)

    def next(self, user_id: str, at: int) -> Next:
        """Return where and by whom the next event happens."""
        return {"code": self.room.code, "seq": self.room.last_seq + 1, "at": at, "by": self.author(user_id)}

    def add(self, event: StoredEvent) -> None:
        """Append an event to the log."""
        self.log.append(event)
        self.room = replace(self.room, last_seq=event.seq)
        self.last_event_at = event.at
        if isinstance(event, MessageSent):
            self.room = replace(self.room, last_number=event.number)
            self.last_message_at = event.at
            self.sent[event.by.id, event.client_message_id] = event

    def member(self, user_id: str) -> Member | None:
        """Return a member, as they are now."""
        place = self.places.get(user_id)
        if place is None or not place.active:
            return None
        return Member(self.users[user_id], place.role, place.joined_at, place.read_number, place.seated)

    def membership(self, user_id: str) -> Membership | None:
        """Return the room and somebody's place in it, if they are a member."""
        member = self.member(user_id)
        return Membership(self.room, member) if member else None

    def members(self) -> Iterator[Member]:
        """Return all members in order of user id."""
        return (member for user_id in sorted(self.places) if (member := self.member(user_id)))

    def expired(self, at: int) -> bool:
        """Tell whether the room's days are over."""
        days = self.room.expires_days
        return days is not None and self.last_message_at + days * DAY < at

    def seated(self) -> list[str]:
        """Return the ids of all who have a seat."""
        return [user_id for user_id, place in self.places.items() if place.seated]

    def counted(self) -> int:
        """Return what counts against the capacity: accounts that are members, guests that have seats."""
        return sum(member.seated or member.user.kind is UserKind.ACCOUNT for member in self.members())

    def author(self, user_id: str) -> Author:
        """Return somebody as the author of an event, with the name and role that they have now."""
        place = self.places.get(user_id)
        return Author(user_id, self.users[user_id].name, place.role if place else Role.OWNER)

    def person(self, user_id: str) -> Person:
        """Return somebody as events name them, with the name that they have now."""
        return Person(user_id, self.users[user_id].name)

    def message(self, seq: int) -> MessageSent | None:
        """Return the message with this seq."""
        event = self.log[seq - 1] if 0 < seq <= len(self.log) else None
        return event if isinstance(event, MessageSent) else None

    def messages(self) -> list[MessageSent]:
        """Return all messages, oldest first, as they are now."""
        return [replace(event, by=self.author(event.by.id)) for event in self.log if isinstance(event, MessageSent)]

    def read_back(self, event: StoredEvent) -> StoredEvent:
        """Return an event with the names as they are now."""
        event = replace(event, by=self.author(event.by.id))
        if isinstance(event, MemberJoined | MemberLeft | MemberRenamed):
            event = replace(event, user=self.person(event.user.id))
        return event


def open_room(draft: NewRoom, room_id: int, users: dict[str, User]) -> tuple[KeptRoom, RoomCreated, MemberJoined]:
    """Return a new room in which its owner sits, and its first two events."""
    room = Room(
        room_id, draft.code, draft.epoch, draft.title, draft.private, draft.capacity, draft.lifetime,
        draft.expires_days, draft.at,
    )  # fmt: skip
    owner_id = draft.owner.id
    kept = KeptRoom(room, owner_id, users, draft.at, draft.at)
    kept.places[owner_id] = Place(Role.OWNER, draft.at, 0)
    by = kept.author(owner_id)
    created = RoomCreated(
        code=draft.code, seq=1, at=draft.at, by=by, title=draft.title, private=draft.private,
        capacity=draft.capacity, lifetime=draft.lifetime, expires_days=draft.expires_days,
    )  # fmt: skip
    joined = MemberJoined(code=draft.code, seq=2, at=draft.at, by=by, user=kept.person(owner_id), role=Role.OWNER)
    return kept, created, joined
