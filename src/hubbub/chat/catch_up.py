"""Catching up: the events since a seq, from memory where that reaches, and the long poll for the next one."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TypeVar

from hubbub.chat.context import Context
from hubbub.chat.seats import visit
from hubbub.core import reply
from hubbub.core.command import Events
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import MessageSent, StoredEvent
from hubbub.core.join_code import tidy_code
from hubbub.core.page import fit
from hubbub.core.room import Room
from hubbub.hub.presence import GRACE, REQUEST_GRACE
from hubbub.session import Session

MOST_MISSED = 10_000
"""Events that somebody may have missed and still be told one by one; past that they get the latest page."""

MOST_TRIES = 5
"""Times that the latest messages are read, in a room where hundreds come while they are."""

E = TypeVar("E", bound=StoredEvent)

PAGE = 200
LATEST = 50


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """The events that somebody has missed, or the latest messages in their place."""

    last_seq: int
    more: bool
    events: tuple[StoredEvent, ...] | None = None
    messages: tuple[MessageSent, ...] | None = None


async def catch_up(chat: Context, room: Room, since: int | None, epoch: str | None) -> CaughtUp:
    """Return what somebody needs who has seen a room up to a seq of an epoch; None is nothing yet.

    Who hears the room already is handed what is above `last_seq` and nothing below it, once the answer has been sent.
    What they were handed while the answer was made is in the answer too: nobody has to keep it until then.
    """
    if since is None or epoch != room.epoch or not 0 <= room.last_seq - since <= MOST_MISSED:
        return await _latest(chat, room)
    page = await events_after(chat, room, since, PAGE)
    last_seq = chat.hub.told(room.code) or page.last_seq
    events = _up_to(last_seq, page.events)
    if len(events) < len(page.events):
        return CaughtUp(last_seq, False, events=tuple(events))
    reached = events[-1].seq if events else since
    if page.more or reached >= last_seq:
        return CaughtUp(last_seq, page.more, events=tuple(events))
    meanwhile = chat.hub.recent(room.code, reached)
    fitting, more = fit([*events, *(meanwhile or ())], PAGE)
    return CaughtUp(last_seq, more or meanwhile is None, events=fitting)


async def events(chat: Context, session: Session, command: Events) -> reply.EventPage:
    """Return the events since a seq; when there are none, wait for one. Raises `not_a_member`, `room_not_found`."""
    with chat.hub.listening(tidy_code(command.code)) if command.wait else nullcontext() as news:
        room = (await visit(chat, session, command.code, max(REQUEST_GRACE, command.wait + GRACE))).room
        page = await events_after(chat, room, command.since, command.limit)
        if news and not page.events and await news.wait(command.wait):
            page = await events_after(chat, room, command.since, command.limit)
        return page


async def events_after(chat: Context, room: Room, since: int, limit: int) -> reply.EventPage:
    """Return a page of a room's events above a seq; those who hear the room are handed them before it is answered."""
    chat.hub.told(room.code)
    rows = chat.hub.recent(room.code, since)
    if rows is None:
        nothing_new = since >= room.last_seq and chat.hub.in_step(room.code, since)
        rows = [] if nothing_new else await _read_events(chat, room, since, limit + 1)
    page, more = fit(rows, limit)
    last_seq = max(room.last_seq, rows[-1].seq if rows else 0)
    return reply.EventPage(events=page, last_seq=last_seq, epoch=room.epoch, more=more)


async def published(chat: Context, code: str, rows: list[E]) -> list[E]:
    """Return what was read from a room's log once all of it has been published, and handed to those who hear the room.

    A commit can be read a moment before that: whoever were answered with it by then would hear it again. Where nobody
    hears the room, nobody would, and reading waits for no disk.
    """
    if rows and chat.hub.is_heard(code) and rows[-1].seq > chat.hub.told(code):
        await chat.store.told()
        chat.hub.told(code)
    return rows


async def _read_events(chat: Context, room: Room, since: int, limit: int) -> list[StoredEvent]:
    """Read from the log; after a crash all come back at once, and many of them from the same seq."""
    rows = await chat.missed.of((room.id, since, limit), lambda: chat.store.events(room.id, since, limit))
    return await published(chat, room.code, rows)


async def _latest(chat: Context, room: Room) -> CaughtUp:
    """Return the latest messages: as they were when the log was read, and those that came meanwhile."""
    for _ in range(MOST_TRIES):
        read = await chat.latest.of(room.id, lambda: chat.store.messages(room.id, None, None, LATEST + 1))
        rows = await published(chat, room.code, read)
        read_seq, read_number = (rows[-1].seq, rows[-1].number) if rows else (0, 0)
        last_seq = chat.hub.told(room.code) or max(room.last_seq, read_seq)
        remembered = _up_to(last_seq, chat.hub.latest(room.code))
        known = [event for event in remembered if isinstance(event, MessageSent)]
        meanwhile = sum(message.seq > read_seq for message in known)
        if read_number + meanwhile >= chat.hub.last_number(room.code):  # else one isn't remembered: read again
            by_seq = {message.seq: message for message in (*known, *_up_to(last_seq, rows))}
            messages, more = fit([by_seq[seq] for seq in sorted(by_seq)], LATEST, keep_newest=True)
            return CaughtUp(last_seq, more or len(rows) > LATEST, messages=messages)
    raise ChatError(ErrorCode.UNAVAILABLE)


def _up_to(last_seq: int, rows: Sequence[E]) -> list[E]:
    """Leave out what is in the log already but hasn't been published yet: it will be."""
    return [row for row in rows if row.seq <= last_seq]
