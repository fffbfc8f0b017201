"""The read side: queries over the models, the same for every SQL database."""

import functools
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Row, Select, Subquery, and_, bindparam, literal, null, select, union_all
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from hubbub.core.clock import DAY
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import (
    Author,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageSent,
    Person,
    RoomCreated,
    StoredEvent,
)
from hubbub.core.member import Member, Role
from hubbub.core.room import Lifetime, Room
from hubbub.core.shape import MAX_SEQ
from hubbub.core.user import Login, User, UserKind
from hubbub.store.base import Membership
from hubbub.store.models import EventRow, LoginRow, MemberRow, MessageRow, RoomRow, UserRow

Query = Select[*tuple[Any, ...]]

_ROOM = (
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
_MEMBER = (
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


class Reads:
    """Answers questions about what is kept, each in a short transaction of its own.

    Each raises ChatError `unavailable` when the database can't be read at the moment.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def ping(self) -> None:
        """Read something. Raises ChatError `unavailable` when that fails."""
        await self._rows(select(RoomRow.id).limit(1))

    async def find_login(self, token_hash: bytes) -> Login | None:
        """Return the login with this token."""
        query = (
            select(LoginRow.used_at, UserRow.id, UserRow.name, UserRow.kind)
            .join(UserRow, UserRow.id == LoginRow.user_id)
            .where(LoginRow.token_hash == token_hash)
        )
        for row in await self._rows(query):
            return Login(token_hash, User(row.id, row.name, UserKind(row.kind)), row.used_at)
        return None

    async def find_room(self, code: str) -> Room | None:
        """Return the live room with this code."""
        for row in await self._rows(select(*_ROOM).where(RoomRow.code == code)):
            return _room(row)
        return None

    async def find_member(self, code: str, user_id: str) -> Membership | None:
        """Return somebody's membership in a live room."""
        is_it = and_(RoomRow.code == code, MemberRow.user_id == user_id)
        for row in await self._rows(_memberships().where(is_it)):
            return _membership(row)
        return None

    async def rooms_of(self, user_id: str, limit: int) -> list[Membership]:
        """Return the rooms of a user, that with the latest event first."""
        newest = (RoomRow.last_event_at.desc(), RoomRow.id.desc())
        query = _memberships().where(MemberRow.user_id == user_id).order_by(*newest).limit(limit)
        return [_membership(row) for row in await self._rows(query)]

    async def vanishing_rooms(self) -> list[Room]:
        """Return the rooms that die when they are empty."""
        query = _mortal_rooms().where(RoomRow.lifetime == Lifetime.VANISHES)
        return [_room(row) for row in await self._rows(query)]

    async def expired_rooms(self, at: int) -> list[Room]:
        """Return the rooms whose days are over."""
        over = RoomRow.last_message_at + RoomRow.expires_days * DAY < at
        query = _mortal_rooms().where(RoomRow.lifetime == Lifetime.EXPIRES, over)
        return [_room(row) for row in await self._rows(query)]

    async def seats(self) -> list[tuple[str, str]]:
        """Return (code, user id) of every seat."""
        query = select(RoomRow.code, MemberRow.user_id).join(RoomRow, RoomRow.id == MemberRow.room_id)
        return [(row.code, row.user_id) for row in await self._rows(query.where(MemberRow.seated == 1))]

    async def members(self, room_id: int, after: str, limit: int) -> list[Member]:
        """Return members behind a user id, in order of it."""
        query = (
            select(*_MEMBER)
            .join(UserRow, UserRow.id == MemberRow.user_id)
            .where(MemberRow.room_id == room_id, MemberRow.active == 1, MemberRow.user_id > after)
            .order_by(MemberRow.user_id)
            .limit(limit)
        )
        return [_member(row) for row in await self._rows(query)]

    async def events(self, room_id: int, since: int, limit: int) -> list[StoredEvent]:
        """Return events above a seq, oldest first; one query, so that messages and others are of one moment."""
        return [_event(row) for row in await self._rows(_log(), room_id=room_id, since=since, most=limit)]

    async def messages(self, room_id: int, before: int | None, after: int | None, limit: int) -> list[MessageSent]:
        """Return messages around a seq, oldest first."""
        if after is not None:
            rows = await self._rows(_messages_after(), room_id=room_id, after=after, most=limit)
        else:
            newest = {"room_id": room_id, "before": MAX_SEQ if before is None else before, "most": limit}
            rows = (await self._rows(_messages_before(), **newest))[::-1]
        return [_message(row) for row in rows]

    async def _rows(self, query: Query, **values: Any) -> Sequence[Row[Any]]:
        try:
            async with self._engine.connect() as connection:
                rows: Sequence[Row[Any]] = (await connection.execute(query, values)).all()
        except SQLAlchemyError as error:
            raise ChatError(ErrorCode.UNAVAILABLE) from error
        return rows


def _mortal_rooms() -> Query:
    """Select rooms that die one day; a query must repeat a partial index's condition, or the index isn't used."""
    return select(*_ROOM).where(RoomRow.lifetime != Lifetime.KEPT)


def _memberships() -> Query:
    return (
        select(*_ROOM, *_MEMBER)
        .join(MemberRow, MemberRow.room_id == RoomRow.id)
        .join(UserRow, UserRow.id == MemberRow.user_id)
        .where(MemberRow.active == 1)
    )


# The busiest queries are built once, with places for the values that differ: building one takes longer than running it.

_ROOM_ID, _SINCE, _MOST = (bindparam(name, type_=BigInteger) for name in ("room_id", "since", "most"))


@functools.cache
def _log() -> Query:
    """Select the events of a room above a seq, with the names that people have now."""
    log = union_all(select(_others()), select(_messages())).subquery()
    return (
        select(RoomRow.code, *log.c, UserRow.name, MemberRow.role)
        .select_from(log)
        .join(RoomRow, RoomRow.id == _ROOM_ID)
        .join(UserRow, UserRow.id == log.c.user_id)
        .join(MemberRow, and_(MemberRow.room_id == _ROOM_ID, MemberRow.user_id == log.c.user_id))
        .order_by(log.c.seq)
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
def _messages_before() -> Query:
    """Select the last messages below a seq, newest first."""
    return _messages_of_room().where(MessageRow.seq < bindparam("before")).order_by(MessageRow.seq.desc())


@functools.cache
def _messages_after() -> Query:
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


def _room(row: Row[Any]) -> Room:
    return Room(
        id=row.id,
        code=row.code,
        epoch=row.epoch,
        title=row.title,
        private=bool(row.private),
        capacity=row.capacity,
        lifetime=Lifetime(row.lifetime),
        expires_days=row.expires_days,
        created_at=row.created_at,
        last_seq=row.last_seq,
        last_number=row.last_number,
    )


def _member(row: Row[Any]) -> Member:
    user = User(row.user_id, row.name, UserKind(row.kind))
    return Member(user, Role(row.role), row.joined_at, row.read_number, bool(row.seated))


def _membership(row: Row[Any]) -> Membership:
    return Membership(_room(row), _member(row))


def _message(row: Row[Any]) -> MessageSent:
    return MessageSent(
        code=row.code,
        seq=row.seq,
        at=row.at,
        by=Author(row.user_id, row.name, Role(row.role)),
        text=row.text,
        number=row.number,
        client_message_id=row.client_message_id,
        reply_to=row.reply_to,
    )


def _event(row: Row[Any]) -> StoredEvent:
    if row.type == MessageSent.type:
        return _message(row)
    where = {"code": row.code, "seq": row.seq, "at": row.at, "by": Author(row.user_id, row.name, Role(row.role))}
    fields = json.loads(row.fields) if row.fields else {}
    user = Person(row.user_id, row.name)
    match row.type:
        case RoomCreated.type:
            return RoomCreated(**where, **(fields | {"lifetime": Lifetime(fields["lifetime"])}))
        case MemberJoined.type:
            return MemberJoined(**where, user=user, role=Role(fields["role"]))
        case MemberRenamed.type:
            return MemberRenamed(**where, user=user, name=fields["name"])
        case MemberLeft.type:
            return MemberLeft(**where, user=user)
    raise ValueError(f"an event of unknown type {row.type!r}")
