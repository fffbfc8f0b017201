"""Starts that can't succeed: one clear line, the right exit code, no traceback, nothing half-done."""

import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.people import Person
from tests.server_process import ServerProcess, run_hubbub

Start = Callable[..., ServerProcess]

USAGE = 2
CONFLICT = 5


def refuse(exit_code: int, words: str, *flags: str, **settings: str) -> None:
    """See that a start is refused with these words (a regular expression) and nothing else is said."""
    ended = run_hubbub("serve", *flags, **settings)
    assert ended.returncode == exit_code, ended.stderr
    assert re.fullmatch(f"hubbub: {words}\n", ended.stderr), ended.stderr
    assert ended.stdout == ""


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """See that a file stays as it is, and that nothing is put beside it but what every start makes."""
    before = path.read_bytes()
    yield
    assert path.read_bytes() == before
    assert {each.name for each in path.parent.iterdir()} <= {path.name, "lock", "secret", "start"}


def test_a_port_in_use_is_refused(tmp_path: Path, start: Start) -> None:
    data = f"--data={tmp_path / 'data'}"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refuse(CONFLICT, rf"Can't listen on 127\.0\.0\.1:{port}: address already in use\.", data, f"--port={port}")
    assert not (tmp_path / "data" / "hubbub.db").exists()
    assert "Database created." in start().output, "the next start is a first start still"


@pytest.mark.parametrize(
    ("host", "exit_code", "why"),
    [
        ("203.0.113.9", CONFLICT, r"Can't listen on 203\.0\.113\.9:0: .*assign requested address\."),
        ("nobody.invalid", 1, r"There is no address nobody\.invalid to listen on: .+\."),
        ("not..a-name", 1, r"There is no address not\.\.a-name to listen on: .+\."),
    ],
)
def test_an_address_that_is_not_ours_is_refused(tmp_path: Path, host: str, exit_code: int, why: str) -> None:
    refuse(exit_code, why, f"--data={tmp_path / 'data'}", "--port=0", f"--host={host}")


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    refuse(1, r"The folder .*/file/data can't be used: Not a directory\.", f"--data={tmp_path / 'file' / 'data'}")
    refuse(1, r"The folder .*/file can't be used: File exists\.", f"--data={tmp_path / 'file'}")


def test_a_folder_where_nobody_may_write_is_refused() -> None:
    refuse(1, r"The folder /proc/hubbub can't be used: .+\.", "--data=/proc/hubbub")
    refuse(1, r"The folder /proc can't be used: .+\.", "--data=/proc")


@pytest.mark.parametrize("content", [b"", b"short", b"\0" * 33])
def test_a_secret_of_the_wrong_length_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret").write_bytes(content)
    refuse(CONFLICT, r"The file .*/secret is damaged: it should have 32 bytes\.", f"--data={tmp_path}", "--port=0")
    assert not (tmp_path / "hubbub.db").exists()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(start: Start) -> None:
    server = start()
    assert server.stop() == 0
    database = server.data / "hubbub.db"
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with unchanged(database):
        refuse(CONFLICT, r"The database .* was made by a newer Hubbub \(revision 9999;.*", f"--data={server.data}")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "hubbub.db").write_bytes(b"this is a letter to my aunt\n" * 1000)
    with unchanged(tmp_path / "hubbub.db"):
        refuse(CONFLICT, r"The database .* can't be used: file is not a database\.", f"--data={tmp_path}", "--port=0")


def test_a_damaged_database_is_refused_and_left_alone(start: Start) -> None:
    server = start()
    assert server.stop() == 0
    database = server.data / "hubbub.db"
    content = bytearray(database.read_bytes())
    content[100:4096] = bytes(3996)
    database.write_bytes(content)
    with unchanged(database):
        refuse(CONFLICT, r"The database .* can't be used: .*malformed\.", f"--data={server.data}", "--port=0")


@pytest.mark.parametrize("table", ["invoices", "alembic_version"])
def test_a_database_of_another_program_is_refused_and_left_alone(tmp_path: Path, table: str) -> None:
    with closing(sqlite3.connect(tmp_path / "hubbub.db")) as db, db:
        db.execute(f"CREATE TABLE {table} (version_num TEXT)")
        db.execute(f"INSERT INTO {table} VALUES ('cafe12345678')")
    with unchanged(tmp_path / "hubbub.db"):
        refuse(CONFLICT, r".*(not one of Hubbub's|made by a newer Hubbub).*", f"--data={tmp_path}", "--port=0")


def test_a_folder_in_place_of_the_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hubbub.db").mkdir()
    refuse(CONFLICT, r"The database .* can't be used: unable to open database file\.", f"--data={tmp_path}", "--port=0")


def test_a_second_server_on_the_same_folder_is_told_who_has_it(start: Start) -> None:
    server = start()
    pid = server.process.pid
    refuse(CONFLICT, rf"The folder .* is in use by process {pid}\.", f"--data={server.data}", "--port=0")
    with Person(server.url) as ann:
        assert ann.create_room(), "the first one isn't disturbed"


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"potr": "8000"}, r"There is no setting HUBBUB_POTR\. Did you mean HUBBUB_PORT\?"),
        ({"port": "high"}, r"The setting HUBBUB_PORT is wrong: .*integer.*"),
        ({"PORT": "high"}, r"The setting port is wrong: .*integer.*"),
        ({"port": "65536"}, r"The setting HUBBUB_PORT is wrong: .*65535\."),
        ({"throttle": "perhaps"}, r"The setting HUBBUB_THROTTLE is wrong: .+"),
        ({"log_level": "loud"}, r"The setting HUBBUB_LOG_LEVEL is wrong: .*'debug', 'info', 'warning' or 'error'\."),
        ({"public_url": "chat.example.org"}, r"The setting HUBBUB_PUBLIC_URL is wrong: .*https://chat\.example\.org\."),
        ({"trusted_proxies": "10.0.0.1, proxy"}, r"The setting HUBBUB_TRUSTED_PROXIES is wrong: 'proxy' .+"),
        ({"config": "/nowhere.toml"}, r"There is no file /nowhere\.toml\."),
    ],
)
def test_a_wrong_variable_is_refused_before_anything_is_made(
    tmp_path: Path, settings: dict[str, str], why: str
) -> None:
    refuse(USAGE, why, f"--data={tmp_path / 'data'}", **settings)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"potr = 8000", r"There is no setting potr, as in .+\.toml\. Did you mean port\?"),
        (b"[server]\nport = 8000", r"There is no setting server, as in .+\.toml\."),
        (b"port = 'high'", r"The setting port in .+\.toml is wrong: .*integer.*"),
        (b"port = 8000\nhost = here", r"The file .*hubbub\.toml isn't valid TOML: .*line 2.*\."),
        (b"host = '\xff'", r"The file .*hubbub\.toml isn't valid TOML: .+\."),
    ],
)
def test_a_wrong_settings_file_is_refused_before_anything_is_made(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "hubbub.toml").write_bytes(content)
    refuse(USAGE, why, f"--data={tmp_path / 'data'}", f"--config={tmp_path / 'hubbub.toml'}")
    assert not (tmp_path / "data").exists()


def test_a_settings_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    refuse(USAGE, r"There is no file .*/none\.toml\.", f"--config={tmp_path / 'none.toml'}")
    refuse(USAGE, r"There is no file .*\.", f"--config={tmp_path}")
