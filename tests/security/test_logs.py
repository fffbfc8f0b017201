"""No log tells what was said (S19): `ServerProcess` holds every log of a run against the database beside it."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.log_check import leaks
from tests.people import Person
from tests.server_process import ServerProcess
from tests.waiting import eventually

Start = Callable[..., ServerProcess]


@pytest.fixture
def chatty(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server that logs what is said, and on which somebody has said something."""
    server = ServerProcess(tmp_path / "chatty", module="tests.security.chatty")
    try:
        with Person(server.url) as ann:
            ann.send(ann.create_room(), "a word between us")
        eventually(lambda: "a word between us" in server.log)  # who is killed prints nothing more
        yield server
    finally:
        server.process.kill()


def test_s19_a_server_that_logs_what_is_said_fails_the_test_that_started_it(chatty: ServerProcess) -> None:
    with pytest.raises(AssertionError, match="the text 'a word between us'"):
        chatty.stop()


def test_s19_a_server_that_was_killed_is_held_to_it_too(chatty: ServerProcess) -> None:
    with pytest.raises(AssertionError, match="the text 'a word between us'"):
        chatty.kill()


@pytest.fixture
def told(start: Start) -> Callable[..., list[str]]:
    """Say what a line of the log would tell of a room and of who is in it."""
    server = start()
    with Person(server.url, "Antonia") as ann:
        secret = ann.create_room(private=True, title="Tea for two")
        ann.send(secret, "see you at five", client_message_id="five-o-clock")
        known = {"SECRET": secret, "OPEN": ann.create_room(), "TOKEN": ann.token, "ID": ann.id}
    assert server.stop() == 0

    def told(**fields: object) -> list[str]:
        line = json.dumps({"event": "something", "level": "info"} | fields)
        line = re.sub("|".join(known), lambda found: known[found[0]], line)  # all at once: a code may have ID in it
        return leaks(server.log + line + "\n", server.data / "hubbub.db")

    return told


@pytest.mark.parametrize(
    ("what", "fields"),
    {
        "text": {"exception": "ValueError: 'see you at five'"},
        "name": {"event": "Antonia came"},
        "title": {"title": "Tea for two"},
        "client_message_id": {"code": "five-o-clock"},
        "token": {"url": "/x?token=TOKEN&y"},
        "code": {"code": "SECRET"},
        "code as a part": {"path": "/r/SECRET"},
    }.items(),
)
def test_s19_whatever_a_line_tells_is_noticed(
    told: Callable[..., list[str]], what: str, fields: dict[str, object]
) -> None:
    (leak,) = told(**fields)
    assert leak.startswith(f"the {what.partition(' ')[0]}")


def test_s19_what_happened_where_and_by_whom_may_be_told(told: Callable[..., list[str]]) -> None:
    assert told(room=1, seq=3, user="ID", code="OPEN", timestamp="2026-11-20T18:00:00.123456Z", status=404) == []
