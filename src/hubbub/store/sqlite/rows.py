"""Rows of the writer's connection, turned into what the core knows; the look-ups that several changes share."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, Protocol

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import Author, Person
from hubbub.core.member import Member, Role
from hubbub.core.name import MAX_NAME, fold_name, suggest_name
from hubbub.core.room import Lifetime, Room
from hubbub.core.user import User, UserKind
from hubbub.store.base import Membership
from hubbub.store.sqlite.batch import Transaction


class Database(Protocol):
    """What rows are looked up in: the writer's transaction, or a connection that only reads."""

    def execute(self, sql: str, parameters: Any = ..., /) -> sqlite3.Cursor:
        """Run a statement."""


def room_of(row: sqlite3.Row) -> Room:
    """Read a room."""
    return Room(
        id=row["id"],
        code=row["code"],
        epoch=row["epoch"],
        title=row["title"],
        private=bool(row["private"]),
        capacity=row["capacity"],
        lifetime=Lifetime(row["lifetime"]),
        expires_days=row["expires_days"],
        created_at=row["created_at"],
        last_seq=row["last_seq"],
        last_number=row["last_number"],
    )


def find_room(tx: Database, code: str) -> Room | None:
    """Look a live room up."""
    row = tx.execute("SELECT * FROM rooms WHERE code = ?", (code,)).fetchone()
    return room_of(row) if row else None


def find_membership(tx: Database, code: str, user_id: str) -> Membership | None:
    """Look up a room and somebody's place in it; who left has none."""
    row = tx.execute(
        "SELECT r.*, m.role, m.joined_at, m.read_number, m.seated, u.name, u.kind"
        " FROM rooms r JOIN members m ON m.room_id = r.id JOIN users u ON u.id = m.user_id"
        " WHERE r.code = ? AND m.user_id = ? AND m.active",
        (code, user_id),
    ).fetchone()
    if row is None:
        return None
    user = User(user_id, row["name"], UserKind(row["kind"]))
    member = Member(user, Role(row["role"]), row["joined_at"], row["read_number"], bool(row["seated"]))
    return Membership(room_of(row), member)


def find_user(tx: Transaction, user_id: str) -> User:
    """Return a user as they are now: what a session knows may be old. Raises `not_logged_in` if there is none."""
    row = tx.execute("SELECT name, kind FROM users WHERE id = ?", (user_id,)).fetchone()
    if row is None:
        raise ChatError(ErrorCode.NOT_LOGGED_IN)
    return User(user_id, row["name"], UserKind(row["kind"]))


def author_of(member: Member) -> Author:
    """Return a member as the author of an event."""
    return Author(member.user.id, member.user.name, member.role)


def person_of(user: User) -> Person:
    """Return a user as events name them."""
    return Person(user.id, user.name)


def next_seq(tx: Transaction, room_id: int, at: int) -> int:
    """Take the next place in a room's log."""
    row = tx.execute(
        "UPDATE rooms SET last_seq = last_seq + 1, last_event_at = ? WHERE id = ? RETURNING last_seq", (at, room_id)
    ).fetchone()
    return int(row[0])


def add_event(tx: Transaction, room_id: int, seq: int, kind: str, at: int, user_id: str, fields: str | None) -> None:
    """Write one thin event."""
    tx.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)", (room_id, seq, kind, at, user_id, fields))


def check_name(tx: Database, room_ids: Sequence[int], user_id: str, name: str) -> None:
    """Refuse a name that is an account's, or held by someone who has a seat in one of the rooms.

    Raises `name_taken`, with a name that is free in all of them.
    """
    folded, rooms = fold_name(name), json.dumps(room_ids)
    clash = tx.execute(
        "SELECT 1 FROM users u WHERE u.folded_name = ? AND u.id <> ? AND (u.kind = 'account' OR EXISTS ("
        " SELECT 1 FROM json_each(?) r JOIN members m ON m.room_id = r.value AND m.user_id = u.id AND m.seated = 1"
        ")) LIMIT 1",
        (folded, user_id, rooms),
    ).fetchone()
    if clash is None:
        return
    stem = fold_name(name[: MAX_NAME - len(" 999")])
    rows = tx.execute(
        "SELECT u.folded_name FROM members m JOIN users u ON u.id = m.user_id"
        " WHERE m.seated = 1 AND m.room_id IN (SELECT value FROM json_each(?))"
        " UNION SELECT folded_name FROM users WHERE kind = 'account' AND folded_name >= ? AND folded_name < ?",
        (rooms, stem, stem + "\U0010ffff"),
    )
    suggestion = suggest_name(name, frozenset(row[0] for row in rows) | {folded})
    raise ChatError(ErrorCode.NAME_TAKEN, field="name", suggestion=suggestion)
