"""The read side: queries over the models, the same for every SQL database."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, literal, select
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import InstrumentedAttribute

from hubbub.core.clock import DAY
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
_EVENT = (
    RoomRow.code,
    EventRow.seq,
    EventRow.type,
    EventRow.at,
    EventRow.fields,
    UserRow.id.label("user_id"),
    UserRow.name,
    MemberRow.role,
    MessageRow.text,
    MessageRow.number,
    MessageRow.client_message_id,
    MessageRow.reply_to,
)
_MESSAGE_AS_EVENT = (
    RoomRow.code,
    MessageRow.seq,
    literal(MessageSent.type).label("type"),
    MessageRow.at,
    literal(None).label("fields"),
    *_EVENT[5:],
)


class Reads:
    """Answers questions about what is kept, each in a short transaction of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def ping(self) -> None:
        """Read something. Raises SQLAlchemy's errors when that fails."""
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
        """Return events above a seq, oldest first."""
        query = (
            _with_author(select(*_EVENT), EventRow.room_id, EventRow.user_id)
            .outerjoin(MessageRow, and_(MessageRow.room_id == EventRow.room_id, MessageRow.seq == EventRow.seq))
            .where(EventRow.room_id == room_id, EventRow.seq > since)
            .order_by(EventRow.seq)
            .limit(limit)
        )
        return [_event(row) for row in await self._rows(query)]

    async def messages(self, room_id: int, before: int | None, after: int | None, limit: int) -> list[MessageSent]:
        """Return messages around a seq, oldest first."""
        query = _with_author(select(*_MESSAGE_AS_EVENT), MessageRow.room_id, MessageRow.user_id)
        query = query.where(MessageRow.room_id == room_id).limit(limit)
        if before is not None:
            query = query.where(MessageRow.seq < before)
        if after is not None:
            rows = await self._rows(query.where(MessageRow.seq > after).order_by(MessageRow.seq))
        else:
            rows = (await self._rows(query.order_by(MessageRow.seq.desc())))[::-1]
        return [_message(row) for row in rows]

    async def _rows(self, query: Query) -> Sequence[Row[Any]]:
        async with self._engine.connect() as connection:
            rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
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


def _with_author(query: Query, room_id: InstrumentedAttribute[int], user_id: InstrumentedAttribute[str]) -> Query:
    return (
        query.join(RoomRow, RoomRow.id == room_id)
        .join(UserRow, UserRow.id == user_id)
        .join(MemberRow, and_(MemberRow.room_id == room_id, MemberRow.user_id == user_id))
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
