"""A batch of changes inside one transaction: each for itself, in a savepoint, or those of the busiest kind together."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol, TypeVar

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import StoredEvent
from hubbub.store.base import CodeTakenError, Commit

T = TypeVar("T")


class Transaction:
    """What a change is given: the database inside the shared transaction, and a place for the events it makes."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.execute = db.execute
        self.commits: list[Commit] = []
        self.erased = False
        self.left_over = False

    def erase(self) -> None:
        """Have what this change deletes overwritten in the write-ahead log too, as soon as no reader needs it."""
        self.erased = True

    def leave_over(self) -> None:
        """Have the writer's chore see to the rest of this change, bit by bit."""
        self.left_over = True

    def publish(self, room_id: int, private: bool, *events: StoredEvent) -> None:
        """Have these events told once the transaction is durable."""
        self.commits.append(Commit(room_id, private, events))


Change = Callable[[Transaction], T]

Outcome = tuple[T, Commit | None] | Exception
"""What came of one draft: a result, and what to tell of it, or why it can't be."""


class Together(Protocol):
    """Changes of the one kind that is worth it: carried out many at a time, and quicker by what it remembers."""

    def carry_out(self, drafts: Sequence[Any]) -> Sequence[Outcome[Any]]:
        """Make these changes inside the shared transaction; what is refused fails alone."""

    def forget(self) -> None:
        """Trust nothing that was remembered: something else has changed the file, or the transaction is lost."""


@dataclass(slots=True)
class Job:
    """One change, and what came of it. `change` is a draft, for a change that is made together with others."""

    change: Any
    together: bool
    done: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    commits: Sequence[Commit] = ()
    erased: bool = False
    left_over: bool = False


class Batches:
    """Carries out batches on one connection; what `together` remembers is forgotten whenever it might be untrue."""

    def __init__(self, db: sqlite3.Connection, together: Together | None) -> None:
        self._db = db
        self._together = together
        self._version = 0

    def carry_out(self, jobs: Iterable[Job]) -> None:
        """Make the changes, inside a transaction that has begun. Raises sqlite3.Error if all of it is lost."""
        self._notice_others()
        for together, some in groupby(jobs, _is_together):
            if together:
                self._run_together(list(some))
            else:
                self.forget()
                for job in some:
                    _run_one(self._db, job)

    def forget(self) -> None:
        """Trust nothing that was remembered: the transaction is lost, or something else was changed."""
        if self._together:
            self._together.forget()

    def _run_together(self, jobs: list[Job]) -> None:
        assert self._together
        for job, outcome in zip(jobs, self._together.carry_out([job.change for job in jobs]), strict=True):
            if isinstance(outcome, Exception):
                job.error = outcome
            else:
                job.result, commit = outcome
                if commit:
                    job.commits = (commit,)

    def _notice_others(self) -> None:
        """Forget what was remembered if another process has written to the file, which none should do."""
        version = self._db.execute("PRAGMA data_version").fetchone()[0]
        if version != self._version:
            self._version = version
            self.forget()


def _is_together(job: Job) -> bool:
    return job.together


def _run_one(db: sqlite3.Connection, job: Job) -> None:
    """Run one change in its own savepoint: if it fails, it fails alone. Raises only if the transaction is lost."""
    transaction = Transaction(db)
    db.execute("SAVEPOINT change")
    try:
        job.result = job.change(transaction)
    except Exception as error:
        expected = isinstance(error, ChatError | CodeTakenError)
        if not expected and (not db.in_transaction or _is_about_the_disk(error)):
            raise
        job.error = error
        db.execute("ROLLBACK TO change")
    else:
        job.commits, job.erased = transaction.commits, transaction.erased
        job.left_over = transaction.left_over
    db.execute("RELEASE change")


def _is_about_the_disk(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
    }


def refusal_for(error: Exception) -> ChatError:
    """Return what everybody in a batch is told whose transaction is lost."""
    refusal = ChatError(ErrorCode.STORAGE_FULL if _is_about_the_disk(error) else ErrorCode.UNAVAILABLE)
    refusal.__cause__ = error
    return refusal
