"""Counting how often a session does what is counted, by its user or by its address."""

from hubbub.chat.context import Context
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.throttle import LIMITS, Throttle, whole_seconds
from hubbub.session import Session

BY_ADDRESS = frozenset({Throttle.CREATE_ROOM, Throttle.NEW_GUEST})


def count(chat: Context, session: Session, throttle: Throttle) -> None:
    """Count once more; refuse what is too often. Raises `slow_down`."""
    if not chat.settings.throttle:
        return
    who = session.network if throttle in BY_ADDRESS or not session.user else session.user.id
    wait = chat.buckets[throttle].take(who, chat.clock.steady())
    if wait:
        silent = LIMITS[throttle].silent
        raise ChatError(ErrorCode.SLOW_DOWN, retry_after=whole_seconds(wait), silent=silent)
