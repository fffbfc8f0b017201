"""A batch: single changes see what went before them, and what was remembered is given up in time."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hubbub.core.error import ChatError, ErrorCode
from hubbub.store.sqlite.batch import Batches, Job, Outcome, refusal_for
from hubbub.store.sqlite.writer import connect

pytestmark = pytest.mark.anyio


class Recorder:
    """Changes that are made together, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[object] = []

    def carry_out(self, drafts: Sequence[Any]) -> list[Outcome[Any]]:
        """Refuse what is called `bad`."""
        self.asked.append(list(drafts))
        return [ChatError(ErrorCode.NOT_A_MEMBER) if draft == "bad" else (draft.upper(), None) for draft in drafts]

    def forget(self) -> None:
        """See Together."""
        self.asked.append("forget")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "hubbub.db"


@pytest.fixture
def db(path: Path) -> Iterator[sqlite3.Connection]:
    """A database with one table."""
    with closing(connect(path)) as db:
        db.execute("CREATE TABLE notes (text TEXT)")
        yield db


def job(change: Any, *, together: bool = False) -> Job:
    """Return a job that nobody waits for."""
    return Job(change, together, asyncio.get_running_loop().create_future())


async def test_changes_of_the_kind_are_made_together_as_far_as_nothing_comes_between(db: sqlite3.Connection) -> None:
    together = Recorder()
    batches = Batches(db, together)
    jobs = [job(draft, together=True) for draft in ("one", "bad", "two")]
    jobs += [job(lambda tx: tx.execute("SELECT 'alone'").fetchone()[0]), job("three", together=True)]
    batches.carry_out(jobs)
    assert together.asked[-3:] == [["one", "bad", "two"], "forget", ["three"]]
    assert [each.result for each in jobs] == ["ONE", None, "TWO", "alone", "THREE"]
    assert isinstance(jobs[1].error, ChatError)
    assert [each.error for each in jobs if each is not jobs[1]] == [None] * 4


async def test_what_another_process_writes_is_noticed(db: sqlite3.Connection, path: Path) -> None:
    together = Recorder()
    batches = Batches(db, together)
    batches.carry_out([])
    together.asked.clear()
    batches.carry_out([])
    assert together.asked == []
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("INSERT INTO notes VALUES ('mine')")
    batches.carry_out([])
    assert together.asked == ["forget"]


def test_a_lost_transaction_is_the_disks_fault_or_passes() -> None:
    assert refusal_for(ValueError()).code is ErrorCode.UNAVAILABLE
    full = sqlite3.OperationalError()
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    assert refusal_for(full).code is ErrorCode.STORAGE_FULL
