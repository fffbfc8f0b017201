"""Changes of rooms and codes, as functions inside the writer's transaction."""

import json
from collections.abc import Sequence

from hubbub.core.event import Author, MemberJoined, RoomCreated, RoomDeleted
from hubbub.core.member import Role
from hubbub.core.room import CODE_RESTS, Lifetime, Room
from hubbub.core.throttle import FORGOTTEN_AFTER, LONGEST_WAIT, Misses
from hubbub.core.user import User
from hubbub.store.base import CodeTakenError, CodeTry, NewRoom
from hubbub.store.sqlite.batch import Transaction
from hubbub.store.sqlite.rows import add_event, find_room, find_user, person_of

_ALL = "*"

_DEAD = "dead-"
"""Begins what a dead room is called until nothing is left of it; no code has a small letter."""

AT_ONCE = 2_000
"""Messages that are deleted in one go: a few milliseconds, for which everybody else waits."""


def add_room(tx: Transaction, draft: NewRoom) -> Room:
    """Make a room; its owner is its first member."""
    tx.execute("DELETE FROM resting_codes WHERE until < ?", (draft.at,))
    taken = "SELECT 1 FROM rooms WHERE code = :code UNION SELECT 1 FROM resting_codes WHERE code = :code"
    if tx.execute(taken, {"code": draft.code}).fetchone():
        raise CodeTakenError
    owner = find_user(tx, draft.owner.id)
    cursor = tx.execute(
        "INSERT INTO rooms (code, epoch, title, private, capacity, lifetime, expires_days, owner_id, created_at,"
        " last_seq, last_number, last_event_at, last_message_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 2, 0, ?, ?)",
        (
            *(draft.code, draft.epoch, draft.title, draft.private, draft.capacity, draft.lifetime),
            *(draft.expires_days, owner.id, draft.at, draft.at, draft.at),
        ),
    )
    room_id = cursor.lastrowid or 0
    tx.execute("INSERT INTO members VALUES (?, ?, ?, 1, 1, ?, 0)", (room_id, owner.id, Role.OWNER, draft.at))
    created, joined = _first_events(draft, owner)
    settings = {"title": draft.title, "private": draft.private, "capacity": draft.capacity}
    settings |= {"lifetime": draft.lifetime, "expires_days": draft.expires_days}
    add_event(tx, room_id, 1, created.type, draft.at, owner.id, json.dumps(settings))
    add_event(tx, room_id, 2, joined.type, draft.at, owner.id, json.dumps({"role": Role.OWNER}))
    tx.publish(room_id, draft.private, created, joined)
    return Room(
        room_id, draft.code, draft.epoch, draft.title, draft.private, draft.capacity, draft.lifetime,
        draft.expires_days, draft.at, last_seq=2,
    )  # fmt: skip


def try_code(tx: Transaction, code: str, keys: Sequence[str], at: int, private: bool) -> CodeTry:
    """Look a room up for a stranger, or count a miss; a code that rests takes as long and counts nothing."""
    misses = {key: _misses(tx, key) for key in keys}
    wait = max((row.wait(at) for row in misses.values()), default=0)
    if wait:
        return CodeTry(None, wait)
    room = find_room(tx, code)
    if room and (private or not room.private):
        return CodeTry(room)
    counts = not _rests(tx, code, at)
    for key, row in misses.items():
        _keep_misses(tx, key, row.another(at) if counts else row)
    forgotten = "DELETE FROM misses WHERE max(since, until) NOT BETWEEN ? AND ?"
    tx.execute(forgotten, (at - FORGOTTEN_AFTER, at + LONGEST_WAIT))
    of_all = _misses(tx, _ALL)
    with_this = of_all.another_of_all(at)
    _keep_misses(tx, _ALL, with_this if counts else of_all)
    return CodeTry(None, misses_of_all=with_this.count)


def delete_room(
    tx: Transaction, code: str, at: int, by: str | None, if_empty: bool = False, if_expired: bool = False
) -> bool:
    """Delete a room with all its rows; secure_delete overwrites them. Of a large one, `bury` deletes what is left."""
    row = tx.execute(
        "SELECT r.id, r.private, r.last_seq, r.last_message_at + r.expires_days * 86400000 AS over_at,"
        " u.id AS user_id, u.name, coalesce(m.role, 'owner') AS role"
        " FROM rooms r JOIN users u ON u.id = coalesce(?, r.owner_id)"
        " LEFT JOIN members m ON m.room_id = r.id AND m.user_id = u.id WHERE r.code = ?",
        (by, code),
    ).fetchone()
    if row is None or (if_empty and _someone_is_seated(tx, row["id"])) or (if_expired and row["over_at"] >= at):
        return False
    tx.execute("DELETE FROM members WHERE room_id = ?", (row["id"],))
    tx.execute(
        "UPDATE rooms SET code = ? || id, title = '', lifetime = ? WHERE id = ?", (_DEAD, Lifetime.KEPT, row["id"])
    )
    if bury(tx):
        tx.leave_over()
    tx.execute("INSERT OR REPLACE INTO resting_codes VALUES (?, ?)", (code, at + CODE_RESTS))
    author = Author(row["user_id"], row["name"], Role(row["role"]))
    event = RoomDeleted(code=code, seq=row["last_seq"] + 1, at=at, by=author)
    tx.publish(row["id"], bool(row["private"]), event)
    return True


def bury(tx: Transaction) -> bool:
    """Delete some of what dead rooms have left behind; return whether there may be more."""
    room = "SELECT id FROM rooms WHERE code >= ? AND code < ? LIMIT 1"
    found = tx.execute(room, (_DEAD, _DEAD + "\U0010ffff")).fetchone()
    if found is None:
        return False
    tx.erase()
    for table in ("messages", "events"):
        some = f"SELECT seq FROM {table} WHERE room_id = :id LIMIT {AT_ONCE}"  # noqa: S608 - names of our own
        change = f"DELETE FROM {table} WHERE room_id = :id AND seq IN ({some})"  # noqa: S608
        cursor = tx.execute(change, {"id": found["id"]})
        if cursor.rowcount == AT_ONCE:
            return True
    tx.execute("DELETE FROM rooms WHERE id = ?", (found["id"],))
    return True


def _first_events(draft: NewRoom, owner: User) -> tuple[RoomCreated, MemberJoined]:
    by = Author(owner.id, owner.name, Role.OWNER)
    created = RoomCreated(
        code=draft.code, seq=1, at=draft.at, by=by, title=draft.title, private=draft.private,
        capacity=draft.capacity, lifetime=draft.lifetime, expires_days=draft.expires_days,
    )  # fmt: skip
    joined = MemberJoined(code=draft.code, seq=2, at=draft.at, by=by, user=person_of(owner), role=Role.OWNER)
    return created, joined


def _someone_is_seated(tx: Transaction, room_id: int) -> bool:
    return tx.execute("SELECT 1 FROM members WHERE room_id = ? AND seated = 1", (room_id,)).fetchone() is not None


def _rests(tx: Transaction, code: str, at: int) -> bool:
    return tx.execute("SELECT 1 FROM resting_codes WHERE code = ? AND until >= ?", (code, at)).fetchone() is not None


def _misses(tx: Transaction, key: str) -> Misses:
    row = tx.execute('SELECT count, since, until FROM misses WHERE "key" = ?', (key,)).fetchone()
    return Misses(*row) if row else Misses()


def _keep_misses(tx: Transaction, key: str, misses: Misses) -> None:
    row = (key, misses.count, misses.since, misses.until)
    tx.execute("INSERT OR REPLACE INTO misses VALUES (?, ?, ?, ?)", row)
