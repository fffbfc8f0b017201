"""The log of a server: who did what in which room, and never what was said, a token or a private room's code."""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.people import Person
from tests.server_process import STOP_WITHIN, ServerProcess, environment

Start = Callable[..., ServerProcess]
Line = dict[str, Any]

CANARY = "canary-in-a-coal-mine"
AS_JSON = {"Content-Type": "application/json"}


@pytest.fixture
def meet(start: Start) -> Iterator[tuple[ServerProcess, Callable[[str], Person]]]:
    """A server that logs all it can, and people at its door."""
    server = start(log_level="debug")
    with ExitStack() as stack:
        yield server, lambda name: stack.enter_context(Person(server.url, name))


Meet = tuple[ServerProcess, Callable[[str], Person]]


def lines_of(server: ServerProcess) -> list[Line]:
    return [json.loads(line) for line in server.log.splitlines()]


def the(lines: list[Line], **fields: object) -> Line:
    """Return the one line with these fields."""
    found = [line for line in lines if fields.items() <= line.items()]
    assert len(found) == 1, (fields, lines)
    return found[0]


def test_a25_b27_joining_saying_and_leaving_are_logged_with_who_where_and_when(meet: Meet) -> None:
    server, person = meet
    ann, bob = person("Ann"), person("Bob")
    code = ann.create_room()
    bob.join(code)
    sent = bob.send(code, "hello")
    bob.leave(code)
    last_seq = ann.events(code)["last_seq"]
    assert server.stop() == 0
    lines = lines_of(server)
    room = the(lines, event="room_created", user=ann.id)["room"]
    about = {"room": room, "code": code, "user": bob.id, "level": "info"}
    joined = the(lines, event="member_joined", seq=3, **about)
    said = the(lines, event="message_sent", seq=sent["seq"], **about)
    left = the(lines, event="member_left", seq=last_seq, **about)
    times = [line["timestamp"] for line in (joined, said, left)]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", at) for at in times)
    assert times == sorted(times)


def test_s19_what_was_said_and_what_proves_who_one_is_never_reach_the_log(meet: Meet) -> None:
    server, person = meet
    ann, bob = person(f"Ann {CANARY}"[:40]), person("Bob")
    code = ann.create_room(title=CANARY)
    secret = ann.create_room(title=CANARY, private=True)
    for room in (code, secret):
        bob.join(room)
        ann.send(room, CANARY, client_message_id=CANARY)
        ann.refused("POST", f"/rooms/{room}/messages", json={"text": CANARY * 1000})
        ann.refused("POST", f"/rooms/{room}/messages", json={"text": CANARY, CANARY: 1})
        ann.refused("POST", f"/rooms/{room}/messages", content=f'{{"text": "{CANARY}', headers=AS_JSON)
        ann.refused("POST", f"/rooms/{room}/{CANARY}", json={"text": CANARY})
        with bob.http.stream("GET", f"/rooms/{room}/stream", params={"since": 0}) as stream:
            assert next(line for line in stream.iter_lines() if "message_sent" in line)
        bob.leave(room)
    bob.refused("GET", f"/rooms/{secret}")
    bob.refused("GET", "/users/me", headers={"Authorization": f"Bearer {CANARY}"})
    ann.ask("PATCH", "/users/me", json={"name": CANARY})
    with socket.create_connection(server.address) as rude:
        rude.sendall(f"{CANARY} {secret} {ann.token}\r\n\r\n".encode())
        assert rude.makefile("rb").readline().startswith(b"HTTP/1.1 400 ")
    ann.ask("DELETE", f"/rooms/{secret}")
    assert server.stop() == 0
    assert code in server.log, "need a log of what happened for this test to mean anything"
    for never in (CANARY, ann.token, bob.token, secret):
        assert never not in server.log


def test_a_log_that_can_not_be_written_disturbs_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hubbub", "serve", "--port=0", f"--data={tmp_path / 'data'}"]
    with (
        Path("/dev/full").open("w") as full,
        subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, stderr=full, encoding="utf-8") as server,
    ):
        assert server.stdout
        url = next(line for line in server.stdout if " is on http" in line).split(" is on ")[1].strip()
        with Person(url) as ann, Person(url, "Bob") as bob, ThreadPoolExecutor(1) as pool:
            code = ann.create_room()
            last_seq = bob.join(code)["last_seq"]
            news = pool.submit(bob.events, code, last_seq, wait=60)
            ann.send(code, "hello")
            assert [event["text"] for event in news.result(STOP_WITHIN)["events"]] == ["hello"]
        server.terminate()
        assert server.wait(STOP_WITHIN) == 0
