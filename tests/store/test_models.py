"""The tables hold by themselves what no bug may break."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.dialects import registry
from sqlalchemy.schema import CreateTable

from hubbub.store.models import Base
from hubbub.store.sqlite.writer import connect

USER = "INSERT INTO users VALUES ('ann', 'guest', 'Ann', 'ann', 1)"
ROOM = "INSERT INTO rooms VALUES ({id}, '{code}', 'epoch', '', 0, NULL, 'kept', NULL, 'ann', 1, 0, 0, 1, 1)"
MESSAGE = "INSERT INTO messages VALUES (NULL, {room}, {seq}, {seq}, 'ann', 1, 'hello', '{id}', NULL)"
MEMBER = "INSERT INTO members VALUES ({room}, '{user}', 'guest', 1, 1, 1, 0)"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """The tables in a file, with one user and one room."""
    path = tmp_path / "hubbub.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    engine.dispose()
    db = connect(path)
    db.execute(USER)
    db.execute(ROOM.format(id=1, code="ABCD"))
    yield db
    db.close()


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_a_table_takes_only_values_of_the_right_type(db: sqlite3.Connection, table: object) -> None:
    (strict,) = db.execute("SELECT strict FROM pragma_table_list WHERE name = ?", (str(table),)).fetchone()
    assert strict == 1


def test_every_number_is_long_enough_for_a_time_in_other_databases_too() -> None:
    dialect = registry.load("postgresql")()
    for table in Base.metadata.sorted_tables:
        words = str(CreateTable(table).compile(dialect=dialect)).split()
        assert not {"INTEGER", "INT", "SERIAL"} & {word.rstrip(",") for word in words}, table.name


@pytest.mark.parametrize(
    "statement",
    [
        ROOM.format(id=2, code="ABCD"),
        USER,
        MEMBER.format(room=1, user="nobody"),
        MEMBER.format(room=99, user="ann"),
        "INSERT INTO logins VALUES (x'00', 'nobody', 1, 1)",
        "INSERT INTO events VALUES (99, 1, 'member_left', 1, 'ann', NULL)",
        MESSAGE.format(room=99, seq=1, id="one"),
        "INSERT INTO install VALUES (2, 'abcd', 1, NULL)",
        "DELETE FROM users",
    ],
)
def test_what_belongs_together_cannot_come_apart(db: sqlite3.Connection, statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)


def test_a_place_in_a_log_is_taken_once_and_a_client_message_id_too(db: sqlite3.Connection) -> None:
    db.execute(MESSAGE.format(room=1, seq=1, id="one"))
    for again in (MESSAGE.format(room=1, seq=1, id="two"), MESSAGE.format(room=1, seq=2, id="one")):
        with pytest.raises(sqlite3.IntegrityError):
            db.execute(again)
    db.execute(MESSAGE.format(room=1, seq=2, id="two"))


def test_the_id_of_a_deleted_room_is_never_given_again(db: sqlite3.Connection) -> None:
    db.execute(ROOM.format(id=7, code="GONE"))
    db.execute("DELETE FROM rooms WHERE id = 7")
    db.execute(ROOM.format(id="NULL", code="NEXT"))
    assert db.execute("SELECT id FROM rooms WHERE code = 'NEXT'").fetchone()[0] == 8
