"""The SQLite adapter as a whole: what only a file can get wrong."""

import asyncio
import re
import sqlite3
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from hubbub.core.error import ErrorCode
from hubbub.core.user import User
from hubbub.store.base import CodeTakenError, Commit, StoreBrokenError
from hubbub.store.sqlite import SqliteStore
from hubbub.store.sqlite.files import prepare
from hubbub.store.sqlite.rooms import AT_ONCE
from hubbub.store.sqlite.writer import BUSY_TIMEOUT
from tests.contracts import given
from tests.contracts.given import AT
from tests.store.sqlite.faults import full_disk, locked, wal
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

CANARY = "canary-in-the-coal-mine"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that is ready to be opened."""
    path = tmp_path / "hubbub.db"
    prepare(path, lambda _: None)
    return path


@pytest.fixture
async def store(path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SqliteStore]:
    """A store that waits for no lock, with a room in it."""
    monkeypatch.setattr("hubbub.store.sqlite.writer.BUSY_TIMEOUT", 0.0)
    async with SqliteStore.open(path) as store:
        await given.room(store)
        yield store


async def test_what_was_kept_is_there_when_the_file_is_opened_again(path: Path) -> None:
    async with SqliteStore.open(path) as store:
        room = await given.room(store)
        ann = await given.member(store)
        await given.say(store, ann, "hello")
        log = await given.log_of(store, room)
    async with SqliteStore.open(path) as store:
        assert await given.log_of(store, room) == log
        assert (await given.find_member(store, ann)).member.seated
        assert (await given.say(store, ann)).seq == log[-1].seq + 1


async def test_a_refused_commit_takes_no_seq_and_tells_nobody(store: SqliteStore, path: Path) -> None:
    ann = await given.member(store)
    before = await given.say(store, ann)
    told: list[Commit] = []
    store.on_commit(told.append)
    with full_disk(path):
        full = await given.refusal(given.say(store, ann, "x" * 10_000))
    with locked(path):
        busy = await given.refusal(given.say(store, ann))
    assert (full.code, busy.code) == (ErrorCode.STORAGE_FULL, ErrorCode.UNAVAILABLE)
    assert told == []
    after = await given.say(store, ann)
    assert (after.seq, after.number) == (before.seq + 1, before.number + 1)
    assert [commit.events[0].seq for commit in told] == [after.seq]


async def test_a_full_disk_leaves_everything_readable(store: SqliteStore, path: Path) -> None:
    ann = await given.member(store)
    await given.say(store, ann, "hello")
    room = await given.find_room(store)
    with full_disk(path):
        await given.refusal(given.say(store, ann, "x" * 10_000))
        await store.ping()
        assert [message.text for message in await given.messages_of(store, room)] == ["hello"]


async def test_nothing_of_a_deleted_room_is_in_any_byte_of_the_file(store: SqliteStore, path: Path) -> None:
    await given.room(store, "GONE")
    ann = await given.member(store, "Ann", "GONE")
    for n in range(50):
        text = CANARY * (1 + 40 * n)  # from a small cell to many overflow pages
        await store.append_message(given.message(ann, text, f"{CANARY}-{n}", code="GONE"))
    assert _canary_is_in(path, wal(path))
    assert await store.delete_room("GONE", AT, by=None)
    await store.close()
    assert not _canary_is_in(path, wal(path))
    async with SqliteStore.open(path) as again:
        assert (await given.find_room(again)).code == "ABCD"


async def test_whoever_reads_the_log_for_long_keeps_deleted_texts_in_it_and_nobody_waiting(path: Path) -> None:
    async with SqliteStore.open(path) as store:
        for code in ("GONE", "ABCD"):
            await given.room(store, code)
        ann, bob = await given.member(store, "Ann", "GONE"), await given.member(store, "Bob")
        await given.say(store, ann, CANARY, code="GONE")
        with closing(sqlite3.connect(path)) as backup:
            backup.execute("BEGIN")
            backup.execute("SELECT count(*) FROM messages").fetchone()
            assert await store.delete_room("GONE", AT, by=None)
            async with asyncio.timeout(3 * BUSY_TIMEOUT):  # they would wait so long each
                for n in range(10):
                    await given.say(store, bob, f"meanwhile {n}")
            assert _canary_is_in(path, wal(path))
        eventually(lambda: not _canary_is_in(path, wal(path)))


async def test_deleted_texts_that_a_reader_kept_in_the_log_over_a_restart_go_when_it_is_through(path: Path) -> None:
    with closing(sqlite3.connect(path)) as backup:
        async with SqliteStore.open(path) as store:
            await given.room(store, "GONE")
            await given.say(store, await given.member(store, "Ann", "GONE"), CANARY, code="GONE")
            backup.execute("BEGIN")
            backup.execute("SELECT count(*) FROM messages").fetchone()
            assert await store.delete_room("GONE", AT, by=None)
        prepare(path, lambda _: None)
        async with SqliteStore.open(path):
            assert _canary_is_in(path, wal(path))
            backup.execute("COMMIT")
            eventually(lambda: not _canary_is_in(path, wal(path)))


async def test_a_large_room_is_gone_at_once_and_its_rows_bit_by_bit(store: SqliteStore, path: Path) -> None:
    ann, gate = await _large_room(store), _hold_chore(store)
    assert await store.delete_room("GONE", AT, by=None)
    assert _count(path, "messages") == LARGE - AT_ONCE, "the rest doesn't hold up who waits"
    assert await store.find_member("GONE", ann.id) is None
    assert await store.rooms_of(ann.id, 9) == []
    gate.set()
    with pytest.raises(CodeTakenError):
        await given.room(store, "GONE")
    assert (await given.refusal(store.append_message(given.message(ann, code="GONE")))).code is ErrorCode.NOT_A_MEMBER
    eventually(lambda: _count(path, "messages") == 0 and _count(path, "rooms") == 1)
    eventually(lambda: not _canary_is_in(path, wal(path)))


async def test_what_is_left_of_a_large_room_goes_when_the_store_is_opened_again(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _large_room(store)
    monkeypatch.setattr(store._writer, "_chore", lambda _: True)  # it never gets to it
    assert await store.delete_room("GONE", AT, by=None)
    await store.close()
    assert _count(path, "messages") == LARGE - AT_ONCE
    async with SqliteStore.open(path) as again:
        eventually(lambda: _count(path, "messages") == 0)
        assert (await given.find_room(again)).code == "ABCD"
    assert not _canary_is_in(path, wal(path))


async def test_what_could_not_be_deleted_yet_is_deleted_later(store: SqliteStore, path: Path) -> None:
    await _large_room(store)
    gate = _hold_chore(store)
    assert await store.delete_room("GONE", AT, by=None)
    with locked(path):
        gate.set()
        eventually(lambda: store._writer._chore_failed)
        assert _count(path, "messages") == LARGE - AT_ONCE
    eventually(lambda: _count(path, "messages") == 0)


async def test_a_database_without_its_tables_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreBrokenError, match="no such table"):
        async with SqliteStore.open(tmp_path / "empty.db"):
            pass


async def test_a_store_that_cannot_be_read_says_so_to_whoever_asks(store: SqliteStore, path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("DROP TABLE logins")
    db.close()
    assert (await given.refusal(store.find_login(b"hash"))).code is ErrorCode.UNAVAILABLE


async def test_what_is_no_database_cannot_be_opened(tmp_path: Path) -> None:
    path = tmp_path / "hubbub.db"
    path.write_text("not a database " * 1_000)
    with pytest.raises(StoreBrokenError) as caught:
        async with SqliteStore.open(path):
            pass
    assert str(caught.value) == f"The database {path} can't be used: file is not a database."


@pytest.mark.parametrize("folder", ["with space", "what?mode=ro", "50%", "a#b", "ö"])
async def test_a_folder_may_have_any_name(tmp_path: Path, folder: str) -> None:
    path = tmp_path / folder / "hubbub.db"
    path.parent.mkdir()
    prepare(path, lambda _: None)
    async with SqliteStore.open(path) as store:
        room = await given.room(store)
        assert await store.find_room("ABCD") == room


async def test_reading_cannot_write(store: SqliteStore) -> None:
    assert (await given.refusal(store._reader.ask(lambda db: db.execute("DELETE FROM rooms")))).code == (
        ErrorCode.UNAVAILABLE
    )
    async with store._engine.connect() as connection:
        with pytest.raises(Exception, match="readonly"):
            await connection.exec_driver_sql("DELETE FROM rooms")
    assert await store.find_room("ABCD")


async def test_no_question_reads_through_a_whole_table(store: SqliteStore, path: Path) -> None:
    asked: list[tuple[str, Any]] = []

    @event.listens_for(store._engine.sync_engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, sql: str, parameters: Any, *_: object) -> None:
        asked.append((sql, parameters))

    store._reader._db.set_trace_callback(lambda sql: asked.append((sql, ())))
    await store.find_login(b"hash")
    await store.find_room("ABCD")
    await store.find_member("ABCD", "ann")
    await store.rooms_of("ann", 5)
    await store.vanishing_rooms()
    await store.expired_rooms(AT)
    await store.seats()
    await store.members(1, "", 5)
    await store.events(1, 0, 5)
    await store.messages(1, None, None, 5)
    await store.messages(1, 5, None, 5)
    await store.messages(1, None, 5, 5)
    assert len(asked) == 12
    db = sqlite3.connect(path)
    for sql, parameters in asked:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        assert not [step for step in plan if re.match(r"SCAN (?!anon)", step) and "USING" not in step], (sql, plan)
    db.close()


def _canary_is_in(*files: Path) -> bool:
    return any(CANARY.encode() in file.read_bytes() for file in files if file.exists())


LARGE = 3 * AT_ONCE + 1


async def _large_room(store: SqliteStore) -> User:
    """Make a room with many messages; return a member."""
    await given.room(store, "GONE")
    ann = await given.member(store, "Ann", "GONE")
    drafts = (given.message(ann, f"{CANARY} {n}", str(n), code="GONE") for n in range(LARGE))
    await asyncio.gather(*(store.append_message(draft) for draft in drafts))
    return ann


def _hold_chore(store: SqliteStore) -> threading.Event:
    """Keep the writer from its chore until the event is set."""
    gate, do_chore = threading.Event(), store._writer._do_chore

    def wait_and_do() -> None:
        assert gate.wait(30)
        do_chore()

    store._writer._do_chore = wait_and_do  # type: ignore[method-assign]
    return gate


def _count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as db:
        count: int = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        return count
