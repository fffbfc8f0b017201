"""Changes of users and logins, as functions inside the writer's transaction."""

import json
from dataclasses import replace

from hubbub.core.event import Author, MemberRenamed, Person
from hubbub.core.member import Role
from hubbub.core.name import fold_name
from hubbub.core.user import Login, User, UserKind
from hubbub.store.sqlite.batch import Transaction
from hubbub.store.sqlite.rows import Database, add_event, check_name, find_user, next_seq


def find_login(db: Database, token_hash: bytes) -> Login | None:
    """Look a login up by its token, lapsed or not."""
    row = db.execute(
        "SELECT l.used_at, u.id, u.name, u.kind FROM logins l JOIN users u ON u.id = l.user_id WHERE l.token_hash = ?",
        (token_hash,),
    ).fetchone()
    return Login(token_hash, User(row["id"], row["name"], UserKind(row["kind"])), row["used_at"]) if row else None


def add_guest(tx: Transaction, user: User, token_hash: bytes, at: int) -> None:
    """Keep a new guest with their login."""
    tx.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?)", (user.id, user.kind, user.name, fold_name(user.name), at))
    tx.execute("INSERT INTO logins VALUES (?, ?, ?, ?)", (token_hash, user.id, at, at))


def touch_login(tx: Transaction, token_hash: bytes, at: int) -> None:
    """Write down a login's use."""
    tx.execute("UPDATE logins SET used_at = max(used_at, ?) WHERE token_hash = ?", (at, token_hash))


def change_name(tx: Transaction, user_id: str, name: str, at: int) -> User:
    """Rename a user in all their rooms, or in none."""
    old = find_user(tx, user_id)
    if old.name == name:
        return old
    rooms = tx.execute(
        "SELECT r.id, r.code, r.private, m.role, m.seated FROM members m JOIN rooms r ON r.id = m.room_id"
        " WHERE m.user_id = ? AND m.active ORDER BY r.id",
        (user_id,),
    ).fetchall()
    check_name(tx, [room["id"] for room in rooms if room["seated"]], user_id, name)
    tx.execute("UPDATE users SET name = ?, folded_name = ? WHERE id = ?", (name, fold_name(name), user_id))
    for room in rooms:
        seq = next_seq(tx, room["id"], at)
        add_event(tx, room["id"], seq, MemberRenamed.type, at, user_id, json.dumps({"name": name}))
        by = Author(user_id, name, Role(room["role"]))
        event = MemberRenamed(code=room["code"], seq=seq, at=at, by=by, user=Person(user_id, name), name=name)
        tx.publish(room["id"], bool(room["private"]), event)
    return replace(old, name=name)
