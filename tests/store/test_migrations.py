"""The migrations: from every revision there ever was to the tables that the models describe."""

import re
import sqlite3
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, create_engine, event

from hubbub.store.migrations import HEAD
from hubbub.store.models import Base
from hubbub.store.sqlite import files
from hubbub.store.sqlite.files import prepare
from hubbub.store.sqlite.writer import connect

SCRIPTS = ScriptDirectory(files._scripts())
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()]
EVERY_START = ["base", *reversed(REVISIONS)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be."""
    return tmp_path / "hubbub.db"


def test_the_newest_revision_is_known_without_alembic() -> None:
    assert SCRIPTS.get_current_head() == HEAD


def test_the_revisions_are_one_line_that_runs_forward_only() -> None:
    assert len(SCRIPTS.get_heads()) == len(SCRIPTS.get_bases()) == 1
    for script in SCRIPTS.walk_revisions():
        assert not script.is_merge_point
        assert not hasattr(script.module, "downgrade"), f"{script.revision} can't be taken back: restore the snapshot"


@pytest.mark.parametrize("start", EVERY_START)
def test_from_every_revision_one_comes_to_the_models(path: Path, start: str) -> None:
    said = _prepare_from(path, start)
    assert len(said) == (start != HEAD)
    engine = _engine(path)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert context.get_current_revision() == HEAD
        assert compare_metadata(context, Base.metadata) == []
        assert compare_metadata(context, MetaData()), "the comparison must be able to see a difference"
    engine.dispose()


@pytest.mark.parametrize("start", EVERY_START)
def test_migrated_tables_are_written_as_the_models_write_them(path: Path, tmp_path: Path, start: str) -> None:
    _prepare_from(path, start)
    engine = _engine(tmp_path / "models.db")
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
    engine.dispose()
    assert _schema(path) == _schema(tmp_path / "models.db")


@pytest.mark.parametrize("start", EVERY_START)
def test_no_row_refers_to_nothing_after_an_upgrade(path: Path, start: str) -> None:
    _prepare_from(path, start)
    db = sqlite3.connect(path)
    try:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        db.close()


@pytest.mark.parametrize("start", REVISIONS)
def test_names_are_folded_as_this_version_folds_them(path: Path, start: str) -> None:
    _prepare_from(path, start, "INSERT INTO users VALUES ('ann', 'guest', 'ꓮꓠꓠ', 'ꓮꓠꓠ', 1)")
    db = connect(path)
    folded = db.execute("SELECT folded_name FROM users").fetchone()[0]
    db.close()
    assert folded == ("ann" if start != HEAD else "ꓮꓠꓠ"), "a start at the newest revision folds nothing"


def _prepare_from(path: Path, start: str, *filled_by: str) -> list[str]:
    """Make a database of an old revision, fill it and bring it up to date; return what was said."""
    if start != "base":
        engine = _engine(path)
        config = Config()
        config.set_main_option("script_location", files._scripts())
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, start)
            for statement in filled_by:
                connection.exec_driver_sql(statement)
        engine.dispose()
    said: list[str] = []
    prepare(path, said.append)
    return said


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", creator=lambda: connect(path))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _schema(path: Path) -> dict[str, str]:
    """Return the words that made each table and index, however they were spaced."""
    db = sqlite3.connect(path)
    rows = db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    db.close()
    return {name: re.sub(r"\s+", " ", sql) for name, sql in rows if name != "alembic_version"}
