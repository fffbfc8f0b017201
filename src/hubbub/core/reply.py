"""Replies: what a command is answered when it was carried out."""

from hubbub.core.event import MessageSent, Person, StoredEvent
from hubbub.core.member import Role
from hubbub.core.room import Lifetime
from hubbub.core.value import value


@value(frozen=True, slots=True, kw_only=True)
class Done:
    """Carried out; there is nothing more to say."""


@value(frozen=True, slots=True, kw_only=True)
class Me:
    """Who this session is taken for."""

    user: Person


@value(frozen=True, slots=True, kw_only=True)
class NewGuest:
    """A new guest, and the token that proves it: it is told once and stored nowhere."""

    token: str
    user: Person


@value(frozen=True, slots=True, kw_only=True)
class RoomView:
    """A room; `here` is how many people have it open now, `created_at` in milliseconds."""

    code: str
    title: str
    private: bool
    capacity: int | None
    lifetime: Lifetime
    expires_days: int | None
    created_at: int
    here: int


@value(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A member, and whether they are here."""

    id: str
    name: str
    role: Role
    here: bool


@value(frozen=True, slots=True, kw_only=True)
class Joined:
    """The room as one finds it.

    `events` are those after the `since` that was asked for; when they are too many, or of another epoch, there
    is `reset` and the latest `messages` instead.
    """

    room: RoomView
    me: MemberView
    here: int
    last_seq: int
    last_number: int
    read_number: int
    epoch: str
    reset: bool = False
    events: tuple[StoredEvent, ...] | None = None
    messages: tuple[MessageSent, ...] | None = None
    more: bool = False


@value(frozen=True, slots=True, kw_only=True)
class Sent:
    """The message has its place in the log, and is durable. `at` is in milliseconds."""

    seq: int
    number: int
    at: int


@value(frozen=True, slots=True, kw_only=True)
class ReadPosition:
    """Up to which message's number this user has read the room."""

    read_number: int


@value(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events in order of seq; `more` says that others follow already."""

    events: tuple[StoredEvent, ...]
    last_seq: int
    epoch: str
    more: bool


@value(frozen=True, slots=True, kw_only=True)
class MessagePage:
    """Messages in order of seq; `more` says that others lie beyond, on the side that was asked for."""

    messages: tuple[MessageSent, ...]
    last_seq: int
    epoch: str
    more: bool


@value(frozen=True, slots=True, kw_only=True)
class MemberPage:
    """Members in order of id; `more` says that others follow the last."""

    members: tuple[MemberView, ...]
    here: int
    more: bool


@value(frozen=True, slots=True, kw_only=True)
class MyRoom:
    """A room in one's own list: unread are `last_number - read_number`."""

    code: str
    title: str
    role: Role
    last_number: int
    read_number: int


@value(frozen=True, slots=True, kw_only=True)
class MyRooms:
    """The 200 rooms of this user that changed last, the latest first; `more` says that there are others."""

    rooms: tuple[MyRoom, ...]
    more: bool
