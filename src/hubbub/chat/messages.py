"""Messages: saying something, reading what was said, and how far one has read."""

from collections.abc import Awaitable
from contextlib import suppress

from hubbub.chat.catch_up import published
from hubbub.chat.codes import find_membership
from hubbub.chat.context import Context, user_of
from hubbub.chat.seats import be_here, coming_in, visit
from hubbub.chat.together import together
from hubbub.core import reply
from hubbub.core.command import Messages, Read, SendMessage
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.join_code import tidy_code
from hubbub.core.page import fit
from hubbub.core.text import clean_text
from hubbub.core.user import new_user_id
from hubbub.hub.presence import GRACE, REQUEST_GRACE
from hubbub.session import LiveSession, Session
from hubbub.store.base import NewMessage


def send_message(chat: Context, session: Session, command: SendMessage) -> Awaitable[reply.Sent]:
    """Append a message to a room's log; the reply is its durable place.

    Most messages are of sessions that watch the room: for them there is nothing but the store to wait for.
    Raises `text_invalid`, `too_long`, `client_message_id_reused`, `message_not_found`, `not_a_member`,
    `room_not_found`; and `room_full`, `name_taken` if there is no seat any more for who had gone.
    """
    draft = NewMessage(
        code=tidy_code(command.code),
        author=user_of(session),
        text=clean_text(command.text),
        client_message_id=command.client_message_id or new_user_id(chat.random_bytes),
        reply_to=command.reply_to,
        at=chat.clock.now(),
    )
    if isinstance(session, LiveSession) and draft.code in session.rooms:
        return chat.store.append_message(draft)
    return _come_and_say(chat, session, command.code, draft)


async def messages(chat: Context, session: Session, command: Messages) -> reply.MessagePage:
    """Return a page of messages as they are now. Raises `not_a_member`, `room_not_found`."""
    if command.before is not None and command.after is not None:
        raise ChatError(ErrorCode.BAD_REQUEST, "Ask for messages before a seq or after one, not both.", field="after")
    room = (await visit(chat, session, command.code)).room
    read = await chat.store.messages(room.id, command.before, command.after, command.limit + 1)
    rows = await published(chat, room.code, read)
    page, more = fit(rows, command.limit, keep_newest=command.after is None)
    last_seq = max(room.last_seq, rows[-1].seq if rows else 0)
    return reply.MessagePage(messages=page, last_seq=last_seq, epoch=room.epoch, more=more)


async def read(chat: Context, session: Session, command: Read) -> reply.ReadPosition:
    """Move the read position of the session's user. Raises `not_a_member`, `room_not_found`."""
    found = await visit(chat, session, command.code)
    code, user_id = found.room.code, found.member.user.id
    before = chat.reads.position(code, user_id, found.member.read_number)
    reached = max(before, min(command.number, found.room.last_number))
    if reached > before and chat.reads.note(code, user_id, reached, chat.clock.steady()):
        await chat.store.set_read(code, user_id, reached)
    return reply.ReadPosition(read_number=reached)


async def write_reads(chat: Context, *, everything: bool = False) -> None:
    """Write the read positions whose time has come, many in one commit.

    Raises `storage_full`, `unavailable`; what isn't written then waits for the next time.
    """
    rows = chat.reads.due(chat.clock.steady(), everything=everything)
    await together(_write_read(chat, *row) for row in rows)


async def _write_read(chat: Context, code: str, user_id: str, number: int) -> None:
    try:
        await chat.store.set_read(code, user_id, number)
    except ChatError as error:
        if error.code is not ErrorCode.NOT_A_MEMBER:
            raise
        chat.reads.forget(code, user_id)
    else:
        chat.reads.wrote(code, user_id, number)


async def _come_and_say(chat: Context, session: Session, code: str, draft: NewMessage) -> reply.Sent:
    """Append a message of somebody who doesn't watch the room; they are here by it, a live session for its grace.

    The message goes first: those that are sent at once reach the store in their order.
    """
    with coming_in(chat, session, draft.code):
        try:
            sent = await chat.store.append_message(draft)
        except ChatError as error:
            if error.code is ErrorCode.NOT_A_MEMBER:
                await find_membership(chat, session, code)  # raises the refusal that fits the room
            raise
        with suppress(ChatError):  # the message is kept, come what may
            seconds = GRACE if isinstance(session, LiveSession) else REQUEST_GRACE
            await _be_here_still(chat, session, draft.code, seconds)
    return sent


async def _be_here_still(chat: Context, session: Session, code: str, seconds: float) -> None:
    """Count somebody as here who has just said something; who is here has a seat, and costs no query.

    A message that was sent before is answered to those too who have lost theirs.
    """
    if chat.hub.is_here(code, user_of(session).id):
        chat.hub.touch(code, user_of(session).id, seconds)
    else:
        await be_here(chat, session, code, seconds)
