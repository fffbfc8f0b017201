"""The port to what is kept; every adapter holds the promises written here, and one contract suite tries them all."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Protocol

from hubbub.core.event import MessageSent, StoredEvent
from hubbub.core.member import Member
from hubbub.core.reply import Sent
from hubbub.core.room import Lifetime, Room
from hubbub.core.user import Login, User
from hubbub.core.value import value


class CodeTakenError(Exception):
    """A live or resting room has this code."""


class StoreBrokenError(Exception):
    """The store can't be opened; its message is one line for the person who started the server."""


@value(frozen=True, slots=True)
class NewRoom:
    """A room to be made; `at` in milliseconds."""

    code: str
    epoch: str
    title: str
    private: bool
    capacity: int | None
    lifetime: Lifetime
    expires_days: int | None
    owner: User
    at: int

    def under(self, code: str) -> "NewRoom":
        """Return the same room under another code."""
        return replace(self, code=code)


@value(frozen=True, slots=True)
class NewMessage:
    """A message to be appended; `at` in milliseconds."""

    code: str
    author: User
    text: str
    client_message_id: str
    reply_to: int | None
    at: int


@value(frozen=True, slots=True)
class Membership:
    """A room and somebody's place in it."""

    room: Room
    member: Member


@value(frozen=True, slots=True)
class CodeTry:
    """What came of trying a code: the room, or nothing, and how long to wait.

    `wait` in milliseconds: of one who may not try at the moment. `misses_of_all` counts everybody's lately.
    """

    room: Room | None
    wait: int = 0
    misses_of_all: int = 0


@value(frozen=True, slots=True)
class Commit:
    """Events of one room that have just become durable, in order of seq."""

    room_id: int
    private: bool
    events: tuple[StoredEvent, ...]


CommitListener = Callable[[Commit], None]


class Store(Protocol):
    """One log per room, and the tables that it changes.

    Every change is one transaction: all of it is durable when its method returns, or nothing of it happened. Seqs and
    numbers of a room are dense: 1, 2, 3 … A change that meets a full disk raises ChatError `storage_full`, one that
    can't be tried now raises `unavailable`; both may be retried. Rooms are named by their code. Of a user who is
    passed in only the id counts: name and kind are those stored. Raises `not_logged_in` if there is no such user.
    """

    def on_commit(self, listener: CommitListener) -> None:
        """Call the listener on the event loop after each commit, a room's commits in order of seq.

        It is called before the change's own method returns, and also when that method was cancelled meanwhile.
        """

    async def told(self) -> None:
        """Return when the listener has been called for every commit that can be read by now."""

    async def close(self) -> None:
        """Finish the changes that wait, then let go of everything."""

    async def ping(self) -> None:
        """Return when the store can be read. Raises ChatError `unavailable` otherwise."""

    # People

    async def add_guest(self, user: User, token_hash: bytes, at: int) -> None:
        """Keep a new guest with their login."""

    async def find_login(self, token_hash: bytes) -> Login | None:
        """Return the login with this token, lapsed or not."""

    async def touch_login(self, token_hash: bytes, at: int) -> None:
        """Write down that a login was used, never an earlier time; do nothing if it is gone."""

    async def change_name(self, user_id: str, name: str, at: int) -> User:
        """Rename a user and tell each of their rooms (`member_renamed`).

        Raises `name_taken`, with a suggestion, if the name folds like an account's or, in a room where the user has a
        seat, like that of someone else with one.
        """

    # Rooms

    async def add_room(self, draft: NewRoom) -> Room:
        """Make a room with its owner as first member, seated (`room_created`, `member_joined`).

        Raises CodeTakenError.
        """

    async def find_room(self, code: str) -> Room | None:
        """Return the live room with this code."""

    async def try_code(self, code: str, keys: Sequence[str], at: int, *, private: bool) -> CodeTry:
        """Look a room up for somebody who isn't in it, and count the try against each of `keys` if it misses.

        A private room counts as missing unless `private` is set. Nothing is looked up while a key has to wait. Tries
        are counted one after another: guessing in parallel gains nothing. A code that rests is answered as any other
        that misses, but isn't counted: it is those who were in the room that ask for it.
        """

    async def delete_room(
        self, code: str, at: int, *, by: str | None, if_empty: bool = False, if_expired: bool = False
    ) -> bool:
        """Delete a room and all that belongs to it; its code rests (`room_deleted`, by that user or the owner).

        Returns False, and does nothing, if there is no such room; with `if_empty` also if someone has a seat in it,
        with `if_expired` if its days aren't over.
        """

    async def rooms_of(self, user_id: str, limit: int) -> list[Membership]:
        """Return the rooms somebody is a member of, that with the latest event first."""

    async def vanishing_rooms(self) -> list[Room]:
        """Return the live rooms with the lifetime `vanishes`."""

    async def expired_rooms(self, at: int) -> list[Room]:
        """Return the rooms with the lifetime `expires` whose last message, or making, is longer ago than their days."""

    # Members

    async def find_member(self, code: str, user_id: str) -> Membership | None:
        """Return somebody's membership, or None if they aren't a member or there is no such room."""

    async def add_member(self, code: str, user: User, at: int) -> Membership:
        """Make somebody a member with a seat (`member_joined` unless they were a member already).

        Who was here before keeps role and read position; a newcomer has read everything. Raises `room_not_found`,
        `room_full` if capacity is reached (accounts that are members and guests that have seats count), `name_taken`
        with a suggestion if the user's name folds like any account's or like that of someone else who has a seat.
        """

    async def take_seat(self, code: str, user_id: str) -> Membership:
        """Give a member a seat again, if they have none.

        Raises `not_a_member` (no room included), `room_full` and `name_taken` as `add_member` does.
        """

    async def end_membership(self, code: str, user_id: str, at: int) -> None:
        """End a membership and free its seat (`member_left`). Raises `not_a_member`."""

    async def free_seats(self, code: str, user_ids: Sequence[str]) -> None:
        """Free the seats of people who are no longer here; not an event."""

    async def seats(self) -> list[tuple[str, str]]:
        """Return (code, user id) of every seat: who was here when the last node stopped."""

    async def members(self, room_id: int, after: str, limit: int) -> list[Member]:
        """Return members in order of user id, those behind `after`."""

    async def set_read(self, code: str, user_id: str, number: int) -> int:
        """Move a read position forward, never back nor past the last message; return it. Raises `not_a_member`."""

    # Messages and events

    def append_message(self, draft: NewMessage) -> Awaitable[Sent]:
        """Append a message (`message_sent`) and move its author's read position to it.

        The same author's same client_message_id in the same room is the same message: it is answered as it was, and
        nothing is stored. An author without a seat takes one; of what is refused, the seat alone may stay.
        Raises `client_message_id_reused` if its text is another, `not_a_member` (no room included), `room_full` and
        `name_taken` as `take_seat` does, `message_not_found` if `reply_to` is no message of the room.
        """

    async def events(self, room_id: int, since: int, limit: int) -> list[StoredEvent]:
        """Return events with a seq above `since`, oldest first, texts and names as they are now."""

    async def messages(self, room_id: int, before: int | None, after: int | None, limit: int) -> list[MessageSent]:
        """Return messages, oldest first: the latest, the last ones below seq `before`, or the first above `after`."""
