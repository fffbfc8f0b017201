"""What the home page's form does: be somebody, then make a room or come into one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hubbub.core.command import ChangeName, CreateGuest, CreateRoom, JoinRoom
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.join_code import is_code, tidy_code
from hubbub.core.name import clean_name
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.pages.form import Form
from hubbub.gateways.http.pages.visitor import Visitor, newcomer

_LINK = re.compile(r"/(?:r/|lite/)?([A-Za-z]{4,8})/?(?:[?#].*)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Entered:
    """It worked: this is the room, and who is in it now."""

    code: str
    visitor: Visitor


@dataclass(eq=False)
class FormRefusedError(Exception):
    """It didn't; `visitor` is who asks the next time."""

    errors: Sequence[ChatError]
    visitor: Visitor


def typed_code(typed: str) -> str:
    """Return the code that somebody means: one typed in any case and with spaces, or a pasted link."""
    link = _LINK.search(typed.strip())
    return tidy_code(link[1] if link else typed)


async def enter(door: Door, visitor: Visitor, form: Form) -> Entered:
    """Do what the form asks. Raises FormRefusedError.

    Who was somebody already stays that until it has worked; a stranger is a guest from here on, so that trying again
    makes no second one.
    """
    if errors := list(_wrong(form)):
        raise FormRefusedError(errors, visitor)
    guest = visitor
    try:
        guest = await _be_somebody(door, visitor, form)
        return Entered(await _open(door, guest, form), guest)
    except ChatError as error:
        raise FormRefusedError([error], visitor if visitor.user else guest) from None


def _wrong(form: Form) -> "list[ChatError]":
    """Return what can be told without asking anybody."""
    if form.action not in {"join", "create"}:
        return [ChatError(ErrorCode.BAD_REQUEST, "Join a room or create one: press one of the two buttons.")]
    wrong = []
    if not form.name.strip():
        wrong.append(ChatError(ErrorCode.NAME_INVALID, "Please enter a name.", field="name"))
    if form.action == "join":
        code = typed_code(form.code)
        if not code:
            wrong.append(ChatError(ErrorCode.BAD_REQUEST, "Please enter a room code.", field="code"))
        elif not is_code(code):
            words = "There is no such room. A code has four to eight letters."
            wrong.append(ChatError(ErrorCode.ROOM_NOT_FOUND, words, field="code"))
    return wrong


async def _be_somebody(door: Door, visitor: Visitor, form: Form) -> Visitor:
    """Return the visitor under the name of the form: a new guest, or the same one, renamed if need be."""
    if visitor.user is None or form.fresh:
        return newcomer(visitor, await door.chat.handle(visitor.session, CreateGuest(name=form.name)))
    if clean_name(form.name) != visitor.user.name:
        await door.chat.handle(visitor.session, ChangeName(name=form.name))
    return visitor


async def _open(door: Door, guest: Visitor, form: Form) -> str:
    """Make a room or come into one; return its code."""
    if form.action == "create":
        room = await door.chat.handle(guest.session, CreateRoom())
        return str(room.code)
    joined = await door.chat.handle(guest.session, JoinRoom(code=typed_code(form.code)))
    return str(joined.room.code)
