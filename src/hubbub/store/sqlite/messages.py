"""Appending a message, as a function inside the writer's transaction: the busiest change of all."""

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import Author, MessageSent
from hubbub.core.member import Role
from hubbub.core.reply import Sent
from hubbub.store.base import NewMessage
from hubbub.store.sqlite.writer import Transaction


def append_message(tx: Transaction, draft: NewMessage) -> Sent:
    """Append a message, or answer its repetition as the first time."""
    author = draft.author
    place = tx.execute(
        "SELECT r.id, r.private, r.last_seq, r.last_number, m.role, u.name FROM rooms r"
        " JOIN members m ON m.room_id = r.id AND m.user_id = ? AND m.active"
        " JOIN users u ON u.id = m.user_id WHERE r.code = ?",
        (author.id, draft.code),
    ).fetchone()
    if place is None:
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    room_id = place["id"]
    if sent := _sent_before(tx, room_id, draft):
        return sent
    if draft.reply_to is not None:
        _check_reply(tx, room_id, draft.reply_to)
    seq, number, at = place["last_seq"] + 1, place["last_number"] + 1, draft.at
    tx.execute(
        "UPDATE rooms SET last_seq = ?, last_number = ?, last_event_at = ?, last_message_at = ? WHERE id = ?",
        (seq, number, at, at, room_id),
    )
    tx.execute("INSERT INTO events VALUES (?, ?, ?, ?, ?, NULL)", (room_id, seq, MessageSent.type, at, author.id))
    tx.execute(
        "INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (room_id, seq, number, author.id, at, draft.text, draft.client_message_id, draft.reply_to),
    )
    tx.execute("UPDATE members SET read_number = ? WHERE room_id = ? AND user_id = ?", (number, room_id, author.id))
    by = Author(author.id, place["name"], Role(place["role"]))
    event = MessageSent(
        code=draft.code, seq=seq, at=at, by=by, text=draft.text, number=number,
        client_message_id=draft.client_message_id, reply_to=draft.reply_to,
    )  # fmt: skip
    tx.publish(room_id, bool(place["private"]), event)
    return Sent(seq=seq, number=number, at=at)


def _sent_before(tx: Transaction, room_id: int, draft: NewMessage) -> Sent | None:
    row = tx.execute(
        "SELECT seq, number, at, text FROM messages WHERE room_id = ? AND user_id = ? AND client_message_id = ?",
        (room_id, draft.author.id, draft.client_message_id),
    ).fetchone()
    if row is None:
        return None
    if row["text"] != draft.text:
        raise ChatError(ErrorCode.CLIENT_MESSAGE_ID_REUSED, field="client_message_id")
    return Sent(seq=row["seq"], number=row["number"], at=row["at"])


def _check_reply(tx: Transaction, room_id: int, seq: int) -> None:
    known = tx.execute("SELECT 1 FROM messages WHERE room_id = ? AND seq = ?", (room_id, seq)).fetchone()
    if known is None:
        raise ChatError(ErrorCode.MESSAGE_NOT_FOUND, field="reply_to")
