"""Changes of members and seats, as functions inside the writer's transaction."""

import json
from collections.abc import Sequence
from dataclasses import replace

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import MemberJoined, MemberLeft
from hubbub.core.member import Member, Role, first_role
from hubbub.core.room import Room
from hubbub.core.user import User, UserKind
from hubbub.store.base import Membership
from hubbub.store.sqlite.batch import Transaction
from hubbub.store.sqlite.rows import (
    Database,
    add_event,
    author_of,
    check_name,
    find_membership,
    find_room,
    find_user,
    next_seq,
    person_of,
)


def add_member(tx: Transaction, code: str, user: User, at: int) -> Membership:
    """Give somebody a place and a seat, if there is one and their name is free."""
    room = find_room(tx, code)
    if room is None:
        raise ChatError(ErrorCode.ROOM_NOT_FOUND, field="code")
    user = find_user(tx, user.id)
    before = tx.execute(
        "SELECT role, active, seated, joined_at, read_number FROM members WHERE room_id = ? AND user_id = ?",
        (room.id, user.id),
    ).fetchone()
    if not (before and before["active"] and before["seated"]):
        _check_free(tx, room, user, is_member=bool(before and before["active"]))
    role = Role(before["role"]) if before else first_role(user)
    read_number = before["read_number"] if before else room.last_number
    joined_at = before["joined_at"] if before and before["active"] else at
    tx.execute(
        "INSERT OR REPLACE INTO members VALUES (?, ?, ?, 1, 1, ?, ?)", (room.id, user.id, role, joined_at, read_number)
    )
    member = Member(user, role, joined_at, read_number, seated=True)
    if not (before and before["active"]):
        room = _publish_joined(tx, room, member, at)
    return Membership(room, member)


def take_seat(tx: Database, code: str, user_id: str) -> Membership:
    """Give a member a seat, if there is one and their name is free."""
    found = find_membership(tx, code, user_id)
    if found is None:
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    return found if found.member.seated else seat(tx, found)


def seat(tx: Database, found: Membership) -> Membership:
    """Give a seat to a member who has none. Raises `room_full`, `name_taken`."""
    room, member = found.room, found.member
    _check_free(tx, room, member.user, is_member=True)
    tx.execute("UPDATE members SET seated = 1 WHERE room_id = ? AND user_id = ?", (room.id, member.user.id))
    return Membership(room, replace(member, seated=True))


def end_membership(tx: Transaction, code: str, user_id: str, at: int) -> None:
    """End a membership; the row stays for role and read position."""
    found = find_membership(tx, code, user_id)
    if found is None:
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    room, member = found.room, found.member
    tx.execute("UPDATE members SET active = 0, seated = 0 WHERE room_id = ? AND user_id = ?", (room.id, user_id))
    seq = next_seq(tx, room.id, at)
    add_event(tx, room.id, seq, MemberLeft.type, at, user_id, None)
    event = MemberLeft(code=code, seq=seq, at=at, by=author_of(member), user=person_of(member.user))
    tx.publish(room.id, room.private, event)


def free_seats(tx: Transaction, code: str, user_ids: Sequence[str]) -> None:
    """Free the seats of people who have gone."""
    room = find_room(tx, code)
    for user_id in user_ids if room else ():
        tx.execute("UPDATE members SET seated = 0 WHERE room_id = ? AND user_id = ?", (room and room.id, user_id))


def set_read(tx: Transaction, code: str, user_id: str, number: int) -> int:
    """Move a read position forward."""
    found = find_membership(tx, code, user_id)
    if found is None:
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    reached = max(found.member.read_number, min(number, found.room.last_number))
    tx.execute(
        "UPDATE members SET read_number = ? WHERE room_id = ? AND user_id = ?", (reached, found.room.id, user_id)
    )
    return reached


def _check_free(tx: Database, room: Room, user: User, is_member: bool) -> None:
    check_name(tx, [room.id], user.id, user.name)
    counted_already = is_member and user.kind is UserKind.ACCOUNT
    if room.capacity is None or counted_already:
        return
    taken = tx.execute(
        "SELECT count(*) FROM members m JOIN users u ON u.id = m.user_id"
        " WHERE m.room_id = ? AND m.active AND (m.seated OR u.kind = 'account')",
        (room.id,),
    ).fetchone()[0]
    if taken >= room.capacity:
        raise ChatError(ErrorCode.ROOM_FULL, f"The room is full ({taken}/{room.capacity}).")


def _publish_joined(tx: Transaction, room: Room, member: Member, at: int) -> Room:
    seq = next_seq(tx, room.id, at)
    add_event(tx, room.id, seq, MemberJoined.type, at, member.user.id, json.dumps({"role": member.role}))
    event = MemberJoined(
        code=room.code, seq=seq, at=at, by=author_of(member), user=person_of(member.user), role=member.role
    )
    tx.publish(room.id, room.private, event)
    return replace(room, last_seq=seq)
