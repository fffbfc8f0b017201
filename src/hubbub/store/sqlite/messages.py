"""Appending messages, many at a time, inside the writer's transaction: the busiest change of all."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import Author, MessageSent
from hubbub.core.reply import Sent
from hubbub.store.base import Commit, NewMessage
from hubbub.store.sqlite.batch import Outcome
from hubbub.store.sqlite.members import seat
from hubbub.store.sqlite.rows import author_of, find_membership

MOST_REMEMBERED = 20_000
"""People in rooms that are remembered at once."""

_INSERT = """
INSERT INTO messages (room_id, seq, number, user_id, at, text, client_message_id, reply_to)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (room_id, user_id, client_message_id) DO NOTHING
"""
_MOVE_ROOM = "UPDATE rooms SET last_seq = ?, last_number = ?, last_event_at = ?, last_message_at = ? WHERE id = ?"
_MOVE_READER = "UPDATE members SET read_number = ? WHERE room_id = ? AND user_id = ?"


@dataclass(slots=True)
class _Room:
    """Where a room's log ends, and where it ended when it was last written."""

    id: int
    private: bool
    last_seq: int
    last_number: int
    last_at: int
    written_seq: int


class _Place(NamedTuple):
    """A member in a room; `refused` is why one has no seat there, and may not speak."""

    room: _Room
    author: Author
    refused: ChatError | None = None


class Appender:
    """Appends messages through the writer's connection; see `batch.Together`.

    Who is a member with a seat, under which name, and where a room's log ends is looked up once and remembered from one
    transaction to the next: that is half of what a message costs. Nobody else writes the file, so it stays true until
    something else is changed; then all of it is forgotten.
    Raises sqlite3.Error if the tables aren't there.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        db.execute(f"EXPLAIN {_INSERT}", (None,) * 8)
        self._db = db
        self._rooms: dict[str, _Room] = {}
        self._places: dict[tuple[str, str], _Place] = {}
        self._fresh: list[tuple[object, ...]] = []
        self._moved: list[_Room] = []

    def carry_out(self, drafts: Sequence[NewMessage]) -> list[Outcome[Sent]]:
        """Append the drafts in order; what is refused changes nothing, what was sent before is answered as then."""
        if len(self._places) > MOST_REMEMBERED:
            self.forget()
        last_id = self._db.execute("SELECT max(id) FROM messages").fetchone()[0] or 0
        outcomes = [self._append(draft) for draft in drafts]
        if self._insert_all():
            self._move()
            return outcomes
        self._db.execute("DELETE FROM messages WHERE id > ?", (last_id,))  # a savepoint costs more, and each time
        self.forget()
        return [self._append_anew(draft) for draft in drafts]

    def forget(self) -> None:
        """Trust nothing that was remembered."""
        self._rooms.clear()
        self._places.clear()
        self._fresh.clear()
        self._moved.clear()

    def _append(self, draft: NewMessage) -> Outcome[Sent]:
        """Give a message its place in the log; it is still to be inserted."""
        place = self._places.get((draft.code, draft.author.id)) or self._look_up(draft)
        if place is None:
            return ChatError(ErrorCode.NOT_A_MEMBER)
        room, author, refused = place
        if refused or (draft.reply_to is not None and not self._has_message(room, draft.reply_to)):
            refused = refused or ChatError(ErrorCode.MESSAGE_NOT_FOUND, field="reply_to")
            return self._sent_before(room, draft) or refused
        if room.last_seq == room.written_seq:
            self._moved.append(room)
        room.last_seq = seq = room.last_seq + 1
        room.last_number = number = room.last_number + 1
        room.last_at = at = draft.at
        message_id, text, reply_to = draft.client_message_id, draft.text, draft.reply_to
        self._fresh.append((room.id, seq, number, author.id, at, text, message_id, reply_to))
        event = MessageSent(
            code=draft.code, seq=seq, at=at, by=author, text=text,
            number=number, client_message_id=message_id, reply_to=reply_to,
        )  # fmt: skip
        return Sent(seq=seq, number=number, at=at), Commit(room.id, room.private, (event,))

    def _append_anew(self, draft: NewMessage) -> Outcome[Sent]:
        """Append one message by itself, unless it was sent before."""
        try:
            place = self._places.get((draft.code, draft.author.id)) or self._look_up(draft)
            outcome = (place and self._sent_before(place.room, draft)) or self._append(draft)
            self._insert()
        except sqlite3.OperationalError:
            raise
        except Exception as error:  # nobody knows of such a message, but it would take the others with it
            if not self._db.in_transaction:  # SQLite has taken all of it back
                raise
            self.forget()
            return error
        self._move()
        return outcome

    def _insert_all(self) -> bool:
        """Insert what was appended; return False if that can't be done in one go."""
        try:
            return self._insert() == len(self._fresh)
        except sqlite3.OperationalError:  # the disk's, the same for all
            raise
        except Exception:
            if not self._db.in_transaction:
                raise
            return False

    def _insert(self) -> int:
        return self._db.executemany(_INSERT, self._fresh).rowcount if self._fresh else 0

    def _move(self) -> None:
        """Write what follows from messages: where the rooms' logs end, and that their authors have read so far."""
        if not self._fresh:
            return
        readers = {(row[0], row[3]): (row[2], row[0], row[3]) for row in self._fresh}
        self._db.executemany(_MOVE_READER, readers.values())
        self._db.executemany(
            _MOVE_ROOM, [(room.last_seq, room.last_number, room.last_at, room.last_at, room.id) for room in self._moved]
        )
        for room in self._moved:
            room.written_seq = room.last_seq
        self._fresh.clear()
        self._moved.clear()

    def _look_up(self, draft: NewMessage) -> _Place | None:
        found = find_membership(self._db, draft.code, draft.author.id)
        if found is None:
            return None
        room = self._rooms.get(draft.code)
        if room is None:
            at = found.room
            room = self._rooms[draft.code] = _Room(at.id, at.private, at.last_seq, at.last_number, 0, at.last_seq)
        try:
            if not found.member.seated:
                seat(self._db, found)
        except ChatError as refused:
            return _Place(room, author_of(found.member), refused)
        place = self._places[draft.code, draft.author.id] = _Place(room, author_of(found.member))
        return place

    def _has_message(self, room: _Room, seq: int) -> bool:
        if room.written_seq < seq <= room.last_seq:
            return True  # one of those that are still to be inserted
        found = self._db.execute("SELECT 1 FROM messages WHERE room_id = ? AND seq = ?", (room.id, seq))
        return found.fetchone() is not None

    def _sent_before(self, room: _Room, draft: NewMessage) -> Outcome[Sent] | None:
        """Return the answer to a message that was sent before under this id, None if there is none."""
        row = self._db.execute(
            "SELECT seq, number, at, text FROM messages WHERE room_id = ? AND user_id = ? AND client_message_id = ?",
            (room.id, draft.author.id, draft.client_message_id),
        ).fetchone()
        if row is None:
            return None
        if row["text"] not in {draft.text, None}:  # of a deleted message nobody knows the text any more
            return ChatError(ErrorCode.CLIENT_MESSAGE_ID_REUSED, field="client_message_id")
        return Sent(seq=row["seq"], number=row["number"], at=row["at"]), None
