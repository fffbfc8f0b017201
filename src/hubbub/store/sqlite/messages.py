"""Appending a message, as a function inside the writer's transaction: the busiest change of all."""

import sqlite3

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import Author, MessageSent
from hubbub.core.member import Role
from hubbub.core.reply import Sent
from hubbub.store.base import NewMessage
from hubbub.store.sqlite.rows import find_membership
from hubbub.store.sqlite.writer import Transaction

_FOLLOW = """
CREATE TEMP TRIGGER follow_message AFTER INSERT ON main.messages BEGIN
  UPDATE rooms SET last_seq = NEW.seq, last_number = NEW.number, last_event_at = NEW.at, last_message_at = NEW.at
    WHERE id = NEW.room_id;
  UPDATE members SET read_number = NEW.number WHERE room_id = NEW.room_id AND user_id = NEW.user_id;
END
"""
"""What follows from a message. Each statement gives the interpreter's lock away and waits to get it back; as a trigger
of the writer's own connection, all of it is one statement."""

_APPEND = """
INSERT INTO messages (room_id, seq, number, user_id, at, text, client_message_id, reply_to)
  SELECT r.id, r.last_seq + 1, r.last_number + 1, m.user_id, :at, :text, :client_message_id, :reply_to
    FROM rooms r JOIN members m ON m.room_id = r.id AND m.user_id = :author AND m.active
    WHERE r.code = :code
      AND (:reply_to IS NULL OR EXISTS (SELECT 1 FROM messages p WHERE p.room_id = r.id AND p.seq = :reply_to))
  ON CONFLICT (room_id, user_id, client_message_id) DO NOTHING
  RETURNING room_id, seq, number, (SELECT private FROM rooms WHERE id = room_id),
    (SELECT role FROM members m WHERE m.room_id = messages.room_id AND m.user_id = :author),
    (SELECT name FROM users WHERE id = :author)
"""


def set_up(db: sqlite3.Connection) -> None:
    """Prepare the writer's connection."""
    db.execute(_FOLLOW)


def append_message(tx: Transaction, draft: NewMessage) -> Sent:
    """Append a message, or answer its repetition as the first time; one statement writes all or nothing."""
    row = {
        "at": draft.at, "text": draft.text, "client_message_id": draft.client_message_id,
        "reply_to": draft.reply_to, "author": draft.author.id, "code": draft.code,
    }  # fmt: skip
    appended = tx.execute(_APPEND, row).fetchall()
    if not appended:
        return _sent_before(tx, draft)
    room_id, seq, number, private, role, name = appended[0]
    event = MessageSent(
        code=draft.code, seq=seq, at=draft.at, by=Author(draft.author.id, name, Role(role)), text=draft.text,
        number=number, client_message_id=draft.client_message_id, reply_to=draft.reply_to,
    )  # fmt: skip
    tx.publish(room_id, bool(private), event)
    return Sent(seq=seq, number=number, at=draft.at)


def _sent_before(tx: Transaction, draft: NewMessage) -> Sent:
    """Return the place of the message that was sent under this id, or say why there is none and none could be sent."""
    found = find_membership(tx, draft.code, draft.author.id)
    if found is None:
        raise ChatError(ErrorCode.NOT_A_MEMBER)
    row = tx.execute(
        "SELECT seq, number, at, text FROM messages WHERE room_id = ? AND user_id = ? AND client_message_id = ?",
        (found.room.id, draft.author.id, draft.client_message_id),
    ).fetchone()
    if row is None:
        raise ChatError(ErrorCode.MESSAGE_NOT_FOUND, field="reply_to")
    if row["text"] not in {draft.text, None}:  # of a deleted message nobody knows the text any more
        raise ChatError(ErrorCode.CLIENT_MESSAGE_ID_REUSED, field="client_message_id")
    return Sent(seq=row["seq"], number=row["number"], at=row["at"])
