"""Who was away (R8): up to ten thousand missed events come page by page, each once and in order; past that, a reset."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hubbub.bench.filling import fill, run
from hubbub.chat.catch_up import LATEST, MOST_MISSED, PAGE
from hubbub.core.user import User
from tests.e2e.live.visitors import WAYS, Visitors, Way
from tests.figures import note
from tests.follower import Follower
from tests.live_client import Route, connected
from tests.people import Person
from tests.reliability.crash import whole_log
from tests.server_process import ServerProcess, running

pytestmark = pytest.mark.anyio

Heard = dict[str, Any]


@dataclass(frozen=True)
class Away:
    """Somebody has read a room up to `since`, and then missed as many events as are told one by one."""

    server: ServerProcess
    person: Person
    code: str
    epoch: str
    since: int
    log: list[Heard]

    @property
    def missed(self) -> list[Heard]:
        """What was written meanwhile."""
        return self.log[self.since :]


@contextmanager
def away_from(data: Path) -> Iterator[Away]:
    """Have a server that was started after all of it, so that it has nothing of it in memory."""
    with running(data, throttle="off") as first, Person(first.url) as person:
        code = person.create_room()
        joined = person.join(code)
        assert first.stop() == 0
        run(fill(data / "hubbub.db", User(person.id, person.name), code, MOST_MISSED, 500))
        with running(data, throttle="off") as server:
            person.http.base_url = f"{server.url}/api/v1"
            log = whole_log(person, code)
            assert len(log) == joined["last_seq"] + MOST_MISSED
            yield Away(server, person, code, joined["epoch"], joined["last_seq"], log)


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    """A room in which nothing more is said."""
    with away_from(tmp_path_factory.mktemp("away") / "data") as away:
        yield away


@pytest.fixture
def away_from_a_lively_room(tmp_path: Path) -> Iterator[Away]:
    """A room that is the test's own."""
    with away_from(tmp_path / "data") as away:
        yield away


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_r8_ten_thousand_missed_events_come_once_and_in_order_to_every_client(away: Away, way: Way) -> None:
    async with Visitors(away.server.url, way) as visitors:
        client = await visitors.come(token=away.person.token)
        page = await client.ask("join_room", code=away.code, since=away.since, epoch=away.epoch)
        assert page["reset"] is False
        pages = [page["events"]]
        while page["more"]:
            page = await client.ask("events", code=away.code, since=pages[-1][-1]["seq"])
            pages.append(page["events"])
    assert [len(events) for events in pages] == [PAGE] * (MOST_MISSED // PAGE)
    assert [event for events in pages for event in events] == away.missed


async def test_r8_whoever_catches_up_while_others_talk_misses_nothing_either(away_from_a_lively_room: Away) -> None:
    away, seqs = away_from_a_lively_room, list[int]()
    follower = Follower(Route(away.server.url), away.person.token, away.code, away.epoch, away.log[: away.since])
    following = asyncio.create_task(follower.follow())
    await follower.has_heard(away.since + 1)
    async with connected(Route(away.server.url), token=away.person.token) as client:
        while follower.last_seq < away.log[-1]["seq"]:
            seqs.append((await client.ask("send_message", code=away.code, text="meanwhile"))["seq"])
    assert len(seqs) > 1, "need messages meanwhile"
    await follower.has_heard(seqs[-1])
    await (await follower.connects()).socket.close()
    await following
    note("caught up on", f"{follower.resumed:,} events")
    assert follower.faults == []
    assert follower.log == whole_log(away.person, away.code)
    assert follower.resumed >= MOST_MISSED


def test_r8_ten_thousand_missed_events_come_once_and_in_order_over_http(away: Away) -> None:
    page = away.person.join(away.code, since=away.since, epoch=away.epoch)
    events = page["events"]
    while page["more"]:
        page = away.person.events(away.code, since=events[-1]["seq"])
        events += page["events"]
    assert events == away.missed


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(lambda away: {"since": away.since - 1, "epoch": away.epoch}, id="one more than ten thousand"),
        pytest.param(lambda away: {"since": 0, "epoch": away.epoch}, id="the first"),
        pytest.param(lambda away: {"since": away.log[-1]["seq"], "epoch": "another"}, id="another epoch"),
        pytest.param(lambda away: {"since": away.log[-1]["seq"]}, id="no epoch"),
        pytest.param(lambda away: {"since": away.log[-1]["seq"] + 1, "epoch": away.epoch}, id="what is yet to come"),
    ],
)
async def test_r8_what_cannot_be_told_one_by_one_is_a_reset_from_which_the_whole_history_can_be_read(
    away: Away, told: Callable[[Away], dict[str, Any]]
) -> None:
    messages = [event for event in away.log if event["type"] == "message_sent"]
    async with connected(Route(away.server.url), token=away.person.token) as client:
        joined = await client.ask("join_room", code=away.code, **told(away))
        assert (joined["reset"], joined["more"], "events" in joined) == (True, True, False)
        assert (joined["epoch"], joined["last_seq"]) == (away.epoch, away.log[-1]["seq"])
        known = joined["messages"]
        assert known == messages[-LATEST:]
        page = joined
        while page["more"]:
            page = await client.ask("messages", code=away.code, before=known[0]["seq"], limit=PAGE)
            known = page["messages"] + known
        assert known == messages
