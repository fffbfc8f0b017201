"""Stopping: whoever waits is answered, what is under way is finished, nothing is lost and no error is logged."""

import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.metrics import measures
from tests.people import Person
from tests.server_process import STOP_WITHIN, ServerProcess, environment
from tests.waiting import eventually

Start = Callable[..., ServerProcess]

SIGNALS = pytest.mark.parametrize(("by", "exit_code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])


@SIGNALS
def test_a_waiting_poll_is_answered_with_an_empty_page(start: Start, by: signal.Signals, exit_code: int) -> None:
    server = start()
    with Person(server.url) as ann, ThreadPoolExecutor(1) as pool:
        code = ann.create_room()
        last_seq = ann.events(code)["last_seq"]
        waiting = pool.submit(ann.request, "GET", f"/rooms/{code}/events", params={"since": last_seq, "wait": 60})
        eventually(lambda: measures(server)["hubbub_hub_waiting"] == 1)
        assert server.stop(by) == exit_code
        page = waiting.result()
    assert page.status_code == 200
    assert page.json()["events"] == []
    assert page.json()["last_seq"] == last_seq
    assert_clean(server)


@SIGNALS
def test_a_stream_is_told_and_ended(start: Start, by: signal.Signals, exit_code: int) -> None:
    server = start()
    with Person(server.url) as ann:
        code = ann.create_room()
        with ann.http.stream("GET", f"/rooms/{code}/stream") as stream:
            lines = stream.iter_lines()
            eventually(lambda: measures(server)["hubbub_hub_sessions"] == 1)
            assert server.stop(by) == exit_code
            assert "event: closing" in list(lines)
    assert_clean(server)


@SIGNALS
def test_a_request_under_way_is_finished(start: Start, by: signal.Signals, exit_code: int) -> None:
    server = start()
    with Person(server.url) as ann, socket.create_connection(server.address, STOP_WITHIN) as half:
        code = ann.create_room()
        begin_to_send(half, ann, code)
        server.process.send_signal(by)
        eventually(lambda: "draining" in server.log)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(server.address)
        half.sendall(b"finished")
        answer = half.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 201 "), answer
        assert server.wait() == exit_code
        again = start()
        ann.http.base_url = f"{again.url}/api/v1"
        assert ann.texts(code) == ["finished"]
    assert_clean(server)


def test_a_request_that_never_ends_is_cut_off_by_a_second_ctrl_c(start: Start) -> None:
    server = start()
    with Person(server.url) as ann, socket.create_connection(server.address, STOP_WITHIN) as half:
        code = ann.create_room()
        begin_to_send(half, ann, code)
        server.process.send_signal(signal.SIGINT)
        eventually(lambda: "draining" in server.log)
        assert server.stop(signal.SIGINT) == 130
    assert_clean(server)


def test_a_connection_that_asks_nothing_does_not_hold_it_up(start: Start) -> None:
    server = start()
    with socket.create_connection(server.address, STOP_WITHIN) as silent:
        assert server.stop() == 0
        assert silent.recv(1) == b""
    assert_clean(server)


@SIGNALS
def test_it_can_be_stopped_while_it_starts(tmp_path: Path, by: signal.Signals, exit_code: int) -> None:
    command = [sys.executable, "-m", "hubbub", "serve", "--port=0", f"--data={tmp_path / 'data'}"]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as starting:
        assert starting.stdout
        assert starting.stdout.readline() == "Database created.\n"
        starting.send_signal(by)
        _, log = starting.communicate(timeout=STOP_WITHIN)
        assert starting.returncode == exit_code, log
    assert "Traceback" not in log


def begin_to_send(connection: socket.socket, person: Person, code: str) -> None:
    """Send a message without the last word of its text."""
    head = f"POST /api/v1/rooms/{code}/messages HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {person.token}\r\n"
    head += "Content-Type: text/plain\r\nContent-Length: 8\r\nExpect: 100-continue\r\n\r\n"
    connection.sendall(head.encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 100 "), "the server asks for the body, so it has begun"


def assert_clean(server: ServerProcess) -> None:
    """See that nothing went wrong on the way."""
    assert "Traceback" not in server.log
    assert '"level": "error"' not in server.log
    assert '"stopped"' in server.log, server.log


def test_a_full_disk_does_not_keep_it_from_stopping_well(start: Start) -> None:
    server = start(throttle="off")
    with Person(server.url) as ann, Person(server.url, "Bob") as bob:
        code = ann.create_room()
        bob.join(code)
        for number in (1, 2):
            ann.send(code, "hello")
            bob.ask("PUT", f"/rooms/{code}/read", json={"number": number})  # the second one is written later
        full = (server.data / "hubbub.db-wal").stat().st_size
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
        assert ann.refused("POST", f"/rooms/{code}/messages", json={"text": "too much"})["code"] == "storage_full"
        assert server.stop() == 0
        assert_clean(server)
        ann.http.base_url = f"{start().url}/api/v1"
        assert ann.texts(code) == ["hello", "hello"]
