"""R7: a full disk, or a database that another process holds: refused for now, nothing lost, and well by itself."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest

from hubbub.core.error import ERRORS
from tests.faults import locked, no_larger_files, small_disk
from tests.figures import note
from tests.live_client import RefusalError
from tests.people import Person
from tests.reliability.crash import whole_log
from tests.reliability.doors import DOORS, Writer
from tests.server_process import ServerProcess, running

pytestmark = pytest.mark.anyio

RETRYABLE = {code for code, row in ERRORS.items() if row.retry}

RECOVERS_WITHIN = 3 * 5.0
"""Three times the five seconds that are promised."""

Fault = Callable[[], AbstractContextManager[None]]


async def test_r7_files_that_can_not_grow_refuse_messages_as_storage_full_until_they_can(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, throttle="off") as server:
        await suffer(server, "storage_full", lambda: no_larger_files(server.process.pid, log_size(data)))
    assert_sound(data)


@pytest.mark.root
async def test_r7_a_file_system_without_room_refuses_messages_as_storage_full_until_there_is(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        data = disk.path / "data"
        with running(data, throttle="off", TMPDIR=str(tmp_path)) as server:
            await suffer(server, "storage_full", disk.full)
        assert_sound(data)


@pytest.mark.root
async def test_r7_a_server_that_stops_on_a_full_disk_ends_well_and_starts_again(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=8) as disk:
        data = disk.path / "data"
        with running(data, throttle="off") as server, Person(server.url) as ann:
            code = ann.create_room()
            ann.send(code, "before")
            with disk.full():
                assert server.stop() == 0, server.log
            assert "Traceback" not in server.log
        with running(data, throttle="off") as server, Person(server.url, "Bob") as bob:
            bob.join(code)
            assert bob.texts(code) == ["before"]
        assert_sound(data)


async def test_r7_a_database_that_another_process_holds_refuses_messages_as_unavailable_until_it_lets_go(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with running(data, throttle="off") as server:
        await suffer(server, "unavailable", lambda: locked(data / "hubbub.db"))
    assert_sound(data)


@dataclass
class Saying:
    """Somebody at each door who says one thing after another. `acked` has what was acknowledged, by seq."""

    code: str
    writers: dict[str, Writer]
    acked: dict[int, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    async def say(self, text: str) -> list[str]:
        """Say it at each door at once; return the codes of the refusals."""
        before = len(self.refused)
        await asyncio.gather(*(self._say(door, writer, text) for door, writer in self.writers.items()))
        return self.refused[before:]

    async def _say(self, door: str, writer: Writer, text: str) -> None:
        try:
            reply = await writer(self.code, f"{text} {door}", f"{text} {door}")
        except RefusalError as refusal:
            self.refused.append(refusal.error["code"])
        else:
            self.acked[reply["seq"]] = f"{text} {door}"


async def suffer(server: ServerProcess, refusal: str, fault: Fault) -> None:
    """Say things before, during and after a fault; what was acknowledged is there, what was refused is not."""
    assert refusal in RETRYABLE
    with Person(server.url) as ann:
        code = ann.create_room()
        async with saying(server, ann, code) as people:
            assert await people.say("before") == []
            for number in range(2):
                with fault():
                    refused = [await people.say(f"meanwhile {number}.{more}") for more in range(2)]
                    assert refused == [[refusal] * len(DOORS)] * 2, "every door says so, each time"
                    assert ann.texts(code) == [text for _, text in sorted(people.acked.items())], "reading goes on"
                    assert ann.events(code)["last_seq"] == max(people.acked)
                    assert ann.refused("POST", "/rooms")["code"] == refusal, "whatever is to be stored is refused"
                await recover(people, f"again {number}")
        said = {event["seq"]: event["text"] for event in whole_log(ann, code) if event["type"] == "message_sent"}
        assert said == people.acked
        assert len(people.refused) >= 4 * len(DOORS)


async def recover(people: Saying, text: str) -> None:
    """Say it until no door refuses it; nobody restarts anything."""
    began = monotonic()
    tries = 0
    while await people.say(f"{text}.{tries}"):
        tries += 1
        assert monotonic() - began < RECOVERS_WITHIN
    seconds = monotonic() - began
    note(f"works {text}, after", f"{seconds:.2f} s")
    assert seconds < RECOVERS_WITHIN


@asynccontextmanager
async def saying(server: ServerProcess, ann: Person, code: str) -> AsyncIterator[Saying]:
    """Bring the same person in at each door."""
    async with AsyncExitStack() as stack:
        writers = {name: await stack.enter_async_context(door(server.url, ann.token)) for name, door in DOORS.items()}
        yield Saying(code, writers)


def log_size(data: Path) -> int:
    """Return how long the database's write-ahead log is."""
    return (data / "hubbub.db-wal").stat().st_size


def assert_sound(data: Path) -> None:
    db = sqlite3.connect(data / "hubbub.db")
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    db.close()
