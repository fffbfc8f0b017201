"""The writer: what waits together is committed together, what fails fails alone, what is answered is durable."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import Author, RoomDeleted
from hubbub.core.member import Role
from hubbub.store.base import CodeTakenError, Commit
from hubbub.store.sqlite import writer as module
from hubbub.store.sqlite.batch import Change, Transaction
from hubbub.store.sqlite.writer import Writer, connect
from tests.store.sqlite.faults import full_disk, locked, wal

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one table."""
    path = tmp_path / "hubbub.db"
    db = connect(path)
    db.execute("CREATE TABLE notes (text TEXT NOT NULL UNIQUE) STRICT")
    db.close()
    return path


@pytest.fixture
async def writer(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Writer]:
    """A writer that has written once and waits for no lock."""
    monkeypatch.setattr(module, "BUSY_TIMEOUT", 0.0)
    writer = Writer(path, asyncio.get_running_loop())
    await writer.run(_note("first"))
    yield writer
    await writer.close()


@pytest.fixture
def told(writer: Writer) -> list[Commit]:
    """The commits that the writer has told."""
    commits: list[Commit] = []
    writer.listener = commits.append
    return commits


class Gate:
    """A change that holds the writer up until it is let go, so that others gather behind it."""

    def __init__(self, writer: Writer) -> None:
        self._open = threading.Event()
        self._reached = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(writer.run(self._wait))

    async def __aenter__(self) -> None:
        await self._reached.wait()

    async def __aexit__(self, *_: object) -> None:
        self._open.set()
        await self._task

    def _wait(self, _: Transaction) -> None:
        self._loop.call_soon_threadsafe(self._reached.set)
        self._open.wait(10)  # not for ever, should a test fail


def _note(text: str, room_id: int = 1) -> Change[str]:
    def change(tx: Transaction) -> str:
        tx.execute("INSERT INTO notes VALUES (?)", (text,))
        tx.publish(room_id, False, RoomDeleted(code="ABCD", seq=1, at=1, by=Author("ann", text, Role.OWNER)))
        return text

    return change


def _notes(path: Path) -> list[str]:
    """Read the file as another process would."""
    other = sqlite3.connect(path)
    try:
        return [row[0] for row in other.execute("SELECT text FROM notes ORDER BY rowid")]
    finally:
        other.close()


async def _start(writer: Writer, *changes: Change[Any]) -> list["asyncio.Task[Any]"]:
    """Hand changes over without waiting for their end."""
    tasks = [asyncio.create_task(writer.run(change)) for change in changes]
    handed_over = asyncio.Event()
    asyncio.get_running_loop().call_soon(handed_over.set)  # behind the tasks' first steps
    await handed_over.wait()
    return tasks


async def test_what_is_answered_is_in_the_file(writer: Writer, path: Path) -> None:
    assert await writer.run(_note("hello")) == "hello"
    assert _notes(path) == ["first", "hello"]


async def test_changes_that_wait_together_share_one_commit(writer: Writer, path: Path, told: list[Commit]) -> None:
    before = writer.stats.commits
    async with Gate(writer):
        tasks = await _start(writer, *(_note(str(n)) for n in range(50)))
    assert await asyncio.gather(*tasks) == [str(n) for n in range(50)]
    assert writer.stats.commits == before + 2, "one for the gate, one for all behind it"
    assert writer.stats.changes == 1 + 1 + 50
    assert writer.stats.seconds > 0
    assert _notes(path) == ["first", *(str(n) for n in range(50))]
    assert [commit.events[0].by.name for commit in told] == [str(n) for n in range(50)]


async def test_a_commit_takes_only_so_many_changes(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PER_COMMIT", 10)
    before = writer.stats.commits
    async with Gate(writer):
        tasks = await _start(writer, *(_note(str(n)) for n in range(25)))
    await asyncio.gather(*tasks)
    assert writer.stats.commits == before + 1 + 3


@pytest.mark.parametrize(
    "poison",
    [
        ChatError(ErrorCode.ROOM_FULL),
        CodeTakenError(),
        ValueError("a bug"),
        sqlite3.IntegrityError("a constraint"),
        sqlite3.OperationalError("no such table"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_change_that_fails_fails_alone(
    writer: Writer, path: Path, told: list[Commit], poison: Exception
) -> None:
    if isinstance(poison, sqlite3.Error):
        poison.sqlite_errorcode = sqlite3.SQLITE_ERROR

    def fail(tx: Transaction) -> None:
        _note("half-done")(tx)
        raise poison

    before = writer.stats.commits
    async with Gate(writer):
        good, bad, also_good = await _start(writer, _note("a"), fail, _note("b"))
    assert [await good, await also_good] == ["a", "b"]
    with pytest.raises(type(poison)) as caught:
        await bad
    assert caught.value is poison
    assert _notes(path) == ["first", "a", "b"]
    assert [commit.events[0].by.name for commit in told] == ["a", "b"]
    assert (writer.stats.commits, writer.stats.failed_commits) == (before + 2, 0)


async def test_a_change_that_loses_the_transaction_fails_all_and_the_writer_lives_on(
    writer: Writer, path: Path, told: list[Commit]
) -> None:
    def lose(tx: Transaction) -> None:
        tx.execute("ROLLBACK")
        raise ValueError("a bug")

    async with Gate(writer):
        tasks = await _start(writer, _note("a"), lose, _note("b"))
    assert await _refusals(tasks) == [ErrorCode.UNAVAILABLE] * 3
    with pytest.raises(ChatError) as caught:
        await tasks[1]
    assert isinstance(caught.value.__cause__, ValueError), "who reads the log must learn why"
    assert told == []
    await writer.run(_note("after"))
    assert _notes(path) == ["first", "after"]


async def test_a_full_disk_at_the_commit_fails_all_that_wait_and_tells_nobody(
    writer: Writer, path: Path, told: list[Commit]
) -> None:
    with full_disk(path):
        async with Gate(writer):
            tasks = await _start(writer, _note("a"), _note("b" * 10_000), _note("c"))
        assert await _refusals(tasks) == [ErrorCode.STORAGE_FULL] * 3
    assert (writer.stats.failed_commits, told) == (1, [])
    assert _notes(path) == ["first"]
    assert await writer.run(_note("after")) == "after"
    assert _notes(path) == ["first", "after"]
    assert [commit.events[0].by.name for commit in told] == ["after"]


async def test_a_full_database_refuses_what_no_longer_fits_until_there_is_room(
    writer: Writer, path: Path, told: list[Commit]
) -> None:
    most = await writer.run(_pragma("max_page_count"))
    await writer.run(_pragma(f"max_page_count={await writer.run(_pragma('page_count'))}"))
    async with Gate(writer):
        tasks = await _start(writer, _note("a"), _note("b" * 100_000))
    assert await _refusals(tasks) == [ErrorCode.STORAGE_FULL] * 2
    assert (_notes(path), told) == (["first"], [])
    assert await writer.run(_note("small")) == "small"
    await writer.run(_pragma(f"max_page_count={most}"))
    await writer.run(_note("b" * 100_000))
    assert _notes(path) == ["first", "small", "b" * 100_000]


async def test_a_database_that_another_process_holds_is_unavailable_until_it_lets_go(
    writer: Writer, path: Path, told: list[Commit]
) -> None:
    with locked(path):
        tasks = await _start(writer, _note("a"), _note("b"))
        assert await _refusals(tasks) == [ErrorCode.UNAVAILABLE] * 2
    assert (_notes(path), told) == (["first"], [])
    assert await writer.run(_note("after")) == "after"
    assert _notes(path) == ["first", "after"]


async def test_more_than_so_many_changes_may_not_wait(
    writer: Writer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    async with Gate(writer):
        tasks = await _start(writer, *(_note(str(n)) for n in range(5)))
        assert await _refusals(tasks[3:]) == [ErrorCode.UNAVAILABLE] * 2
        assert not any(task.done() for task in tasks[:3])
    assert await asyncio.gather(*tasks[:3]) == ["0", "1", "2"]
    await writer.run(_note("after"))
    assert _notes(path) == ["first", "0", "1", "2", "after"]


async def test_a_cancelled_change_is_made_and_told_all_the_same(writer: Writer, path: Path, told: list[Commit]) -> None:
    async with Gate(writer):
        cancelled, other = await _start(writer, _note("cancelled"), _note("other"))
        cancelled.cancel()
    assert await other == "other"
    assert cancelled.cancelled()
    assert _notes(path) == ["first", "cancelled", "other"]
    assert [commit.events[0].by.name for commit in told] == ["cancelled", "other"]


async def test_a_listener_that_fails_keeps_nobody_waiting(writer: Writer) -> None:
    reported: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    usual = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: reported.append(context))
    writer.listener = _fail
    try:
        async with Gate(writer):
            tasks = await _start(writer, _note("a"), _note("b"))
        assert await asyncio.gather(*tasks) == ["a", "b"]
    finally:
        loop.set_exception_handler(usual)
    assert [str(context["exception"]) for context in reported] == ["told a", "told b"]


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("secure_delete", 1), ("foreign_keys", 1)]
)
async def test_the_file_is_written_with_care(writer: Writer, pragma: str, value: object) -> None:
    assert await writer.run(_pragma(pragma)) == value


async def test_one_can_wait_until_all_that_can_be_read_by_now_is_told(
    writer: Writer, path: Path, told: list[Commit], monkeypatch: pytest.MonkeyPatch
) -> None:
    await writer.told()
    batches, is_committed, deliver = list[Any](), asyncio.Event(), writer._deliver

    def keep(batch: Any) -> None:
        batches.append(batch)
        is_committed.set()

    monkeypatch.setattr(writer, "_deliver", keep)
    noting = asyncio.ensure_future(writer.run(_note("second")))
    await is_committed.wait()
    assert "second" in _notes(path)
    waiting = [asyncio.ensure_future(writer.told()) for _ in range(2)]
    await asyncio.wait(waiting, timeout=0)
    assert (told, [each.done() for each in waiting]) == ([], [False, False])
    waiting[0].cancel()
    monkeypatch.undo()
    deliver(batches.pop())
    await waiting[1]
    assert (len(told), await noting) == (1, "second")


async def test_closing_finishes_what_waits(writer: Writer, path: Path, told: list[Commit]) -> None:
    gate = Gate(writer)
    async with gate:
        tasks = await _start(writer, *(_note(str(n)) for n in range(20)))
        closing = asyncio.create_task(writer.close())
    await closing
    assert [task.result() for task in tasks] == [str(n) for n in range(20)]
    assert len(told) == 20
    assert _notes(path) == ["first", *(str(n) for n in range(20))]


async def test_a_closed_writer_refuses_and_can_be_closed_again(writer: Writer, path: Path) -> None:
    await writer.close()
    await writer.close()
    with pytest.raises(ChatError) as caught:
        await writer.run(_note("late"))
    assert caught.value.code is ErrorCode.UNAVAILABLE
    assert not wal(path).exists(), "the last to close leaves one whole file"


async def test_a_file_that_is_no_database_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "hubbub.db").write_text("not a database " * 1_000)
    with pytest.raises(sqlite3.DatabaseError):
        Writer(tmp_path / "hubbub.db", asyncio.get_running_loop())


def _fail(commit: Commit) -> None:
    raise RuntimeError(f"told {commit.events[0].by.name}")


def _pragma(pragma: str) -> Change[Any]:
    return lambda tx: tx.execute(f"PRAGMA {pragma}").fetchone()[0]


async def _refusals(tasks: list["asyncio.Task[Any]"]) -> list[ErrorCode]:
    """Wait for tasks that must be refused; return how."""
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    return [outcome.code for outcome in outcomes if isinstance(outcome, ChatError)]
