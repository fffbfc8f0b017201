"""A process full of readers who stay: each comes back by itself, as the page does, and all report how they are."""

import asyncio
import json
import random
import resource
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.reliability.crowd import Reader, come_in
from tests.server_process import ROOT, ServerProcess, environment

AT_ONCE = 200
"""Connections of one process that are being made at any time, beyond what the waits spread."""

FROM_EACH = 250
"""Connections of one source address: half of what one may have."""

LEAST, MOST = 0.5, 10.0
"""Seconds before an attempt, as in `frontend/src/net/backoff.ts`."""

REPORTS_APART = 0.2
MANY_FILES = 20_000
BACK_WITHIN = 120.0
"""Seconds after which something has not happened."""


def backoff(attempt: int, chance: float) -> float:
    """Return the seconds before an attempt, the first being 0; chance spreads those who lost the same server."""
    most = min(MOST, LEAST * 2.0 ** min(attempt + 1, 10))
    return LEAST + chance * (most - LEAST)


@dataclass
class Report:
    """How many are live, how far the one who is furthest behind has read, how often they came, what went wrong."""

    live: int = 0
    since: int = 0
    connections: int = 0
    faults: tuple[str, ...] = ()


class Fleet:
    """Readers in other processes; `report` is about all of them."""

    def __init__(self) -> None:
        self._reports: dict[int, Report] = {}
        self._news = asyncio.Event()

    @property
    def report(self) -> Report:
        """How they are."""
        all_of_them = list(self._reports.values())
        return Report(
            sum(each.live for each in all_of_them),
            min((each.since for each in all_of_them), default=0),
            sum(each.connections for each in all_of_them),
            tuple(fault for each in all_of_them for fault in each.faults),
        )

    async def until(self, condition: Callable[[Report], bool]) -> None:
        """Wait until they report so."""
        try:
            async with asyncio.timeout(BACK_WITHIN):
                while not condition(self.report):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"it did not happen: {self.report}") from None

    async def read(self, number: int, stdout: asyncio.StreamReader) -> None:
        """Take in the reports of one process."""
        while line := await stdout.readline():
            fields = json.loads(line)
            self._reports[number] = Report(**fields | {"faults": tuple(fields["faults"])})
            self._news.set()


@asynccontextmanager
async def fleet(server: ServerProcess, readers: list[Reader], processes: int) -> AsyncIterator[Fleet]:
    """Let readers stay with whatever server is at that address, from so many processes."""
    host, port = server.address
    fleet, children, reading = Fleet(), [], []
    for number in range(processes):
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __name__, host, str(port), str(number)),
            env=environment(PYTHONPATH=":".join(sys.path)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert child.stdin
        assert child.stdout
        child.stdin.write(
            json.dumps([(each.token, each.since) for each in readers[number::processes]]).encode() + b"\n"
        )
        children.append(child)
        reading.append(asyncio.create_task(fleet.read(number, child.stdout)))
    try:
        yield fleet
    finally:
        for child in children:
            assert child.stdin
            child.stdin.close()
            await child.wait()
        await asyncio.gather(*reading)


class Crew:
    """The readers of this process."""

    def __init__(self, readers: list[Reader], address: tuple[str, int], number: int) -> None:
        self._readers, self._address, self._number = readers, address, number
        self._entering = asyncio.Semaphore(AT_ONCE)
        self._live = 0

    async def stay(self, place: int) -> None:
        """Be connected, again and again."""
        reader, attempt = self._readers[place], 0
        source = f"127.0.{1 + self._number}.{2 + place // FROM_EACH}"
        while True:
            with suppress(OSError):
                async with self._entering:
                    connection = await come_in(reader, self._address, source=source)
                attempt = 0
                self._live += 1
                await connection.gone
                self._live -= 1
            await asyncio.sleep(backoff(attempt, random.random()))
            attempt += 1

    def report(self) -> dict[str, Any]:
        """Return how they are."""
        return {
            "live": self._live,
            "since": min(each.since for each in self._readers),
            "connections": sum(each.connections for each in self._readers),
            "faults": [fault for each in self._readers for fault in each.faults][:5],
        }


async def main() -> None:
    """Stay until nobody listens any more."""
    host, port, number = sys.argv[1:]
    most = min(MANY_FILES, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    readers = [Reader(token, since) for token, since in json.loads(sys.stdin.readline())]
    crew = Crew(readers, (host, int(port)), int(number))
    staying = [asyncio.create_task(crew.stay(place)) for place in range(len(readers))]
    listening = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    while not listening.done():
        print(json.dumps(crew.report()), flush=True)
        await asyncio.wait({listening}, timeout=REPORTS_APART)
    for task in staying:
        task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
