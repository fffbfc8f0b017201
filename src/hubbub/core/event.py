"""Events: every fact that a client can hear, stored ones with a seq in their room's log and ephemeral ones without."""

from dataclasses import replace
from typing import ClassVar

from hubbub.core.member import Role
from hubbub.core.room import Lifetime
from hubbub.core.value import value


@value(frozen=True, slots=True)
class Person:
    """A user as events name them."""

    id: str
    name: str


@value(frozen=True, slots=True)
class Author:
    """Who did something, with their role in the room."""

    id: str
    name: str
    role: Role


@value(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """A fact that took a place in its room's log; `at` is in milliseconds."""

    type: ClassVar[str]
    code: str
    seq: int
    at: int
    by: Author


@value(frozen=True, slots=True, kw_only=True)
class RoomCreated(StoredEvent):
    """The first event of every room."""

    type: ClassVar[str] = "room_created"
    title: str
    private: bool
    capacity: int | None
    lifetime: Lifetime
    expires_days: int | None = None


@value(frozen=True, slots=True, kw_only=True)
class MemberJoined(StoredEvent):
    """Somebody became a member, with that role."""

    type: ClassVar[str] = "member_joined"
    user: Person
    role: Role


@value(frozen=True, slots=True, kw_only=True)
class MemberLeft(StoredEvent):
    """A member ended their membership themselves."""

    type: ClassVar[str] = "member_left"
    user: Person


@value(frozen=True, slots=True, kw_only=True)
class MemberRenamed(StoredEvent):
    """A member goes by another name from here on."""

    type: ClassVar[str] = "member_renamed"
    user: Person
    name: str


@value(frozen=True, slots=True, kw_only=True)
class MessageSent(StoredEvent):
    """A member said something; the text is the one that stands now. `number` counts the room's messages."""

    type: ClassVar[str] = "message_sent"
    text: str | None = None
    number: int
    client_message_id: str
    reply_to: int | None = None


@value(frozen=True, slots=True, kw_only=True)
class RoomDeleted(StoredEvent):
    """The room is gone, its log too; every session's last event. It is by the owner, also when its time was over."""

    type: ClassVar[str] = "room_deleted"


@value(frozen=True, slots=True, kw_only=True)
class EphemeralEvent:
    """A fact that is true for a moment and stored nowhere."""

    type: ClassVar[str]


@value(frozen=True, slots=True, kw_only=True)
class Presence(EphemeralEvent):
    """Who is here changed: how many are, and who came and went (user ids); above 100 or after a gap, nobody."""

    type: ClassVar[str] = "presence"
    code: str
    here: int
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()


@value(frozen=True, slots=True, kw_only=True)
class Typing(EphemeralEvent):
    """A member is writing something."""

    type: ClassVar[str] = "typing"
    code: str
    user: Person


@value(frozen=True, slots=True, kw_only=True)
class RoomActivity(EphemeralEvent):
    """Something was said in a room of one's own that this session hasn't open; told once a second at most."""

    type: ClassVar[str] = "room_activity"
    code: str
    last_number: int


@value(frozen=True, slots=True, kw_only=True)
class Welcome(EphemeralEvent):
    """The session is somebody; a new guest is told the token that proves it from now on."""

    type: ClassVar[str] = "welcome"
    me: Person
    token: str | None = None


@value(frozen=True, slots=True, kw_only=True)
class Refused(EphemeralEvent):
    """A command that nobody waits for was refused; `error` has the fields of every refusal."""

    type: ClassVar[str] = "refused"
    command: str
    error: dict[str, str | float | None]


@value(frozen=True, slots=True, kw_only=True)
class Closing(EphemeralEvent):
    """The server is about to close this session; come back after so many seconds."""

    type: ClassVar[str] = "closing"
    reason: str
    retry_after: float


STORED_EVENTS: tuple[type[StoredEvent], ...] = (
    RoomCreated,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageSent,
    RoomDeleted,
)
EPHEMERAL_EVENTS: tuple[type[EphemeralEvent], ...] = (Presence, Typing, RoomActivity, Welcome, Refused, Closing)

AnyEvent = StoredEvent | EphemeralEvent


def with_name(event: StoredEvent, name: str) -> StoredEvent:
    """Return the event as told under its author's present name."""
    return replace(event, by=replace(event.by, name=name))
