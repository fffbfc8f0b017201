"""History: pages from all over a long history, one after another, over the live door as the web page asks for them."""

import asyncio
import random
import tempfile
from pathlib import Path
from time import perf_counter

from hubbub.bench.crowd import crowd_at
from hubbub.bench.filling import OWNER, fill, make_rooms
from hubbub.bench.frames import packet
from hubbub.bench.member import Member, RefusedError
from hubbub.bench.plan import Plan
from hubbub.bench.process import Usage
from hubbub.bench.room import Room
from hubbub.bench.server import Contestant, Server, hubbub_on
from hubbub.bench.statistics import Figures, percentile

PAGE = 50
WARM_UP = 20
MOST_PAGES = 2_000
ANSWER = b'432[{"ok":'


async def measure(_: Contestant, plan: Plan) -> Figures:
    """Fill a room, then ask for pages in no order, half a second for each second that is measured at most."""
    with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
        path = Path(folder) / "hubbub.db"
        (code,) = await make_rooms(path, 1)
        await fill(path, OWNER, code, plan.history, 512)
        with hubbub_on(Path(folder)) as server:
            async with crowd_at(server) as crowd:
                reader = await crowd.connect(Reader(Room(code), {"name": "Reader"}))
                reader.join()
                await reader.joined
                return {"messages": plan.history} | await _read(reader, server, plan)


async def _read(reader: "Reader", server: Server, plan: Plan) -> Figures:
    anywhere = random.Random(1)  # noqa: S311 - the same pages each time
    waits: list[float] = []
    for number in range(MOST_PAGES + WARM_UP):
        if number == WARM_UP:
            before = Usage.now(server.pid)
        began = perf_counter()
        await reader.page(anywhere.randrange(PAGE + 2, plan.history))
        if number >= WARM_UP:
            waits.append((perf_counter() - began) * 1000)
        if len(waits) > PAGE and perf_counter() - before.seconds > plan.seconds:
            break
    spent = Usage.now(server.pid).since(before)
    return spent.shares() | {
        "pages": len(waits),
        "cpu_per_page": spent.server / len(waits) * 1e6,
        "p50": percentile(waits, 50),
        "p99": percentile(waits, 99),
        "slowest": max(waits),
    }


class Reader(Member):
    """A member who turns pages; an answer has to be there as a whole."""

    async def page(self, before: int) -> bytes:
        """Return a page of the messages before a seq. Raises RefusedError."""
        self._page: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._rest, self._take = b"", self._gather
        fields = {"code": self.room.code, "before": before, "limit": PAGE}
        self.write(packet("422", ["messages", fields]))
        page = await self._page
        if page.count(b'"number":') != PAGE:
            raise RefusedError(f"This is no page: {page[:200]!r}.")
        return page

    def _gather(self, data: bytes) -> None:
        self._answer_pings(self._rest, data)
        self._rest += data
        begin = self._rest.find(ANSWER)
        if begin > 0 and len(self._rest) >= begin + _size(self._rest, begin) and not self._page.done():
            self._page.set_result(self._rest[begin:])


def _size(received: bytes, begin: int) -> int:
    """Return how long the frame's content is that begins there, by what stands before it."""
    for head, mark in ((10, b"\x81\x7f"), (4, b"\x81\x7e")):
        if received[max(0, begin - head) :].startswith(mark):
            return int.from_bytes(received[begin - head + 2 : begin], "big")
    return received[begin - 1]
