"""Deploys (R14): the server is stopped and started again while people talk, and none of them has cause to complain."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import pytest

from hubbub.core.error import ERRORS
from tests.e2e.live.client import ConnectRefusedError, LiveClient
from tests.e2e.live.reader import Reader
from tests.e2e.live.visitors import TRANSPORTS, Visitors, Way
from tests.figures import note
from tests.live_client import patience
from tests.people import Person
from tests.reliability.crash import whole_log
from tests.server_process import STOP_WITHIN, ServerProcess, free_port

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]

RESTARTS = 3
RATE = 50
"""Messages in a second, of all together."""


async def test_r14_nobody_sees_an_error_and_nothing_is_lost_or_doubled_in_three_restarts_while_people_talk(
    start: Start,
) -> None:
    await deploy(start, people=5, between=RATE)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(600)
async def test_r14_nor_in_three_restarts_within_a_minute_while_twenty_people_talk(start: Start) -> None:
    await deploy(start, people=20, between=10 * RATE)


async def deploy(start: Start, people: int, between: int) -> None:
    """Restart a server in the midst of a talk, after so many messages each time."""
    port, drains = str(free_port()), []
    server = start(throttle="off", port=port)
    with Person(server.url, "Witness") as witness:
        code = witness.create_room()
        async with talking(server, code, people) as talk:
            for _ in range(RESTARTS):
                await talk.goes_on(between)
                began = monotonic()
                assert await asyncio.to_thread(server.stop) == 0
                drains.append(monotonic() - began)
                server = await asyncio.to_thread(start, throttle="off", port=port)
            await talk.goes_on(between)
        witness.http.base_url = f"{server.url}/api/v1"
        log = whole_log(witness, code)
    note("the longest drain", f"{max(drains):.1f} s")
    assert max(drains) <= STOP_WITHIN
    acked = Counter(key for talker in talk.talkers for key in talker.acked)
    assert Counter(event["client_message_id"] for event in log if event["type"] == "message_sent") == acked
    over = sum(talker.over_a_restart for talker in talk.talkers)
    note("messages asked before a restart was over and answered after it", over)
    assert over >= RESTARTS, "need messages under way for this test to mean anything"
    assert [talker.complaints_about(log) for talker in talk.talkers] == [[]] * people


class Talker:
    """Somebody with the page open: what they write goes one by one, under its own id, until the room has it."""

    def __init__(self, client: LiveClient, code: str, acked: asyncio.Condition) -> None:
        self.reader = Reader(client, code)
        self.acked: list[str] = []
        self.over_a_restart = 0  # messages that were asked before its end and answered after it
        self.refusals: list[object] = []
        self._client, self._code = client, code
        self._news = acked
        self._up = asyncio.Event()

    async def stay(self) -> None:
        """Catch up now and after each loss of the connection."""
        while True:
            welcomes = self._welcomes()
            try:
                await self.reader.open()
                self._up.set()
            except ConnectRefusedError:  # lost once more
                pass
            await self._more_welcomes_than(welcomes)

    async def talk(self, apart: float, enough: asyncio.Event) -> None:
        """Say one thing after another, at times that don't depend on the server."""
        due, number = monotonic(), 0
        while not enough.is_set():
            number += 1
            await self._deliver(f"{self._client.me['name']} {number}")
            due += apart
            await asyncio.sleep(due - monotonic())

    async def _deliver(self, key: str) -> None:
        fields = {"code": self._code, "text": f"I am {key}", "client_message_id": key}
        welcomes = self._welcomes()
        while key not in self.acked[-1:]:
            await self._up.wait()
            try:
                answer = await self._client.acknowledgement("send_message", fields)
            except ConnectRefusedError:  # the connection went before the answer came
                self._up.clear()
                continue
            await self._note(key, answer)
        self.over_a_restart += self._welcomes() > welcomes

    async def _more_welcomes_than(self, number: int) -> None:
        await self._client.until(lambda: self._welcomes() > number, patience=None)

    def _welcomes(self) -> int:
        return len(self._client.heard("welcome"))

    async def _note(self, key: str, answer: dict[str, Any]) -> None:
        if not answer["ok"]:
            self.refusals.append(answer["error"])
            assert ERRORS[answer["error"]["code"]].retry, "it would be lost"
            return
        async with self._news:
            self.acked.append(key)
            self._news.notify_all()

    def complaints_about(self, log: list[dict[str, Any]]) -> list[object]:
        """Return whatever a person would have noticed, but for a moment without a connection."""
        live = [event["seq"] for event in self._client.log if event.get("code") == self._code and "seq" in event]
        ends = [event["reason"] for event in self._client.heard("disconnected")]
        ends = [reason for reason in ends if reason != "io client disconnect"]  # the tab was closed
        return [
            *self.refusals,
            *self._client.heard("refused"),
            *(["put out"] if "io server disconnect" in ends else []),
            *([f"connected {len(ends) + 1} times"] if len(ends) > RESTARTS else []),
            *(["told twice, or not in order"] if sorted(set(live)) != live else []),
            *(
                ["something else was read than is there"]
                if self.reader.events != log[-len(self.reader.events) :]
                else []
            ),
        ]


class Talk:
    """Several people in one room."""

    def __init__(self) -> None:
        self.talkers: list[Talker] = []
        self.acked = asyncio.Condition()
        self.enough = asyncio.Event()

    async def goes_on(self, messages: int) -> None:
        """Wait until so many more have been acknowledged."""
        last = self._count() + messages
        async with patience(), self.acked:
            await self.acked.wait_for(lambda: self._count() >= last)

    def _count(self) -> int:
        return sum(len(talker.acked) for talker in self.talkers)


@asynccontextmanager
async def talking(server: ServerProcess, code: str, people: int) -> AsyncIterator[Talk]:
    """Let people talk until the end, then read what the others said."""
    talk = Talk()
    async with Visitors(server.url) as visitors:
        for number in range(people):
            way = Way("javascript", TRANSPORTS[number % len(TRANSPORTS)])
            talk.talkers.append(Talker(await visitors.come(f"Person {number}", way=way), code, talk.acked))
        staying = [asyncio.create_task(talker.stay()) for talker in talk.talkers]
        speaking = [asyncio.create_task(talker.talk(people / RATE, talk.enough)) for talker in talk.talkers]
        try:
            yield talk
            talk.enough.set()
            await asyncio.gather(*speaking)
            for talker, other in itertools.product(talk.talkers, repeat=2):
                await talker.reader.hear_text(f"I am {other.acked[-1]}")
        finally:
            for task in staying + speaking:
                task.cancel()
            for ended in await asyncio.gather(*staying, *speaking, return_exceptions=True):
                if isinstance(ended, Exception):
                    raise ended
