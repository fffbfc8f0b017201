"""Tests of the small client that other tests look through."""

import asyncio
import json

import pytest

from tests.live_client import Event, Route, connected
from tests.server_process import ServerProcess


@pytest.mark.anyio
async def test_nothing_is_heard_after_the_cut_not_even_what_has_arrived(server: ServerProcess) -> None:
    heard: list[Event] = []
    async with connected(Route(server.url), heard.append, name="Ann") as client:
        event = "42" + json.dumps(["presence", {"type": "presence"}])
        client.socket.data_received(bytes((0x81, len(event))) + event.encode())  # it is taken in, and nobody told yet
        client.cut()
        await asyncio.wait({client.closing})
        await client.socket.wait_closed()
    assert heard == []
