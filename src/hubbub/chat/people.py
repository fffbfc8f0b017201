"""Being somebody: new guests, logins, names."""

import contextlib
import hashlib

from hubbub.chat.context import Context, user_of
from hubbub.core import reply
from hubbub.core.command import ChangeName, CreateGuest, WhoAmI
from hubbub.core.error import ChatError
from hubbub.core.event import Person
from hubbub.core.name import clean_name
from hubbub.core.user import LOGIN_TOUCHED_EVERY, User, new_token, new_user_id
from hubbub.session import Session


async def create_guest(chat: Context, session: Session, command: CreateGuest) -> reply.NewGuest:
    """Make a guest with a token of their own. Raises `name_invalid`, `too_long`."""
    user = User(new_user_id(chat.random_bytes), clean_name(command.name))
    token = new_token(chat.random_bytes)
    await chat.store.add_guest(user, _hash(token), chat.clock.now())
    return reply.NewGuest(token=token, user=Person(user.id, user.name))


async def change_name(chat: Context, session: Session, command: ChangeName) -> reply.Me:
    """Rename the session's user everywhere. Raises `name_invalid`, `too_long`, `name_taken`."""
    name = clean_name(command.name)
    session.user = await chat.store.change_name(user_of(session).id, name, chat.clock.now())
    return reply.Me(user=Person(session.user.id, session.user.name))


async def who_am_i(chat: Context, session: Session, command: WhoAmI) -> reply.Me:
    """Say who the session's user is."""
    user = user_of(session)
    return reply.Me(user=Person(user.id, user.name))


async def log_in(chat: Context, token: str) -> User | None:
    """Return the user of a token, unless it lies unused for too long."""
    login = await chat.store.find_login(_hash(token))
    now = chat.clock.now()
    if login is None or login.lapsed(now):
        return None
    if now - login.used_at > LOGIN_TOUCHED_EVERY:
        with contextlib.suppress(ChatError):  # a full disk is no reason to know nobody
            await chat.store.touch_login(login.token_hash, now)
    return login.user


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
