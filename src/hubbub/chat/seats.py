"""Seats: who is here has one, and who asks about a room is here if there is one for them."""

from collections.abc import Iterator
from contextlib import contextmanager

from hubbub.chat.codes import find_membership
from hubbub.chat.context import Context, user_of
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.join_code import tidy_code
from hubbub.hub.presence import REQUEST_GRACE
from hubbub.session import LiveSession, Session
from hubbub.store.base import Membership

_NO_SEAT = frozenset({
    ErrorCode.NAME_TAKEN, ErrorCode.NOT_A_MEMBER, ErrorCode.ROOM_FULL, ErrorCode.ROOM_NOT_FOUND, ErrorCode.SLOW_DOWN,
})  # fmt: skip
"""Refusals that leave nobody with a seat who came without one."""


@contextmanager
def coming_in(chat: Context, session: Session, code: str) -> Iterator[bool]:
    """Keep the seat of a session's user until they are here; what they took in vain is freed again.

    Yields whether they are losing their seat: the one that is found may be gone in the next moment.
    """
    user_id = user_of(session).id
    with chat.hub.holding(code, user_id):
        try:
            yield user_id in chat.leaving.get(code, ())
        except BaseException as failed:
            _let_go(chat, code, user_id, failed)
            raise


async def visit(chat: Context, session: Session, code: str, seconds: float = REQUEST_GRACE) -> Membership:
    """Return the place of the session's user in a room, for a request about it: who asks is here for so long.

    A live session is here by watching, whatever it asks, and a little longer. Raises `not_a_member`, `room_not_found`.
    """
    if isinstance(session, LiveSession):
        return await find_membership(chat, session, code)
    return await be_here(chat, session, code, seconds)


async def be_here(chat: Context, session: Session, code: str, seconds: float) -> Membership:
    """Return the place of the session's user in a room; they are here for so long, if there is a seat for them.

    Who finds none may read all the same. Raises `not_a_member`, `room_not_found`.
    """
    user_id, tidy = user_of(session).id, tidy_code(code)
    with coming_in(chat, session, tidy) as losing_it:
        found = await find_membership(chat, session, code)
        try:
            found = await _sit(chat, found, losing_it)
        except ChatError as refused:
            _let_go(chat, tidy, user_id, refused)
        else:
            chat.hub.touch(tidy, user_id, seconds)
    return found


async def watch(chat: Context, session: LiveSession, code: str) -> None:
    """Let a member's session hear a room; unlike `join_room` it makes nobody a member who has left meanwhile.

    Raises `not_a_member`, `room_not_found`, `room_full`, `name_taken`.
    """
    tidy = tidy_code(code)
    with coming_in(chat, session, tidy) as losing_it:
        await _sit(chat, await find_membership(chat, session, code), losing_it)
        chat.hub.watch(session, tidy)


def _let_go(chat: Context, code: str, user_id: str, why: BaseException) -> None:
    """Have the seat freed of somebody who comes in vain, unless it is certain that they have none."""
    if not (isinstance(why, ChatError) and why.code in _NO_SEAT):
        chat.hub.let_go(code, user_id)


async def _sit(chat: Context, found: Membership, losing_it: bool) -> Membership:
    """Return the membership of a member who has a seat; who has one already costs no write."""
    if found.member.seated and not losing_it:
        return found
    return await chat.store.take_seat(found.room.code, found.member.user.id)
