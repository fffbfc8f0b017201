"""The one thread that writes: changes that wait together share one commit (group commit), each in its own savepoint."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import StoredEvent
from hubbub.store.base import CodeTakenError, Commit, CommitListener

T = TypeVar("T")

MOST_WAITING = 20_000
"""Changes that may wait for the disk; past that a change is refused as `unavailable`."""

MOST_PER_COMMIT = 1_024
BUSY_TIMEOUT = 2.0
"""Seconds to wait for another process that has the file locked."""


class Transaction:
    """What a change is given: the database inside the shared transaction, and a place for the events it makes."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.execute = db.execute
        self.commits: list[Commit] = []

    def publish(self, room_id: int, private: bool, *events: StoredEvent) -> None:
        """Have these events told once the transaction is durable."""
        self.commits.append(Commit(room_id, private, events))


Change = Callable[[Transaction], T]


@dataclass(slots=True)
class _Job:
    change: Change[Any]
    done: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None
    commits: list[Commit] = field(default_factory=list)


@dataclass(slots=True)
class WriterStats:
    """Counters since the start; `seconds` is the time spent in transactions."""

    changes: int = 0
    commits: int = 0
    failed_commits: int = 0
    seconds: float = 0.0


class Writer:
    """Runs changes one after another; the results come back to the event loop after the commit, in order.

    Raises sqlite3.Error if the file can't be opened.
    """

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        self.listener: CommitListener = lambda _: None
        self.stats = WriterStats()
        self._db = connect(path)
        self._loop = loop
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="hubbub-writer", daemon=True)
        self._thread.start()

    async def run(self, change: Change[T]) -> T:
        """Run a change and return its result once it is durable. Raises what the change raised, and nothing was done.

        Raises ChatError `storage_full` or `unavailable` when the disk or another process is in the way.
        """
        if self._closed or self._jobs.qsize() >= MOST_WAITING:
            raise ChatError(ErrorCode.UNAVAILABLE)
        job = _Job(change, self._loop.create_future())
        self._jobs.put(job)
        result: T = await job.done
        return result

    async def close(self) -> None:
        """Finish what waits, then close the file."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                started = time.perf_counter()
                self._write(self._db, batch)
                self.stats.seconds += time.perf_counter() - started
                self._loop.call_soon_threadsafe(self._deliver, batch)
        finally:
            self._db.close()

    def _next_batch(self) -> list[_Job]:
        batch: list[_Job] = []
        while len(batch) < MOST_PER_COMMIT:
            try:
                job = self._jobs.get(block=not batch)
            except queue.Empty:
                break
            if job is None:
                if batch:
                    self._jobs.put(None)
                break
            batch.append(job)
        return batch

    def _write(self, db: sqlite3.Connection, batch: list[_Job]) -> None:
        self.stats.changes += len(batch)
        try:
            db.execute("BEGIN IMMEDIATE")
            for job in batch:
                _run_one(db, job)
            db.execute("COMMIT")
            self.stats.commits += 1
        except Exception as error:  # whatever it is, everybody gets an answer and the thread lives on
            self.stats.failed_commits += 1
            _roll_back(db)
            for job in batch:
                job.error, job.commits = _refusal(error), []

    def _deliver(self, batch: list[_Job]) -> None:
        for job in batch:
            for commit in job.commits:
                self._tell(commit)
            if job.done.done():
                continue
            if job.error is not None:
                job.done.set_exception(job.error)
            else:
                job.done.set_result(job.result)

    def _tell(self, commit: Commit) -> None:
        try:
            self.listener(commit)
        except Exception as error:  # else nobody behind it in the batch would ever get an answer
            self._loop.call_exception_handler({"message": "a listener to commits failed", "exception": error})


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for writing: WAL, every commit on the disk before it counts, deleted rows overwritten."""
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            db.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _run_one(db: sqlite3.Connection, job: _Job) -> None:
    """Run one change in its own savepoint: if it fails, it fails alone. Raises only if the transaction is lost."""
    transaction = Transaction(db)
    db.execute("SAVEPOINT change")
    try:
        job.result = job.change(transaction)
    except (ChatError, CodeTakenError) as refused:
        db.execute("ROLLBACK TO change")
        job.error = refused
    except Exception as error:
        if not db.in_transaction or _is_about_the_disk(error):
            raise
        db.execute("ROLLBACK TO change")
        job.error = error
    else:
        job.commits = transaction.commits
    db.execute("RELEASE change")


def _roll_back(db: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):
        if db.in_transaction:
            db.execute("ROLLBACK")


def _is_about_the_disk(error: BaseException) -> bool:
    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
    }


def _refusal(error: Exception) -> ChatError:
    refusal = ChatError(ErrorCode.STORAGE_FULL if _is_about_the_disk(error) else ErrorCode.UNAVAILABLE)
    refusal.__cause__ = error
    return refusal
