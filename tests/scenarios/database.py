"""What the database holds, read behind the server's back."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One place of a room's log."""

    seq: int
    type: str
    by: str
    text: str | None = None
    number: int | None = None
    client_message_id: str | None = None


@dataclass(frozen=True)
class Holds:
    """How much there is of one room; `seats` are those of members who are here."""

    messages: int
    events: int
    members: int
    seats: int


LOG = """
SELECT e.seq, e.type, e.user_id, NULL, NULL, NULL FROM events e JOIN rooms r ON r.id = e.room_id WHERE r.code = :code
UNION ALL
SELECT m.seq, 'message_sent', m.user_id, m.text, m.number, m.client_message_id
FROM messages m JOIN rooms r ON r.id = m.room_id WHERE r.code = :code ORDER BY 1
"""


class Database:
    """The file of a server that runs."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "hubbub.db"

    def log(self, code: str) -> list[Row]:
        """Return a room's log, in order of seq; nothing if there is no such room."""
        with self._open() as db:
            return [Row(*row) for row in db.execute(LOG, {"code": code})]

    def last_seq(self, code: str) -> int | None:
        """Return how far a room has come, None if there is none."""
        with self._open() as db:
            found = db.execute("SELECT last_seq FROM rooms WHERE code = ?", (code,)).fetchone()
        return found and int(found[0])

    def epoch(self, code: str) -> str:
        """Return a room's epoch, nothing if there is no such room."""
        with self._open() as db:
            found = db.execute("SELECT epoch FROM rooms WHERE code = ?", (code,)).fetchone()
        return str(found[0]) if found else ""

    def holds(self, code: str) -> Holds:
        """Count what there is of a room."""
        where = "WHERE room_id = (SELECT id FROM rooms WHERE code = ?)"
        questions = (
            f"SELECT count(*) FROM messages {where}",
            f"SELECT count(*) FROM events {where}",
            f"SELECT count(*) FROM members {where} AND active",
            f"SELECT count(*) FROM members {where} AND seated",
        )
        with self._open() as db:
            return Holds(*(db.execute(question, (code,)).fetchone()[0] for question in questions))

    def read_number(self, code: str, user_id: str) -> int:
        """Return how far somebody has read, as it is stored."""
        question = "SELECT read_number FROM members m JOIN rooms r ON r.id = room_id WHERE code = ? AND m.user_id = ?"
        with self._open() as db:
            return int(db.execute(question, (code, user_id)).fetchone()[0])

    def size(self) -> tuple[int, ...]:
        """Count everything, to see that nothing of it changes."""
        tables = ("users", "logins", "rooms", "members", "events", "messages")
        with self._open() as db:
            return tuple(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=30)) as db:
            yield db
