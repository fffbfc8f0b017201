"""The database file itself: is it there, is it ours, is it up to date, was an older copy put back?"""

import filecmp
import importlib.resources
import os
import secrets
import sqlite3
from collections.abc import Callable
from contextlib import suppress
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
    """Copy the database, whole and readable on its own, beside it.

    A copy that is the same to the byte is enough: who tries again and again to start must not fill the disk.
    """
    folder = path.parent / "snapshots"
    folder.mkdir(exist_ok=True, mode=0o700)
    draft = _copy(path, folder / "unfinished")
    target, number = folder / f"{path.stem}-{known}.db", 1
    while target.exists():
        if filecmp.cmp(target, draft, shallow=False):
            draft.unlink()
            return target
        number += 1
        target = folder / f"{path.stem}-{known}-{number}.db"
    return draft.rename(target)


def _copy(path: Path, draft: Path) -> Path:
    """Copy the database over what a copy that was broken off has left; nothing is left of one that fails."""
    draft.unlink(missing_ok=True)
    source, copy = connect(path), sqlite3.connect(draft)
    try:
        source.backup(copy)
    except sqlite3.Error:
        draft.unlink()
        raise
    finally:
        source.close()
        copy.close()
    draft.chmod(0o600)
    return draft


def _revisions() -> set[str]:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - alembic costs 0.2 s, and is seldom needed

    return {script.revision for script in ScriptDirectory(_scripts()).walk_revisions()}


def _migrate(path: Path) -> None:
    """Run the scripts that the file lacks, all in one transaction."""
    from alembic import command  # noqa: PLC0415 - as above
    from alembic.config import Config  # noqa: PLC0415 - as above
    from sqlalchemy import URL, create_engine, event  # noqa: PLC0415 - as above

    path.touch(mode=0o600)
    engine = create_engine(URL.create("sqlite", database=str(path)), creator=lambda: _for_migrations(path))
    # sqlite3 must leave transactions alone, or CREATE TABLE would commit them half-way
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    config = Config()
    config.set_main_option("script_location", _scripts().replace("%", "%%"))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise ValueError("it would leave rows that belong to nothing")
    except Exception as error:  # a script may raise anything, and all of it was rolled back
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise StoreBrokenError(f"A migration of {path} failed: {reason}.") from error
    finally:
        engine.dispose()


def _for_migrations(path: Path) -> sqlite3.Connection:
    """Open the file so that a table may be made anew under the rows that refer to it; they are checked at the end."""
    db = connect(path)
    db.execute("PRAGMA foreign_keys=OFF")
    return db


def _scripts() -> str:
    return str(importlib.resources.files("hubbub.store") / "migrations")


def _note_start(path: Path, say: Say) -> str:
    """Count this start in the database and beside it; if the two don't belong together, an older copy was put back.

    Then every room gets a new epoch, so that no client trusts a seq of the history that was lost.
    """
    db = connect(path)
    try:
        row = db.execute("SELECT name, starts, place FROM install").fetchone()
        name, starts, known = row or ("".join(secrets.choice("abcdefghijkmnpqrstuvwxyz") for _ in range(4)), 0, None)
        restored = row is not None and known != _place(path)
        place = _take_place(path, starts + 1)
        db.execute("BEGIN IMMEDIATE")
        if restored:
            db.execute("UPDATE rooms SET epoch = lower(hex(randomblob(8)))")
        db.execute("INSERT OR REPLACE INTO install VALUES (1, ?, ?, ?)", (name, starts + 1, place))
        db.execute("COMMIT")
    finally:
        db.close()
    if restored and known is not None:
        say("This database isn't the one last served here, but a copy: clients will read their rooms afresh.")
    return str(name)


def note_stop(path: Path) -> None:
    """Count a stop like a start: a copy that was taken while the server ran is behind from here on.

    Best done last of all; a server that is killed counts nothing, and its next start does. Where the disk is full,
    that is all too: the next start will take the database for a copy, which costs clients no more than a look.
    """
    with suppress(sqlite3.Error, OSError):
        db = connect(path)
        try:
            starts = db.execute("SELECT starts FROM install").fetchone()[0] + 1
            db.execute("UPDATE install SET starts = ?, place = ?", (starts, _take_place(path, starts)))
        finally:
            db.close()


def _take_place(path: Path, number: int) -> str:
    """Write a number beside the database, and return the place that the two have now."""
    with _beside(path).open("w") as file:
        file.write(f"{number}\n")
        file.flush()
        os.fsync(file.fileno())  # a power cut must not bring back its former time
    return _place(path)


def _place(path: Path) -> str:
    """Return what no copy of a database has in common with it, not even one of the whole folder.

    That is what lies beside it, and when the system last changed that file: nobody can set this time, and whoever
    puts a copy back changes it. In the folder that was copied it has become another with the next start or stop.
    """
    beside = _beside(path)
    try:
        stat = beside.stat()
        return f"{beside.read_text(errors='replace').strip()} {stat.st_ino} {stat.st_ctime_ns} {path.stat().st_ino}"
    except FileNotFoundError:
        return ""


def _beside(path: Path) -> Path:
    return path.parent / "start"
