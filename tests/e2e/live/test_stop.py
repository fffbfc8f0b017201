"""When the server stops, everybody at the live door is told, once, and is back when it is."""

import asyncio
from collections.abc import Callable

import httpx2
import pytest

from tests.e2e.live.visitors import Visitors, Way
from tests.faults import Proxy
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

Start = Callable[..., ServerProcess]


async def test_closing_is_told_once_whether_one_is_in_no_room_or_in_two(
    start: Start, visitors: Visitors, way: Way
) -> None:
    server = start(throttle="off")
    async with Proxy(server.address) as cable:
        ann, bob = await visitors.come("Ann", url=cable.url), await visitors.come("Bob", url=cable.url)
        for _ in range(2):
            await ann.ask("join_room", code=(await ann.ask("create_room"))["code"])
        await ann.hear("presence")
        await cable.carries(requests=2 if way.transports == ("polling",) else 0)
        assert httpx2.get(f"{server.url}/healthz").is_success, "what came before it has come in by now"
        stopping = asyncio.create_task(asyncio.to_thread(server.stop))
        for person in (ann, bob):
            closing = await person.hear("closing")
            assert closing == {"type": "closing", "reason": "closing", "retry_after": closing["retry_after"]}
            assert closing["retry_after"] > 0
            await person.hear("disconnected")
            assert len(person.heard("closing")) == 1
        assert await stopping == 0
    assert "Traceback" not in server.log
