"""The flusher: one write per connection and turn of the loop."""

import asyncio

import pytest
from structlog.testing import capture_logs

from hubbub.gateways.socketio.flusher import Flusher
from tests.gateways.socketio.fakes import turn

pytestmark = pytest.mark.anyio


class Owing:
    def __init__(self, error: Exception | None = None) -> None:
        self.flushed = 0
        self._error = error

    def flush(self) -> None:
        self.flushed += 1
        if self._error:
            raise self._error


async def test_nobody_is_flushed_before_the_turn_has_ended_and_everybody_once_after_it() -> None:
    flusher, connections = Flusher(), [Owing(), Owing()]
    for connection in connections:
        flusher.add(connection)
    assert [connection.flushed for connection in connections] == [0, 0]
    await turn()
    assert [connection.flushed for connection in connections] == [1, 1]


async def test_who_is_added_during_a_flush_has_their_turn_in_the_next() -> None:
    flusher, late = Flusher(), Owing()

    class Adding:
        def flush(self) -> None:
            flusher.add(late)

    flusher.add(Adding())
    await asyncio.sleep(0)
    assert late.flushed == 0
    await asyncio.sleep(0)
    assert late.flushed == 1


async def test_one_that_fails_fails_alone() -> None:
    flusher, other = Flusher(), Owing()
    flusher.add(Owing(RuntimeError("Cannot call write() after write_eof()")))
    flusher.add(other)
    with capture_logs() as logs:
        await turn()
    assert [entry["event"] for entry in logs] == ["flush_failed"]
    assert other.flushed == 1
    flusher.add(other)
    await turn()
    assert other.flushed == 2
