"""The thread that answers the questions of whoever comes in: those that wait together are answered in one go."""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hubbub.core.error import ChatError, ErrorCode
from hubbub.store.sqlite.rows import Database

T = TypeVar("T")

MOST_WAITING = 20_000
"""Questions that may wait; past that one is refused as `unavailable`."""

MOST_AT_ONCE = 64


@dataclass(slots=True)
class _Job:
    question: Callable[[Database], Any]
    answered: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Reader:
    """Answers questions in the order in which they were asked. Raises sqlite3.Error if the file can't be opened.

    It is for questions that find a row by its key. Through SQLAlchemy and aiosqlite one takes fifty times as long as
    SQLite needs for it, most of that in going from thread to thread; when everybody comes back at once, that decides.
    """

    def __init__(self, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA query_only=ON")
        self._loop = loop
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="hubbub-reader", daemon=True)
        self._thread.start()

    async def ask(self, question: Callable[[Database], T]) -> T:
        """Return the answer. Raises ChatError `unavailable` when the database can't be read at the moment."""
        if self._closed or self._jobs.qsize() >= MOST_WAITING:
            raise ChatError(ErrorCode.UNAVAILABLE)
        job = _Job(question, self._loop.create_future())
        self._jobs.put(job)
        result: T = await job.answered
        return result

    async def close(self) -> None:
        """Answer what was asked, then close the file."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            while job := self._jobs.get():
                jobs = [job]
                while len(jobs) < MOST_AT_ONCE and not self._jobs.empty():
                    if (more := self._jobs.get()) is None:
                        self._jobs.put(None)
                        break
                    jobs.append(more)
                for each in jobs:
                    self._answer(each)
                self._loop.call_soon_threadsafe(_deliver, jobs)
        finally:
            self._db.close()

    def _answer(self, job: _Job) -> None:
        try:
            job.result = job.question(self._db)
        except sqlite3.Error as error:
            job.error = ChatError(ErrorCode.UNAVAILABLE)
            job.error.__cause__ = error
        except Exception as error:  # whatever it is, it is the asker's, and the thread lives on
            job.error = error


def _deliver(jobs: list[_Job]) -> None:
    for job in jobs:
        if job.answered.done():
            continue
        if job.error is not None:
            job.answered.set_exception(job.error)
        else:
            job.answered.set_result(job.result)
