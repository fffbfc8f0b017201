"""Who was away (R8): up to ten thousand missed events come page by page, each once and in order; past that, a reset."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bench.filling import fill, run
from hubbub.chat.catch_up import MOST_MISSED, PAGE
from hubbub.core.user import User
from tests.e2e.live.reader import Reader
from tests.e2e.live.visitors import TRANSPORTS, Visitors, Way
from tests.e2e.test_crash import whole_log
from tests.follower import Follower
from tests.live_client import Route, connected
from tests.people import Person
from tests.server_process import ServerProcess, running

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Away:
    """Somebody has read a room up to `since`; then so many messages were written. `log` has them all."""

    server: ServerProcess
    person: Person
    code: str
    epoch: str
    since: int
    log: list[dict[str, Any]]

    @property
    def missed(self) -> list[dict[str, Any]]:
        """What came after."""
        return [event for event in self.log if event["seq"] > self.since]


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory):
    """Ten thousand missed events: the most that are told one by one."""
    data = tmp_path_factory.mktemp("away") / "data"
    with running(data, throttle="off") as server, Person(server.url) as ann:
        code = ann.create_room()
        joined = ann.join(code)
    author = User(ann.id, ann.name)
    run(fill(data / "hubbub.db", author, code, MOST_MISSED, 500))
    with running(data, throttle="off") as server, Person(server.url) as somebody:
        somebody.http.headers["Authorization"] = f"Bearer {ann.token}"
        log = whole_log(somebody, code)
        yield Away(server, somebody, code, joined["epoch"], joined["last_seq"], log)
