"""R10: a hundred racing duplicates of one message, over all doors at once, are one message."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.follower import Follower
from tests.live_client import LOST, Route
from tests.people import Person
from tests.reliability.doors import DOORS
from tests.server_process import running

pytestmark = pytest.mark.anyio

DUPLICATES = 100


async def test_r10_a_hundred_racing_duplicates_are_one_row_one_reply_and_one_event(tmp_path: Path) -> None:
    with (
        running(tmp_path / "data", throttle="off") as server,
        Person(server.url, "Ann") as ann,
        Person(server.url, "Bob") as bob,
    ):
        code = ann.create_room()
        epoch = bob.join(code)["epoch"]
        async with AsyncExitStack() as stack:
            readers = [Follower(Route(server.url), who.token, code, epoch) for who in (ann, bob)]
            for reader in readers:
                await stack.enter_async_context(following(reader))
            doors = islice(cycle(DOORS.values()), DUPLICATES)
            writers = [await stack.enter_async_context(door(server.url, ann.token)) for door in doors]
            replies = await asyncio.gather(*(write(code, "once", "the same") for write in writers))
            after = await writers[0](code, "after it", "another")
            for reader in readers:
                await reader.has_heard(after["seq"])
        places = {(reply["seq"], reply["number"], reply["at"]) for reply in replies}
        assert len(replies) == DUPLICATES
        assert len(places) == 1
        for reader in readers:
            assert reader.faults == []
            heard = [event for event in reader.log if event.get("client_message_id") == "the same"]
            assert [(event["seq"], event["number"], event["at"]) for event in heard] == list(places)
    db = sqlite3.connect(tmp_path / "data" / "hubbub.db")
    rows = db.execute("SELECT count(*) FROM messages WHERE client_message_id = 'the same'").fetchone()
    db.close()
    assert rows == (1,)


@asynccontextmanager
async def following(reader: Follower) -> AsyncIterator[None]:
    """Have a reader there, from before anything is said."""
    task = asyncio.create_task(reader.follow())
    try:
        await reader.connects()
        await reader.has_heard(1)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, *LOST):
            await task
