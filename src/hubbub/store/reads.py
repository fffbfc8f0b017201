"""The read side: answers from the tables, the same for every SQL database."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, select
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
from hubbub.store import queries
from hubbub.store.base import Membership
from hubbub.store.models import LoginRow, MemberRow, RoomRow, UserRow


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
        for row in await self._rows(select(*queries.ROOM).where(RoomRow.code == code)):
            return _room(row)
        return None

    async def find_member(self, code: str, user_id: str) -> Membership | None:
        """Return somebody's membership in a live room."""
        is_it = and_(RoomRow.code == code, MemberRow.user_id == user_id)
        for row in await self._rows(queries.memberships().where(is_it)):
            return _membership(row)
        return None

    async def rooms_of(self, user_id: str, limit: int) -> list[Membership]:
        """Return the rooms of a user, that with the latest event first."""
        newest = (RoomRow.last_event_at.desc(), RoomRow.id.desc())
        query = queries.memberships().where(MemberRow.user_id == user_id).order_by(*newest).limit(limit)
        return [_membership(row) for row in await self._rows(query)]

    async def vanishing_rooms(self) -> list[Room]:
        """Return the rooms that die when they are empty."""
        query = queries.mortal_rooms().where(RoomRow.lifetime == Lifetime.VANISHES)
        return [_room(row) for row in await self._rows(query)]

    async def expired_rooms(self, at: int) -> list[Room]:
        """Return the rooms whose days are over."""
        over = RoomRow.last_message_at + RoomRow.expires_days * DAY < at
        query = queries.mortal_rooms().where(RoomRow.lifetime == Lifetime.EXPIRES, over)
        return [_room(row) for row in await self._rows(query)]

    async def seats(self) -> list[tuple[str, str]]:
        """Return (code, user id) of every seat."""
        query = select(RoomRow.code, MemberRow.user_id).join(RoomRow, RoomRow.id == MemberRow.room_id)
        return [(row.code, row.user_id) for row in await self._rows(query.where(MemberRow.seated == 1))]

    async def members(self, room_id: int, after: str, limit: int) -> list[Member]:
        """Return members behind a user id, in order of it."""
        query = (
            select(*queries.MEMBER)
            .join(UserRow, UserRow.id == MemberRow.user_id)
            .where(MemberRow.room_id == room_id, MemberRow.active == 1, MemberRow.user_id > after)
            .order_by(MemberRow.user_id)
            .limit(limit)
        )
        return [_member(row) for row in await self._rows(query)]

    async def events(self, room_id: int, since: int, limit: int) -> list[StoredEvent]:
        """Return events above a seq, oldest first; one query, so that messages and others are of one moment."""
        return [_event(row) for row in await self._rows(queries.log(), room_id=room_id, since=since, most=limit)]

    async def messages(self, room_id: int, before: int | None, after: int | None, limit: int) -> list[MessageSent]:
        """Return messages around a seq, oldest first."""
        if after is not None:
            rows = await self._rows(queries.messages_after(), room_id=room_id, after=after, most=limit)
        else:
            newest = {"room_id": room_id, "before": MAX_SEQ if before is None else before, "most": limit}
            rows = (await self._rows(queries.messages_before(), **newest))[::-1]
        return [_message(row) for row in rows]

    async def _rows(self, query: queries.Query, **values: Any) -> Sequence[Row[Any]]:
        try:
            async with self._engine.connect() as connection:
                rows: Sequence[Row[Any]] = (await connection.execute(query, values)).all()
        except SQLAlchemyError as error:
            raise ChatError(ErrorCode.UNAVAILABLE) from error
        return rows


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
