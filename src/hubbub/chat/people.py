"""Being somebody: new guests, logins, names."""

import contextlib
import hashlib
from dataclasses import replace

from hubbub.chat.context import Context, user_of
from hubbub.chat.together import together
from hubbub.core import reply
from hubbub.core.command import ChangeName, CreateGuest, WhoAmI
from hubbub.core.error import ChatError
from hubbub.core.event import Person
from hubbub.core.name import clean_name
from hubbub.core.user import LOGIN_TOUCHED_EVERY, Login, User, new_token, new_user_id
from hubbub.session import Session

LOOK_AT_LOGINS_EVERY = 3600.0
"""Seconds between two looks at the logins of live sessions, since an open connection is a use."""


async def create_guest(chat: Context, session: Session, command: CreateGuest) -> reply.NewGuest:
    """Make a guest with a token of their own. Raises `name_invalid`, `too_long`."""
    user = User(new_user_id(chat.random_bytes), clean_name(command.name))
    token = new_token(chat.random_bytes)
    await chat.store.add_guest(user, _hash(token), chat.clock.now())
    return reply.NewGuest(token=token, user=Person(user.id, user.name))


async def change_name(chat: Context, session: Session, command: ChangeName) -> reply.Me:
    """Rename the session's user everywhere. Raises `name_invalid`, `too_long`, `name_taken`."""
    name = clean_name(command.name)
    session.user = user = await chat.store.change_name(user_of(session).id, name, chat.clock.now())
    chat.hub.rename(user)
    return reply.Me(user=Person(user.id, user.name))


async def who_am_i(chat: Context, session: Session, command: WhoAmI) -> reply.Me:
    """Say who the session's user is."""
    user = user_of(session)
    return reply.Me(user=Person(user.id, user.name))


async def log_in(chat: Context, session: Session, token: str) -> None:
    """Make a session that of a token's user, unless it lies unused for too long."""
    login = await chat.store.find_login(_hash(token))
    now = chat.clock.now()
    if login is None or login.lapsed(now):
        return
    session.user, session.login = login.user, login
    if _is_to_be_touched(login, now):
        with contextlib.suppress(ChatError):  # a full disk is no reason to know nobody
            await _touch(chat, session, login, now)


async def touch_logins(chat: Context) -> None:
    """Write down, now and then, that the logins of live sessions are in use. Raises `storage_full`, `unavailable`."""
    if chat.clock.steady() < chat.look_at_logins_at:
        return
    chat.look_at_logins_at = chat.clock.steady() + LOOK_AT_LOGINS_EVERY
    now = chat.clock.now()
    in_use = [(each, each.login) for each in chat.hub.sessions if each.login]
    await together(_touch(chat, *each, now) for each in in_use if _is_to_be_touched(each[1], now))


async def _touch(chat: Context, session: Session, login: Login, now: int) -> None:
    await chat.store.touch_login(login.token_hash, now)
    session.login = replace(login, used_at=now)


def _is_to_be_touched(login: Login, now: int) -> bool:
    return now - login.used_at > LOGIN_TOUCHED_EVERY


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
