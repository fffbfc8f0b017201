"""The database file itself: is it there, is it ours, is it up to date, was an older copy put back?"""

import importlib.resources
import secrets
import sqlite3
from collections.abc import Callable
from pathlib import Path

from hubbub.store.base import StoreBrokenError
from hubbub.store.migrations import HEAD
from hubbub.store.sqlite.writer import connect

Say = Callable[[str], None]
"""Tells the person who started the server one line."""


def prepare(path: Path, say: Say) -> str:
    """Create the database or bring it up to date; return the installation's four-letter name.

    Must run under the data folder's lock. Raises StoreBrokenError, with nothing changed, if the file can't be used:
    it is not a database, damaged, of a newer version, locked, or a migration failed.
    """
    try:
        known = _revision(path)
        if known is None:
            _migrate(path)
            say("Database created.")
        elif known != HEAD:
            _upgrade(path, known, say)
        return _note_start(path, say)
    except (sqlite3.Error, OSError) as error:
        raise StoreBrokenError(f"The database {path} can't be used: {error}.") from error


def _revision(path: Path) -> str | None:
    """Return the revision of the file's tables, None if there are none yet."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    db = sqlite3.connect(path)  # not `connect`, whose WAL mode would change a file that isn't ours
    try:
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        if "alembic_version" not in tables:
            if tables:
                raise StoreBrokenError(f"{path} is a database, but not one of Hubbub's.")
            return None
        row = db.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None
    finally:
        db.close()


def _upgrade(path: Path, known: str, say: Say) -> None:
    if known not in _revisions():
        raise StoreBrokenError(
            f"The database {path} was made by a newer Hubbub (revision {known}; this one knows up to {HEAD})."
            " Start that version, or use another folder."
        )
    snapshot = _snapshot(path, known)
    say(f"Bringing the database from revision {known} to {HEAD}; a copy as it was is {snapshot}.")
    try:
        _migrate(path)
    except StoreBrokenError as error:
        raise StoreBrokenError(f"{error} Nothing was changed; a copy from before is {snapshot}.") from error


def _snapshot(path: Path, known: str) -> Path:
    """Copy the database, whole and readable on its own, beside it."""
    folder = path.parent / "snapshots"
    folder.mkdir(exist_ok=True, mode=0o700)
    target = folder / f"{path.stem}-{known}.db"
    number = 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem}-{known}-{number}.db"
    source, copy = connect(path), sqlite3.connect(target)
    try:
        source.backup(copy)
    finally:
        source.close()
        copy.close()
    target.chmod(0o600)
    return target


def _revisions() -> set[str]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - alembic costs 0.2 s, and is seldom needed

    return {script.revision for script in ScriptDirectory(_scripts()).walk_revisions()}


def _migrate(path: Path) -> None:
    """Run the scripts that the file lacks, all in one transaction."""
    from alembic import command  # noqa: PLC0415 - as above
    from alembic.config import Config  # noqa: PLC0415 - as above
    from sqlalchemy import URL, create_engine, event  # noqa: PLC0415 - as above

    path.touch(mode=0o600)
    engine = create_engine(URL.create("sqlite", database=str(path)), creator=lambda: connect(path))
    # sqlite3 must leave transactions alone, or CREATE TABLE would commit them half-way
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    config = Config()
    config.set_main_option("script_location", _scripts())
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except Exception as error:  # a script may raise anything, and all of it was rolled back
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise StoreBrokenError(f"A migration of {path} failed: {reason}.") from error
    finally:
        engine.dispose()


def _scripts() -> str:
    return str(importlib.resources.files("hubbub.store") / "migrations")


def _note_start(path: Path, say: Say) -> str:
    """Count this start in the database and beside it; if the database is behind, an older copy was put back.

    Then every room gets a new epoch, so that no client trusts a seq of the history that was lost.
    """
    counter = path.parent / "start"
    beside = _read_number(counter)
    db = connect(path)
    try:
        db.execute("BEGIN IMMEDIATE")
        row = db.execute("SELECT name, starts FROM install").fetchone()
        if row is None:
            name, starts = "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(4)), 0
            db.execute("INSERT INTO install VALUES (1, ?, 0)", (name,))
        else:
            name, starts = row
        if starts < beside:
            db.execute("UPDATE rooms SET epoch = lower(hex(randomblob(8)))")
            say("This database is older than the one last served here: clients will read their rooms afresh.")
        starts = max(starts, beside) + 1
        db.execute("UPDATE install SET starts = ?", (starts,))
        db.execute("COMMIT")
    finally:
        db.close()
    draft = counter.with_suffix(".new")
    draft.write_text(f"{starts}\n")
    draft.replace(counter)
    return str(name)


def _read_number(path: Path) -> int:
    """Read a number; 0 if the file is missing or a power cut has left it empty."""
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return 0
