"""The database file: made, brought up to date, counted, and left alone when it isn't ours to touch."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from hubbub.store.base import StoreBrokenError
from hubbub.store.migrations import HEAD
from hubbub.store.sqlite import files
from hubbub.store.sqlite.files import note_stop, prepare
from tests.faults import no_larger_files
from tests.store.sqlite.faults import locked, wal

SCRIPT = """
from alembic import op

revision = "{revision}"
down_revision = "{down}"


def upgrade():
    op.execute("CREATE TABLE half_done (id INTEGER)")
    op.execute("UPDATE install SET name = 'half'")
    {last}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is to be."""
    return tmp_path / "hubbub.db"


@pytest.fixture
def said() -> list[str]:
    """What the person who starts the server has read."""
    return []


@pytest.fixture
def newer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Make this a Hubbub with one revision more, whose script ends with a statement of the test's own."""

    def newer(last: str) -> None:
        scripts = tmp_path / "migrations"
        shutil.copytree(files._scripts(), scripts)
        script = SCRIPT.format(revision="next", down=HEAD, last=last)
        (scripts / "versions" / "next.py").write_text(script)
        monkeypatch.setattr(files, "_scripts", lambda: str(scripts))
        monkeypatch.setattr(files, "HEAD", "next")

    return newer


def test_a_new_file_is_created_for_its_owner_alone(path: Path, said: list[str]) -> None:
    name = prepare(path, said.append)
    assert said == ["Database created."]
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(name) == 4
    assert name.isalpha()


def test_an_installation_under_an_odd_path_makes_its_tables_too(
    path: Path, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = tmp_path / "100%(sure)s"
    shutil.copytree(files._scripts(), scripts)
    monkeypatch.setattr(files, "_scripts", lambda: str(scripts))
    prepare(path, said.append)
    assert said == ["Database created."]


def test_a_file_that_is_up_to_date_is_opened_without_a_word(path: Path, said: list[str]) -> None:
    name = prepare(path, said.append)
    said.clear()
    assert prepare(path, said.append) == name
    assert said == []
    assert not (path.parent / "snapshots").exists()


def test_an_empty_file_is_taken_for_a_new_one(path: Path, said: list[str]) -> None:
    path.touch()
    prepare(path, said.append)
    assert said == ["Database created."]


def test_each_installation_has_a_name_of_its_own(tmp_path: Path, said: list[str]) -> None:
    names = {prepare(tmp_path / f"{n}.db", said.append) for n in range(5)}
    assert len(names) > 1


def test_an_upgrade_keeps_a_copy_from_before_and_says_where(
    path: Path, said: list[str], newer: Callable[[str], None]
) -> None:
    prepare(path, said.append)
    before = _dump(path)
    said.clear()
    newer("pass")
    prepare(path, said.append)
    snapshot = path.parent / "snapshots" / f"hubbub-{HEAD}.db"
    assert said == [f"Bringing the database from revision {HEAD} to next; a copy as it was is {snapshot}."]
    assert _dump(snapshot) == before
    assert snapshot.stat().st_mode & 0o777 == 0o600
    assert _value(path, "SELECT version_num FROM alembic_version") == "next"
    assert _value(path, "SELECT count(*) FROM half_done") == 0
    assert _value(path, "SELECT name FROM install") == "half"


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ('op.execute("INSERT INTO nowhere VALUES (1)")', "no such table: nowhere"),
        ('raise KeyError("a bug\\nin two lines")', "a bug"),
        ("raise AssertionError", "AssertionError"),
    ],
)
def test_a_migration_that_fails_changes_nothing_and_says_so_in_one_line(
    path: Path, said: list[str], newer: Callable[[str], None], last: str, reason: str
) -> None:
    prepare(path, said.append)
    before = _dump(path)
    newer(last)
    line = _broken(path)
    snapshot = path.parent / "snapshots" / f"hubbub-{HEAD}.db"
    assert line.startswith(f"A migration of {path} failed: ")
    assert reason in line
    assert line.endswith(f" Nothing was changed; a copy from before is {snapshot}.")
    assert _dump(path) == _dump(snapshot) == before


def test_a_migration_that_fails_again_and_again_keeps_one_copy_of_what_it_did_not_change(
    path: Path, said: list[str], newer: Callable[[str], None]
) -> None:
    prepare(path, said.append)
    before = _dump(path)
    newer("raise AssertionError")
    lines = {_broken(path) for _ in range(5)}
    (snapshot,) = (path.parent / "snapshots").iterdir()
    assert len(lines) == 1
    assert lines.pop().endswith(f" a copy from before is {snapshot}.")
    assert _dump(path) == _dump(snapshot) == before


def test_a_database_that_changed_between_two_tries_is_copied_again(
    path: Path, said: list[str], newer: Callable[[str], None]
) -> None:
    prepare(path, said.append)
    newer("raise AssertionError")
    _broken(path)
    for number, name in enumerate(("anna", "bert"), 2):
        _execute(path, f"UPDATE install SET name = '{name}'")
        _broken(path)
        snapshot = path.parent / "snapshots" / f"hubbub-{HEAD}-{number}.db"
        assert _broken(path).endswith(f" a copy from before is {snapshot}.")
        assert _value(snapshot, "SELECT name FROM install") == name
    assert len(list((path.parent / "snapshots").iterdir())) == 3


def test_a_copy_that_was_broken_off_leaves_nothing_and_no_copy_is_taken_for_a_whole_one(
    path: Path, said: list[str], newer: Callable[[str], None]
) -> None:
    prepare(path, said.append)
    newer("pass")
    with no_larger_files(os.getpid(), 40_000):  # the database's index in memory is a file too
        _broken(path)
    assert list((path.parent / "snapshots").iterdir()) == []
    (path.parent / "snapshots" / "unfinished").write_bytes(b"what a kill left")
    prepare(path, said.append)
    assert [snapshot.name for snapshot in (path.parent / "snapshots").iterdir()] == [f"hubbub-{HEAD}.db"]


def test_after_a_failed_migration_the_version_before_still_serves_the_file(
    path: Path, said: list[str], newer: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = prepare(path, said.append)
    newer("raise AssertionError")
    _broken(path)
    monkeypatch.undo()
    assert prepare(path, said.append) == name


def test_the_file_of_a_newer_version_is_left_alone(path: Path, said: list[str]) -> None:
    prepare(path, said.append)
    _execute(path, "UPDATE alembic_version SET version_num = '9999'")
    before = path.read_bytes()
    assert _broken(path) == (
        f"The database {path} was made by a newer Hubbub (revision 9999; this one knows up to {HEAD})."
        " Start that version, or use another folder."
    )
    assert path.read_bytes() == before
    assert not (path.parent / "snapshots").exists()


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_database_of_something_else_is_left_alone(path: Path, mode: str) -> None:
    _execute(path, f"PRAGMA journal_mode={mode}", "CREATE TABLE recipes (id INTEGER)")
    before = path.read_bytes()
    assert _broken(path) == f"{path} is a database, but not one of Hubbub's."
    assert path.read_bytes() == before
    assert _value(path, "PRAGMA journal_mode") == mode


def test_a_file_that_is_no_database_is_left_alone(path: Path) -> None:
    path.write_text("Dear diary, " * 1_000)
    before = path.read_bytes()
    assert _broken(path) == f"The database {path} can't be used: file is not a database."
    assert path.read_bytes() == before


def test_a_torn_database_is_left_alone(path: Path, said: list[str]) -> None:
    prepare(path, said.append)
    torn = path.read_bytes()[: path.stat().st_size // 2]
    path.write_bytes(torn)
    assert _broken(path) == f"The database {path} can't be used: database disk image is malformed."
    assert path.read_bytes() == torn


def test_a_folder_in_the_files_place_is_refused(path: Path) -> None:
    path.mkdir()
    assert _broken(path) == f"The database {path} can't be used: unable to open database file."


def test_a_file_that_another_process_holds_is_refused(
    path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.store.sqlite.writer.BUSY_TIMEOUT", 0.0)
    prepare(path, said.append)
    with locked(path):
        assert _broken(path) == f"The database {path} can't be used: database is locked."
    prepare(path, said.append)


def test_a_start_after_a_start_trusts_every_room(path: Path, said: list[str]) -> None:
    prepare(path, said.append)
    _add_rooms(path)
    prepare(path, said.append)
    assert _epochs(path) == ["old 1", "old 2", "old 3"]


def test_an_older_copy_put_back_gives_every_room_a_new_epoch(path: Path, said: list[str]) -> None:
    prepare(path, said.append)
    _add_rooms(path)
    copy = path.read_bytes()
    prepare(path, said.append)
    path.write_bytes(copy)
    said.clear()
    prepare(path, said.append)
    assert said == ["This database isn't the one last served here, but a copy: clients will read their rooms afresh."]
    epochs = _epochs(path)
    assert len(set(epochs)) == 3
    assert not any(epoch.startswith("old") for epoch in epochs)
    prepare(path, said.append)
    assert _epochs(path) == epochs, "restored once, not at every start"


def test_a_copy_put_back_twice_is_noticed_twice(path: Path, said: list[str]) -> None:
    prepare(path, said.append)
    _add_rooms(path)
    copy = path.read_bytes()
    prepare(path, said.append)
    seen = set()
    for _ in range(2):
        path.write_bytes(copy)
        prepare(path, said.append)
        seen |= set(_epochs(path))
    assert len(seen) == 6


@pytest.mark.parametrize("stopped", [True, False], ids=["stopped", "running"])
def test_a_copy_of_the_whole_folder_is_noticed_wherever_it_is_put(
    path: Path, said: list[str], stopped: bool, tmp_path: Path
) -> None:
    prepare(path, said.append)
    _add_rooms(path)
    if stopped:
        note_stop(path)
    copy = tmp_path / "copy"
    for name in ("hubbub.db", "start"):
        copy.mkdir(exist_ok=True)
        shutil.copy2(path.parent / name, copy / name)
    prepare(path, said.append)
    for name in ("hubbub.db", "start"):
        shutil.copy2(copy / name, path.parent / name)  # over what is there: the file stays the same one
    for folder in (path.parent, copy):
        prepare(folder / "hubbub.db", said.append)
        assert not any(epoch.startswith("old") for epoch in _epochs(folder / "hubbub.db"))


def test_a_copy_from_before_a_crash_is_noticed(path: Path, said: list[str], tmp_path: Path) -> None:
    prepare(path, said.append)
    _add_rooms(path)
    shutil.copy(path, tmp_path / "copy")
    _execute(path, "UPDATE rooms SET last_seq = 3")
    path.rename(tmp_path / "broken")
    shutil.copy(tmp_path / "copy", path)
    prepare(path, said.append)
    assert not any(epoch.startswith("old") for epoch in _epochs(path))


def test_a_folder_that_has_moved_is_no_copy(path: Path, said: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "before"
    folder.mkdir()
    prepare(folder / "hubbub.db", said.append)
    _add_rooms(folder / "hubbub.db")
    folder.rename(tmp_path / "after")
    prepare(tmp_path / "after" / "hubbub.db", said.append)
    assert _epochs(tmp_path / "after" / "hubbub.db") == ["old 1", "old 2", "old 3"]


@pytest.mark.parametrize("torn", [b"", b"\0\0\0", b"\xff", None])
def test_what_lies_beside_may_be_torn_or_gone_and_then_nothing_is_trusted(
    path: Path, said: list[str], torn: bytes | None
) -> None:
    prepare(path, said.append)
    _add_rooms(path)
    beside = path.parent / "start"
    beside.unlink() if torn is None else beside.write_bytes(torn)
    prepare(path, said.append)
    assert not any(epoch.startswith("old") for epoch in _epochs(path))
    assert beside.read_text() == "2\n"


def test_a_stop_that_can_not_be_noted_is_no_failure(path: Path, said: list[str]) -> None:
    prepare(path, said.append)
    with no_larger_files(os.getpid(), 0):
        note_stop(path)
    assert prepare(path, said.append)


def test_what_a_crash_left_in_the_log_counts(path: Path, said: list[str], tmp_path: Path) -> None:
    prepare(path, said.append)
    crashed = tmp_path / "crashed" / "hubbub.db"
    crashed.parent.mkdir()
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("UPDATE install SET name = 'last'")
    shutil.copy(path, crashed)
    shutil.copy(wal(path), wal(crashed))
    db.close()
    assert prepare(crashed, said.append) == "last"


def _broken(path: Path) -> str:
    """Return the one line with which the file is refused."""
    with pytest.raises(StoreBrokenError) as caught:
        prepare(path, lambda _: None)
    line = str(caught.value)
    assert "\n" not in line
    return line


def _add_rooms(path: Path) -> None:
    user = "INSERT INTO users VALUES ('olga', 'guest', 'Olga', 'olga', 1)"
    room = "INSERT INTO rooms VALUES ({n}, 'ROOM{n}', 'old {n}', '', 0, NULL, 'kept', NULL, 'olga', 1, 2, 0, 1, 1)"
    _execute(path, user, *(room.format(n=n) for n in (1, 2, 3)))


def _epochs(path: Path) -> list[str]:
    db = sqlite3.connect(path)
    try:
        return [row[0] for row in db.execute("SELECT epoch FROM rooms ORDER BY id")]
    finally:
        db.close()


def _value(path: Path, query: str) -> object:
    db = sqlite3.connect(path)
    try:
        return db.execute(query).fetchone()[0]
    finally:
        db.close()


def _execute(path: Path, *statements: str) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    try:
        for statement in statements:
            db.execute(statement)
    finally:
        db.close()


def _dump(path: Path) -> list[str]:
    """Return everything in a database, tables and rows."""
    db = sqlite3.connect(path)
    try:
        return list(db.iterdump())
    finally:
        db.close()


def test_a_copy_taken_while_the_server_ran_is_noticed_once_the_server_has_stopped(tmp_path: Path) -> None:
    path, copy = tmp_path / "hubbub.db", tmp_path / "copy.db"
    prepare(path, lambda _: None)
    shutil.copy(path, copy)
    note_stop(path)
    said: list[str] = []
    prepare(path, said.append)
    assert said == [], "the file itself is no older copy"
    note_stop(path)
    shutil.copy(copy, path)
    prepare(path, said.append)
    assert any("but a copy" in line for line in said)
