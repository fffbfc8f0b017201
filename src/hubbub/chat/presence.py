"""Who is here, as the rooms are told and as seats follow it."""

from hubbub.chat.context import Context, user_of
from hubbub.chat.lifetimes import note_here
from hubbub.chat.together import together
from hubbub.core import reply
from hubbub.core.command import Typing as TypingCommand
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import Person, Typing
from hubbub.core.join_code import tidy_code
from hubbub.hub.presence import REQUEST_GRACE
from hubbub.session import LiveSession, Session


async def begin(chat: Context) -> None:
    """Count everybody who had a seat when the last server stopped as here for a moment, so that they can come back."""
    for code, user_id in await chat.store.seats():
        chat.hub.touch(code, user_id, REQUEST_GRACE)


async def typing(chat: Context, session: Session, command: TypingCommand) -> reply.Done:
    """Tell a room that somebody is writing; it is stored nowhere. Raises `not_a_member` unless the session hears it."""
    user, code = user_of(session), tidy_code(command.code)
    if not isinstance(session, LiveSession) or code not in session.rooms:
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    chat.hub.tell(code, Typing(code=code, user=Person(user.id, user.name)))
    return reply.Done()


async def tell(chat: Context) -> None:
    """Tell each room who came and went; who has gone gives up the seat, those of many rooms in one commit.

    Raises `storage_full`, `unavailable`; the seats that aren't freed then wait for the next time.
    """
    for change in chat.hub.settle():
        note_here(chat, change.code, change.here)
        chat.leaving.setdefault(change.code, set()).update(change.user_ids)
    await together(_free_seats(chat, *leaving) for leaving in list(chat.leaving.items()))


async def _free_seats(chat: Context, code: str, user_ids: set[str]) -> None:
    """Free the seats of those who have gone; who comes back meanwhile keeps theirs."""
    gone = sorted(user_id for user_id in user_ids if not chat.hub.is_expected(code, user_id))
    if gone:
        await chat.store.free_seats(code, gone)
    del chat.leaving[code]
