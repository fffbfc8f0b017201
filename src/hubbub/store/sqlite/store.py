"""The SQLite adapter of the store: changes through the writer, questions through the reader and the read side."""

import asyncio
import functools
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from hubbub.core.reply import Sent
from hubbub.core.room import Room
from hubbub.core.user import Login, User
from hubbub.store.base import CodeTry, CommitListener, Membership, NewMessage, NewRoom, StoreBrokenError
from hubbub.store.reads import Reads
from hubbub.store.sqlite import members, messages, people, rooms
from hubbub.store.sqlite.reader import Reader
from hubbub.store.sqlite.rows import find_membership
from hubbub.store.sqlite.writer import Writer, WriterStats


class SqliteStore(Reads):
    """Holds the promises of `store.base.Store` on one file."""

    def __init__(self, writer: Writer, reader: Reader, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self._writer = writer
        self._reader = reader

    @classmethod
    @asynccontextmanager
    async def open(cls, path: Path) -> AsyncIterator["SqliteStore"]:
        """Open a file whose tables are up to date (`files.prepare` sees to that). Raises StoreBrokenError."""
        try:
            writer = Writer(path, asyncio.get_running_loop(), messages.Appender, rooms.bury)
            reader = Reader(path, asyncio.get_running_loop())
        except sqlite3.Error as error:
            raise StoreBrokenError(f"The database {path} can't be used: {error}.") from error
        store = cls(writer, reader, _reading_engine(path))
        try:
            yield store
        finally:
            await store.close()

    @property
    def stats(self) -> WriterStats:
        """Counters of what was written."""
        return self._writer.stats

    def on_commit(self, listener: CommitListener) -> None:
        """See the port."""
        self._writer.listener = listener

    async def told(self) -> None:
        """See the port."""
        await self._writer.told()

    async def close(self) -> None:
        """See the port."""
        await self._writer.close()
        await self._reader.close()
        await self._engine.dispose()

    async def find_login(self, token_hash: bytes) -> Login | None:
        """See the port."""
        return await self._reader.ask(functools.partial(people.find_login, token_hash=token_hash))

    async def find_member(self, code: str, user_id: str) -> Membership | None:
        """See the port."""
        return await self._reader.ask(functools.partial(find_membership, code=code, user_id=user_id))

    async def add_guest(self, user: User, token_hash: bytes, at: int) -> None:
        """See the port."""
        await self._writer.run(functools.partial(people.add_guest, user=user, token_hash=token_hash, at=at))

    async def touch_login(self, token_hash: bytes, at: int) -> None:
        """See the port."""
        await self._writer.run(functools.partial(people.touch_login, token_hash=token_hash, at=at))

    async def change_name(self, user_id: str, name: str, at: int) -> User:
        """See the port."""
        return await self._writer.run(functools.partial(people.change_name, user_id=user_id, name=name, at=at))

    async def add_room(self, draft: NewRoom) -> Room:
        """See the port."""
        return await self._writer.run(functools.partial(rooms.add_room, draft=draft))

    async def try_code(self, code: str, keys: Sequence[str], at: int, *, private: bool) -> CodeTry:
        """See the port."""
        return await self._writer.run(functools.partial(rooms.try_code, code=code, keys=keys, at=at, private=private))

    async def delete_room(
        self, code: str, at: int, *, by: str | None, if_empty: bool = False, if_expired: bool = False
    ) -> bool:
        """See the port."""
        change = functools.partial(rooms.delete_room, code=code, at=at, by=by, if_empty=if_empty, if_expired=if_expired)
        return await self._writer.run(change)

    async def add_member(self, code: str, user: User, at: int) -> Membership:
        """See the port."""
        return await self._writer.run(functools.partial(members.add_member, code=code, user=user, at=at))

    async def take_seat(self, code: str, user_id: str) -> Membership:
        """See the port."""
        return await self._writer.run(functools.partial(members.take_seat, code=code, user_id=user_id))

    async def end_membership(self, code: str, user_id: str, at: int) -> None:
        """See the port."""
        await self._writer.run(functools.partial(members.end_membership, code=code, user_id=user_id, at=at))

    async def free_seats(self, code: str, user_ids: Sequence[str]) -> None:
        """See the port."""
        await self._writer.run(functools.partial(members.free_seats, code=code, user_ids=user_ids))

    async def set_read(self, code: str, user_id: str, number: int) -> int:
        """See the port."""
        return await self._writer.run(functools.partial(members.set_read, code=code, user_id=user_id, number=number))

    def append_message(self, draft: NewMessage) -> Awaitable[Sent]:
        """See the port."""
        return self._writer.submit(draft)


def _reading_engine(path: Path) -> AsyncEngine:
    url = URL.create("sqlite+aiosqlite", database=str(path))
    engine = create_async_engine(
        url, pool_size=4, max_overflow=0, pool_timeout=10, hide_parameters=True
    )  # parameters would put codes and tokens into the log

    @event.listens_for(engine.sync_engine, "connect")
    def only_read(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    return engine
