"""`hubbub serve` as a process: what it makes, what it says, which settings win, how it is watched."""

import io
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
import segno

from tests.metrics import measures
from tests.people import Person
from tests.server_process import ROOT, STOP_WITHIN, ServerProcess, environment, free_port
from tests.waiting import eventually

HOLDS = (
    "hubbub.__main__",
    "hubbub.server.clock",
    "hubbub.server.failure",
    "hubbub.server.http",
    "hubbub.server.logs",
    "hubbub.server.serve",
)
"""Modules that the real processes of test_serve, test_stop, test_bad_starts and test_log hold."""

Start = Callable[..., ServerProcess]


def test_b8_the_first_start_makes_the_database_and_says_so(start: Start) -> None:
    server = start()
    assert server.output.splitlines()[0] == "Database created."
    with Person(server.url) as ann:
        code = ann.create_room()
    assert server.stop() == 0
    (server.data / "hubbub.db").unlink()
    again = start()
    assert again.output.count("Database created.") == 2, "a deleted database is made anew"
    with Person(again.url) as bob:
        assert bob.refused("GET", f"/rooms/{code}")["code"] == "room_not_found"


def test_c5_the_folder_is_made_for_its_owner_alone_and_used_again(start: Start) -> None:
    server = start()
    secret = (server.data / "secret").read_bytes()
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    for name in ("secret", "hubbub.db", "lock"):
        assert stat.S_IMODE((server.data / name).stat().st_mode) == 0o600, name
    with Person(server.url) as ann:
        code = ann.create_room()
        ann.send(code, "still here")
        assert server.stop() == 0
        again = start()
        assert again.output.count("Database created.") == 1
        assert (server.data / "secret").read_bytes() == secret
        ann.http.base_url = f"{again.url}/api/v1"
        assert ann.texts(code) == ["still here"]


def test_c5_one_file_is_the_whole_chat(start: Start) -> None:
    server = start()
    with Person(server.url) as ann:
        code = ann.create_room()
        ann.send(code, "in one file")
    assert server.stop() == 0
    (beside := server.data.parent / "elsewhere").mkdir()
    (server.data / "hubbub.db").rename(beside / "hubbub.db")
    with sqlite3.connect(beside / "hubbub.db") as db:
        assert db.execute("SELECT text FROM messages").fetchall() == [("in one file",)]
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


def test_it_says_where_it_is_and_where_it_keeps_everything(start: Start) -> None:
    server = start()
    assert server.url.startswith("http://127.0.0.1:")
    assert server.stop() == 0
    assert f"It keeps everything in {server.data}\n" in server.output
    assert "Ctrl-C stops it." in server.output
    assert "█" not in server.output, "nobody else can reach it, so there is nothing to scan"


def test_open_to_others_it_prints_a_qr_code_and_a_warning(start: Start) -> None:
    server = start("--host", "0.0.0.0")
    expected = io.StringIO()
    segno.make_qr(server.url).terminal(out=expected, compact=True)
    assert server.stop() == 0
    assert expected.getvalue().strip() in server.output
    assert "without encryption" in server.output


def test_a_terminal_that_cannot_show_the_qr_code_gets_the_rest(start: Start) -> None:
    server = start("--host", "0.0.0.0", PYTHONIOENCODING="ascii")
    assert server.stop() == 0
    assert "Ctrl-C stops it." in server.output


def test_that_nobody_reads_what_it_says_is_no_reason_not_to_serve(tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "hubbub", "serve", f"--port={port}", f"--data={tmp_path / 'data'}"],
        env=environment(),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        eventually(lambda: is_alive(f"http://127.0.0.1:{port}"))
        process.terminate()
        log = process.stderr.read().decode()
        assert process.wait(STOP_WITHIN) == 0, log
    assert "Traceback" not in log
    assert "BrokenPipe" not in log


def is_alive(url: str) -> bool:
    """Tell whether a server answers."""
    try:
        return httpx2.get(f"{url}/healthz").is_success
    except httpx2.TransportError:
        return False


def test_flags_win_over_variables_over_the_file_over_defaults(start: Start, tmp_path: Path) -> None:
    def port_of(*flags: str, **settings: str) -> int:
        server = start(*flags, port="", **settings)
        assert server.stop() == 0
        return server.address[1]

    by_flag, by_variable, by_platform, by_file = (free_port() for _ in range(4))
    config = tmp_path / "hubbub.toml"
    config.write_text(f"port = {by_file}\n")
    file, variable, platform = {"config": str(config)}, {"HUBBUB_PORT": str(by_variable)}, {"PORT": str(by_platform)}
    assert port_of(f"--port={by_flag}", **file, **variable, **platform) == by_flag
    assert port_of(**file, **variable, **platform) == by_variable
    assert port_of(**file, **platform) == by_platform
    assert port_of(**file) == by_file
    assert port_of(f"--config={config}") == by_file


def test_it_starts_beside_a_kubernetes_service_of_its_own_name(start: Start) -> None:
    told = {"SERVICE_HOST": "10.0.0.1", "SERVICE_PORT": "80", "PORT": "tcp://10.0.0.1:80", "PORT_80_TCP_PORT": "80"}
    server = start(port="", PORT=str(port := free_port()), **{f"HUBBUB_{name}": value for name, value in told.items()})
    assert server.address[1] == port


def test_it_is_alive_and_ready(server: ServerProcess) -> None:
    for path in ("/healthz", "/readyz"):
        answer = httpx2.get(server.url + path)
        assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_this_machine_alone_may_read_the_metrics(start: Start) -> None:
    server = start(trusted_proxies="127.0.0.1")
    assert "hubbub_store_commits_total" in httpx2.get(f"{server.url}/metrics").text
    from_outside = httpx2.get(f"{server.url}/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert (from_outside.status_code, from_outside.json()["error"]["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("given", "status"),
    [({"Authorization": "Bearer good"}, 200), ({"Authorization": "Bearer bad"}, 403), ({}, 403)],
)
def test_with_a_token_set_the_metrics_need_it(start: Start, given: dict[str, str], status: int) -> None:
    server = start(metrics_token="good", trusted_proxies="127.0.0.1")
    for address in ("127.0.0.1", "203.0.113.9"):
        answer = httpx2.get(f"{server.url}/metrics", headers=given | {"X-Forwarded-For": address})
        assert answer.status_code == status, address


def test_the_metrics_count_what_happened(start: Start) -> None:
    server = start()
    with Person(server.url) as ann:
        before = measures(server)["hubbub_store_changes_total"]
        ann.create_room()
        assert measures(server)["hubbub_store_changes_total"] == before + 1
        assert measures(server)["hubbub_hub_rooms"] == 1
        assert 0 < measures(server)["hubbub_store_seconds_total"] < 60
