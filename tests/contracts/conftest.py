"""The adapters on which each contract suite runs; another adapter is one more line in a table."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from hubbub.store.base import Commit, Store
from hubbub.store.memory import MemoryStore
from hubbub.store.sqlite import SqliteStore
from hubbub.store.sqlite.files import prepare


@asynccontextmanager
async def _sqlite(folder: Path) -> AsyncIterator[Store]:
    prepare(folder / "hubbub.db", lambda _: None)
    async with SqliteStore.open(folder / "hubbub.db") as store:
        yield store


@asynccontextmanager
async def _memory(_folder: Path) -> AsyncIterator[Store]:
    store = MemoryStore()
    yield store
    await store.close()


STORES: dict[str, Callable[[Path], AbstractAsyncContextManager[Store]]] = {"sqlite": _sqlite, "memory": _memory}


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store of each adapter in turn."""
    async with STORES[request.param](tmp_path) as store:
        yield store


@pytest.fixture
def told(store: Store) -> list[Commit]:
    """The commits that the store has told, in that order."""
    commits: list[Commit] = []
    store.on_commit(commits.append)
    return commits
