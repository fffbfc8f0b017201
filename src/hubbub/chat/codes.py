"""Finding a room by its code: members find theirs, strangers are counted when they guess wrong."""

from hubbub.chat.context import Context, user_of
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.join_code import is_code, tidy_code
from hubbub.core.room import Room
from hubbub.core.throttle import ALARM_DELAY, ALARM_MISSES, whole_seconds
from hubbub.session import Session
from hubbub.store.base import Membership


async def find_membership(chat: Context, session: Session, code: str) -> Membership:
    """Return the place of the session's user in a room.

    Raises `not_a_member` in an open room; a private one and none at all are alike `room_not_found`.
    """
    found = await chat.store.find_member(tidy_code(code), user_of(session).id)
    if found is None:
        await find_room(chat, session, code)
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    return found


async def find_room(chat: Context, session: Session, code: str, *, entering: bool = False) -> Room:
    """Return a room for somebody who isn't in it; a private one only to those who come in by its code.

    Raises `room_not_found`, and counts it; `slow_down` after too many of them.
    """
    tidy = tidy_code(code)
    if not is_code(tidy):
        raise _not_found(code)
    keys = [f"address {session.network}", f"user {user_of(session).id}"] if chat.settings.throttle else []
    tried = await chat.store.try_code(tidy, keys, chat.clock.even(), private=entering)
    if tried.wait:
        words = "Too many wrong codes. Wait a little before you try another."
        raise ChatError(ErrorCode.SLOW_DOWN, words, retry_after=whole_seconds(tried.wait / 1000))
    if tried.room is None:
        if chat.settings.throttle and tried.misses_of_all > ALARM_MISSES:
            await chat.sleep(ALARM_DELAY)
        raise _not_found(code)
    return tried.room


def _not_found(code: str) -> ChatError:
    return ChatError(ErrorCode.ROOM_NOT_FOUND, f"There is no room {code}.", field="code")
