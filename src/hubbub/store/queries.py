"""Queries: what is asked of the tables, the same for every SQL database; the busiest are built once."""

import functools
from typing import Any

from sqlalchemy import BigInteger, Select, Subquery, and_, bindparam, literal, null, select, union_all

from hubbub.core.event import MessageSent
from hubbub.core.room import Lifetime
from hubbub.store.models import EventRow, MemberRow, MessageRow, RoomRow, UserRow

Query = Select[*tuple[Any, ...]]

ROOM = (
    RoomRow.id,
    RoomRow.code,
    RoomRow.epoch,
    RoomRow.title,
    RoomRow.private,
    RoomRow.capacity,
    RoomRow.lifetime,
    RoomRow.expires_days,
    RoomRow.created_at,
    RoomRow.last_seq,
    RoomRow.last_number,
)
MEMBER = (
    UserRow.id.label("user_id"),
    UserRow.name,
    UserRow.kind,
    MemberRow.role,
    MemberRow.joined_at,
    MemberRow.read_number,
    MemberRow.seated,
)
_MESSAGE = (
    RoomRow.code,
    MessageRow.seq,
    MessageRow.at,
    MessageRow.text,
    MessageRow.number,
    MessageRow.client_message_id,
    MessageRow.reply_to,
    UserRow.id.label("user_id"),
    UserRow.name,
    MemberRow.role,
)


def mortal_rooms() -> Query:
    """Select rooms that die one day; a query must repeat a partial index's condition, or the index isn't used."""
    return select(*ROOM).where(RoomRow.lifetime != Lifetime.KEPT)


def memberships() -> Query:
    """Select rooms with somebody's place in them."""
    return (
        select(*ROOM, *MEMBER)
        .join(MemberRow, MemberRow.room_id == RoomRow.id)
        .join(UserRow, UserRow.id == MemberRow.user_id)
        .where(MemberRow.active == 1)
    )


# The busiest queries are built once, with places for the values that differ: building one takes longer than running it.

_ROOM_ID, _SINCE, _MOST = (bindparam(name, type_=BigInteger) for name in ("room_id", "since", "most"))


@functools.cache
def log() -> Query:
    """Select the events of a room above a seq, with the names that people have now."""
    both = union_all(select(_others()), select(_messages())).subquery()
    return (
        select(RoomRow.code, *both.c, UserRow.name, MemberRow.role)
        .select_from(both)
        .join(RoomRow, RoomRow.id == _ROOM_ID)
        .join(UserRow, UserRow.id == both.c.user_id)
        .join(MemberRow, and_(MemberRow.room_id == _ROOM_ID, MemberRow.user_id == both.c.user_id))
        .order_by(both.c.seq)
        .limit(_MOST)
    )


def _others() -> Subquery:
    """Select events that aren't messages."""
    nothing = (null().label(name) for name in ("text", "number", "client_message_id", "reply_to"))
    columns = (EventRow.seq, EventRow.type, EventRow.at, EventRow.user_id, EventRow.fields, *nothing)
    of_room = and_(EventRow.room_id == _ROOM_ID, EventRow.seq > _SINCE)
    return select(*columns).where(of_room).order_by(EventRow.seq).limit(_MOST).subquery()


def _messages() -> Subquery:
    """Select messages in the form of events."""
    as_event = (MessageRow.seq, literal(MessageSent.type).label("type"), MessageRow.at, MessageRow.user_id)
    columns = (
        *(*as_event, null().label("fields"), MessageRow.text, MessageRow.number),
        *(MessageRow.client_message_id, MessageRow.reply_to),
    )
    of_room = and_(MessageRow.room_id == _ROOM_ID, MessageRow.seq > _SINCE)
    return select(*columns).where(of_room).order_by(MessageRow.seq).limit(_MOST).subquery()


@functools.cache
def messages_before() -> Query:
    """Select the last messages below a seq, newest first."""
    return _messages_of_room().where(MessageRow.seq < bindparam("before")).order_by(MessageRow.seq.desc())


@functools.cache
def messages_after() -> Query:
    """Select the first messages above a seq, oldest first."""
    return _messages_of_room().where(MessageRow.seq > bindparam("after")).order_by(MessageRow.seq)


def _messages_of_room() -> Query:
    return (
        select(*_MESSAGE)
        .select_from(MessageRow)
        .join(RoomRow, RoomRow.id == MessageRow.room_id)
        .join(UserRow, UserRow.id == MessageRow.user_id)
        .join(MemberRow, and_(MemberRow.room_id == _ROOM_ID, MemberRow.user_id == MessageRow.user_id))
        .where(MessageRow.room_id == _ROOM_ID)
        .limit(_MOST)
    )
