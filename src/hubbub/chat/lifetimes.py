"""Lifetimes: rooms that vanish when everybody has gone, and rooms that expire."""

from hubbub.chat.context import Context
from hubbub.core.room import Lifetime, Room

LOOK_FOR_EXPIRED_EVERY = 30.0
"""Seconds between two queries for rooms whose days are over."""


async def begin(chat: Context) -> None:
    """Watch the rooms that may vanish; their time runs from now if nobody comes."""
    for room in await chat.store.vanishing_rooms():
        watch_lifetime(chat, room)


def watch_lifetime(chat: Context, room: Room) -> None:
    """Watch a room that dies when it is empty."""
    if room.lifetime is Lifetime.VANISHES:
        chat.empty_since[room.code] = chat.clock.steady()


def note_here(chat: Context, code: str, here: int) -> None:
    """Note how many people are in a room: its time runs only while it is empty."""
    if code in chat.empty_since:
        chat.empty_since[code] = None if here else chat.clock.steady()


async def reap(chat: Context) -> None:
    """Delete the rooms whose time is over."""
    now = chat.clock.steady()
    over = now - chat.settings.vanish_after
    for code in [code for code, since in chat.empty_since.items() if since is not None and since <= over]:
        deleted = await chat.store.delete_room(code, chat.clock.now(), by=None, if_empty=True)
        if not deleted and code in chat.empty_since:
            chat.empty_since[code] = now  # somebody is just coming in: its time starts anew
    if now >= chat.look_for_expired_at:
        chat.look_for_expired_at = now + LOOK_FOR_EXPIRED_EVERY
        at = min(chat.clock.now(), chat.clock.even())  # messages have the wall clock's times: rather late than early
        for room in await chat.store.expired_rooms(at):
            await chat.store.delete_room(room.code, at, by=None, if_expired=True)
