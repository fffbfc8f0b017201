"""`python -m tests.reliability.ack_too_early serve …`: a server that acknowledges too early, which must be noticed."""

import sqlite3
from unittest.mock import patch

from hubbub.cli import main
from hubbub.store.sqlite import store
from hubbub.store.sqlite.batch import Job
from hubbub.store.sqlite.writer import Writer

COMMIT_EVERY = 20
"""Messages that are acknowledged before they are committed together: a wide window for a crash."""


class HastyWriter(Writer):
    """Delivers results that wait for a later commit."""

    _uncommitted = 0

    def _write(self, db: sqlite3.Connection, batch: list[Job]) -> None:
        if not db.in_transaction:
            db.execute("BEGIN IMMEDIATE")
        self._work.carry_out(batch)
        self._uncommitted += len(batch)
        if self._uncommitted >= COMMIT_EVERY or not all(job.together for job in batch):
            db.execute("COMMIT")
            self._uncommitted = 0


if __name__ == "__main__":
    with patch.object(store, "Writer", HastyWriter):
        main()
