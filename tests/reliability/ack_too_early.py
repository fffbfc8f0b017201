"""`python -m tests.reliability.ack_too_early serve …`: a server that acknowledges too early, which must be noticed."""

import functools
import sqlite3
from unittest.mock import patch

from hubbub.cli import main
from hubbub.store.sqlite import messages, store
from hubbub.store.sqlite.writer import Writer, _Job, _run_one

COMMIT_EVERY = 20
"""Messages that are acknowledged before they are committed together: a wide window for a crash."""


class HastyWriter(Writer):
    """Delivers results that wait for a later commit."""

    _uncommitted = 0

    def _write(self, db: sqlite3.Connection, batch: list[_Job]) -> None:
        if not db.in_transaction:
            db.execute("BEGIN IMMEDIATE")
        for job in batch:
            _run_one(db, job)
        self._uncommitted += len(batch)
        if self._uncommitted >= COMMIT_EVERY or not all(_is_message(job) for job in batch):
            db.execute("COMMIT")
            self._uncommitted = 0


def _is_message(job: _Job) -> bool:
    return isinstance(job.change, functools.partial) and job.change.func is messages.append_message


if __name__ == "__main__":
    with patch.object(store, "Writer", HastyWriter):
        main()
