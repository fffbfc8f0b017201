"""The default store: one SQLite file, one thread that writes it, many readers."""

from hubbub.store.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
