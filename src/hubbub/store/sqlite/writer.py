"""The one thread that writes: changes that wait together share one commit (group commit), each in its own savepoint."""

import asyncio
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hubbub.core.error import ChatError, ErrorCode
from hubbub.store.base import Commit, CommitListener
from hubbub.store.sqlite.batch import Batches, Change, Job, Together, Transaction, refusal_for

T = TypeVar("T")

MOST_WAITING = 20_000
"""Changes that may wait for the disk; past that a change is refused as `unavailable`."""

MOST_PER_COMMIT = 1_024
BUSY_TIMEOUT = 2.0
"""Seconds to wait for another process that has the file locked."""

READ_MILLISECONDS = 20
"""Time in which nearly every read of ours is through."""

AGAIN_AFTER = 0.5
"""Seconds until what could not be done is tried again: emptying the write-ahead log, or the chore."""


@dataclass(slots=True)
class WriterStats:
    """Counters since the start; `seconds` is the time spent in transactions."""

    changes: int = 0
    commits: int = 0
    failed_commits: int = 0
    seconds: float = 0.0


class Writer:
    """Runs changes one after another; the results come back to the event loop after the commit, in order.

    The `chore` is what would take too long in one go: while no change waits it does a bit, in a transaction of its own,
    and says whether there is more; it is asked at the start and whenever a change has left something over.
    Raises sqlite3.Error if the file can't be opened.
    """

    def __init__(
        self,
        path: Path,
        loop: asyncio.AbstractEventLoop,
        together: Callable[[sqlite3.Connection], Together] | None = None,
        chore: "Change[bool] | None" = None,
    ) -> None:
        self.listener: CommitListener = lambda _: None
        self.stats = WriterStats()
        self._db = connect(path)
        try:
            self._work = Batches(self._db, together(self._db) if together else None)
        except sqlite3.Error:
            self._db.close()
            raise
        self._loop = loop
        self._waiting: list[Job] = []
        self._writing = 0
        self._to_tell: list[asyncio.Future[None]] = []
        self._batches: queue.SimpleQueue[list[Job]] = queue.SimpleQueue()
        self._closed = False
        self._to_erase = True  # what a reader kept from being erased before the start
        self._erase_again_at = 0.0
        self._chore = chore
        self._left_over = chore is not None
        self._chore_failed = False
        self._thread = threading.Thread(target=self._run, name="hubbub-writer", daemon=True)
        self._thread.start()

    async def run(self, change: Change[T]) -> T:
        """Run a change and return its result once it is durable. Raises what the change raised, and nothing was done.

        Raises ChatError `storage_full` or `unavailable` when the disk or another process is in the way.
        """
        done: asyncio.Future[T] = self._submit(change, together=False)
        return await done

    def submit(self, draft: Any) -> "asyncio.Future[Any]":
        """Have a change made together with others; what `run` would return or raise is the future's.

        Raises ChatError `unavailable` when too many wait.
        """
        return self._submit(draft, together=True)

    def _submit(self, change: Any, *, together: bool) -> "asyncio.Future[Any]":
        if self._closed or len(self._waiting) >= MOST_WAITING:
            raise ChatError(ErrorCode.UNAVAILABLE)
        job = Job(change, together, self._loop.create_future())
        if not self._waiting and not self._writing:
            self._loop.call_soon(self._hand_over)
        self._waiting.append(job)
        return job.done

    async def told(self) -> None:
        """Return when the listener has heard of all that is durable by now."""
        if self._writing:
            told = self._loop.create_future()
            self._to_tell.append(told)
            await told

    async def close(self) -> None:
        """Finish what waits, then close the file."""
        if not self._closed:
            self._closed = True
            if not self._writing:
                self._hand_over()
        await asyncio.to_thread(self._thread.join)

    # In the event loop

    def _hand_over(self) -> None:
        """Give the thread what waits: whole batches, since a thread that is woken per change fights for the GIL."""
        batch, self._waiting = self._waiting[:MOST_PER_COMMIT], self._waiting[MOST_PER_COMMIT:]
        self._writing = len(batch)
        if batch or self._closed:
            self._batches.put(batch)

    def _deliver(self, batch: list[Job]) -> None:
        self._hand_over()  # the next commit is under way while this one is told
        for job in batch:
            for commit in job.commits:
                self._tell(commit)
            if job.done.done():
                continue
            if job.error is not None:
                job.done.set_exception(job.error)
            else:
                job.done.set_result(job.result)
        waiting, self._to_tell = self._to_tell, []
        for told in waiting:
            if not told.done():
                told.set_result(None)

    def _tell(self, commit: Commit) -> None:
        try:
            self.listener(commit)
        except Exception as error:  # else nobody behind it in the batch would ever get an answer
            self._loop.call_exception_handler({"message": "a listener to commits failed", "exception": error})

    # In the thread

    def _run(self) -> None:
        try:
            while batch := self._next_batch():
                started = time.perf_counter()
                self._write(self._db, batch)
                self.stats.seconds += time.perf_counter() - started
                self._loop.call_soon_threadsafe(self._deliver, batch)
                self._erase()
        finally:
            self._db.close()

    def _next_batch(self) -> list[Job]:
        """Wait for changes, and do meanwhile what is left over; an empty batch is the end."""
        while True:
            try:
                return self._batches.get(timeout=self._patience())
            except queue.Empty:
                self._do_chore()
                self._erase()

    def _patience(self) -> float | None:
        """Return for how many seconds to wait for changes before something else is done."""
        if self._left_over:
            return 0 if not self._chore_failed else AGAIN_AFTER
        return AGAIN_AFTER if self._to_erase else None

    def _do_chore(self) -> None:
        """Do a bit of what was left over; what fails is tried again later."""
        if not self._left_over or self._chore is None:
            return
        try:
            transaction = Transaction(self._db)
            self._db.execute("BEGIN IMMEDIATE")
            self._work.forget()
            self._left_over = self._chore(transaction)
            self._db.execute("COMMIT")
            self._chore_failed = False
            self._to_erase = self._to_erase or transaction.erased
        except Exception:  # the thread lives on, whatever it is
            _roll_back(self._db)
            self._chore_failed = self._left_over = True

    def _write(self, db: sqlite3.Connection, batch: list[Job]) -> None:
        self.stats.changes += len(batch)
        try:
            db.execute("BEGIN IMMEDIATE")
            self._work.carry_out(batch)
            db.execute("COMMIT")
            self.stats.commits += 1
            self._to_erase = self._to_erase or any(job.erased for job in batch)
            self._left_over = self._left_over or any(job.left_over for job in batch)
        except Exception as error:  # whatever it is, everybody gets an answer and the thread lives on
            self.stats.failed_commits += 1
            _roll_back(db)
            self._work.forget()
            for job in batch:
                job.error, job.commits = refusal_for(error), ()

    def _erase(self) -> None:
        """Empty the write-ahead log, where deleted texts would live on; while somebody reads from it, try again later.

        It waits for our own readers, who are quick, but not for a backup: changes would wait with it.
        """
        if not self._to_erase or self._left_over or time.monotonic() < self._erase_again_at:
            return
        with suppress(sqlite3.Error):
            self._db.execute(f"PRAGMA busy_timeout={READ_MILLISECONDS}")
            try:
                busy = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                self._to_erase = bool(busy)
            finally:
                self._db.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT * 1000:.0f}")
        if self._to_erase:
            self._erase_again_at = time.monotonic() + AGAIN_AFTER


PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "foreign_keys=ON",
    "cache_size=-16384",  # KiB: a transaction that outgrows the cache writes its pages twice
    "wal_autocheckpoint=4096",  # pages: one that many commits have changed is copied once
)


def connect(path: Path) -> sqlite3.Connection:
    """Open the file for writing: WAL, every commit on the disk before it counts, deleted rows overwritten."""
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    db.row_factory = sqlite3.Row
    try:
        for pragma in PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        db.close()
        raise
    return db


def _roll_back(db: sqlite3.Connection) -> None:
    with suppress(sqlite3.Error):
        if db.in_transaction:
            db.execute("ROLLBACK")
