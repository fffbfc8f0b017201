"""R9: an older copy put back: everybody notices, reads afresh, and sees what the room now says, in its order."""

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.figures import note
from tests.live_client import Route, connected
from tests.people import Person
from tests.reliability.crash import whole_log
from tests.server_process import ServerProcess, free_port

pytestmark = pytest.mark.anyio

Said = dict[int, str]
"""Texts by seq."""


@dataclass
class Screen:
    """What one client shows, which follows docs/live.md: it keeps a seq and an epoch, and asks for what came after."""

    url: str
    person: Person
    code: str
    epoch: str = ""
    cursor: int = 0
    texts: Said = field(default_factory=dict)
    resets: int = 0

    async def come_back(self) -> None:
        """Connect, and catch up."""
        async with connected(Route(self.url), token=self.person.token) as client:
            known = {"since": self.cursor, "epoch": self.epoch} if self.epoch else {}
            joined = await client.ask("join_room", code=self.code, **known)
            assert joined["reset"] or joined["epoch"] == self.epoch
            self.resets += joined["reset"]
            if joined["reset"]:
                self.texts.clear()
                self._show(joined["messages"])
                self.epoch, self.cursor = joined["epoch"], joined["last_seq"]
                assert not joined["more"], "need rooms of one page here"
                return
            page = joined
            while True:
                self._show(page["events"])
                self.cursor = max([self.cursor, *(event["seq"] for event in page["events"])])
                if not page["more"]:
                    return
                page = await client.ask("events", code=self.code, since=self.cursor)

    def _show(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if event["type"] == "message_sent":
                assert event["seq"] not in self.texts
                assert event["seq"] > max(self.texts, default=0), "the order is wrong"
                self.texts[event["seq"]] = event["text"]


def copy_database(data: Path, copy: Path) -> None:
    copy.mkdir()
    shutil.copy2(data / "hubbub.db", copy)


def put_back_database(data: Path, copy: Path) -> None:
    for leftover in data.glob("hubbub.db*"):
        leftover.unlink()
    shutil.copy2(copy / "hubbub.db", data)


def put_back_over(data: Path, copy: Path) -> None:
    for log in data.glob("hubbub.db-*"):
        log.unlink()
    shutil.copytree(copy, data, dirs_exist_ok=True)


def put_back_folder(data: Path, copy: Path) -> None:
    shutil.rmtree(data)
    shutil.copytree(copy, data)


@dataclass(frozen=True)
class Way:
    """How a copy is taken (of a server that stands, or of one that runs), how the server ends, how it is put back."""

    copy: Callable[[Path, Path], object]
    put_back: Callable[[Path, Path], None]
    of_running: bool = False
    end: Callable[[ServerProcess], object] = ServerProcess.stop


WAYS = {
    "the-database-over-the-present-one": Way(copy_database, put_back_over),
    "the-folder-of-a-running-server-after-a-crash": Way(
        shutil.copytree, put_back_folder, of_running=True, end=ServerProcess.kill
    ),
}
MORE_WAYS = {
    "the-database-in-place-of-the-present-one": Way(copy_database, put_back_database),
    "the-database-of-a-stopped-server-after-a-crash": Way(copy_database, put_back_database, end=ServerProcess.kill),
    "the-folder-in-place-of-the-present-one": Way(shutil.copytree, put_back_folder),
    "the-folder-over-the-present-one": Way(shutil.copytree, put_back_over),
    "the-folder-over-the-present-one-after-a-crash": Way(shutil.copytree, put_back_over, end=ServerProcess.kill),
    "the-folder-of-a-running-server": Way(shutil.copytree, put_back_folder, of_running=True),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_r9_an_older_copy_put_back_is_noticed_by_every_client(way: Way, tmp_path: Path) -> None:
    await go_back_to_a_copy(way, tmp_path, clients=4)


@pytest.mark.long
@pytest.mark.parametrize("way", (WAYS | MORE_WAYS).values(), ids=WAYS | MORE_WAYS)
async def test_r9_an_older_copy_put_back_in_any_way_is_noticed_by_twenty_clients(way: Way, tmp_path: Path) -> None:
    await go_back_to_a_copy(way, tmp_path, clients=20)


async def go_back_to_a_copy(way: Way, folder: Path, clients: int) -> None:
    """Half of the clients come back at once; the others only when other events have taken the places that they know."""
    data, copy, port = folder / "data", folder / "copy", str(free_port())

    async def start() -> ServerProcess:
        return await asyncio.to_thread(ServerProcess, data, port=port, throttle="off")

    server = await start()
    with ExitStack() as stack:
        try:
            people = [stack.enter_context(Person(server.url, f"Person {number}")) for number in range(clients)]
            code = people[0].create_room()
            screens = [Screen(server.url, person, code) for person in people]
            await say_to(screens, "kept", 5)
            if not way.of_running:
                server.stop()
            way.copy(data, copy)
            if not way.of_running:
                server = await start()
            await say_to(screens, "lost", 10)
            assert {screen.resets for screen in screens} == {1}, "so far, they have read afresh only at first"
            way.end(server)
            way.put_back(data, copy)
            server = await start()
            await asyncio.gather(*(screen.come_back() for screen in screens[::2]))
            await say_to(screens, "new", 20)
            assert {screen.resets for screen in screens} == {2}, "everybody noticed, and once"
            server.stop()
            server = await start()
            await say_to(screens, "after", 1)
            assert {screen.resets for screen in screens} == {2}, "the next start is a start like any other"
        finally:
            server.kill()
    note("clients that noticed", clients)
    assert "Traceback" not in server.log


async def test_r9_an_older_copy_put_back_is_told_to_a_stream_that_goes_on_where_it_was(tmp_path: Path) -> None:
    data, copy, port = tmp_path / "data", tmp_path / "copy", str(free_port())
    server = ServerProcess(data, port=port)
    try:
        with Person(server.url) as person:
            code = person.create_room()
            server.stop()
            copy_database(data, copy)
            server = ServerProcess(data, port=port)
            lost = [person.send(code, f"lost {number}")["seq"] for number in range(3)]
            known = [event for event, _ in stream_of(person, code, lost[-1], since=0)][-1]
            server.stop()
            put_back_over(data, copy)
            server = ServerProcess(data, port=port)
            new = [person.send(code, f"new {number}")["seq"] for number in range(5)]
            assert lost == new[:3], "need places that are taken again for this test to mean anything"
            reset, *_ = stream_of(person, code, new[-1], last=known)
            assert reset[1] == {"type": "reset", "epoch": person.events(code)["epoch"], "last_seq": new[-1]}
            newest = person.send(code, "after")["seq"]
            ((_, event),) = stream_of(person, code, newest, last=reset[0])
            assert (event["seq"], event["text"]) == (newest, "after"), "from then on it goes on as it always does"
    finally:
        server.kill()


def stream_of(
    person: Person, code: str, until: int, last: str | None = None, **query: int
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what a stream brings after the id `last`, with its ids, up to the seq `until`."""
    headers = {} if last is None else {"Last-Event-ID": last}
    with person.http.stream("GET", f"/rooms/{code}/stream", params=query, headers=headers) as answer:
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name == "id":
                known = value
            elif name == "data" and (event := json.loads(value)):
                if "seq" in event or event["type"] == "reset":
                    yield known, event
                if until in {event.get("seq"), event.get("last_seq")}:
                    return


async def say_to(screens: list[Screen], what: str, count: int) -> None:
    """Say things; everybody comes back, and sees the room as it is."""
    person, code = screens[0].person, screens[0].code
    for number in range(count):
        person.send(code, f"{what} {number}")
    await asyncio.gather(*(screen.come_back() for screen in screens))
    log = {event["seq"]: event["text"] for event in whole_log(person, code) if event["type"] == "message_sent"}
    for screen in screens:
        assert list(screen.texts.items()) == list(log.items())
