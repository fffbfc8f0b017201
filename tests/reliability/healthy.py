"""Somebody who does nothing special, in a process of their own, and how long each of their messages takes."""

import asyncio
import math
import os
import statistics
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from tests.live_client import Event, Route, SocketClient, connected, patience
from tests.people import Person
from tests.server_process import ROOT, ServerProcess, environment

APART = 0.01
"""Seconds between a message's arrival and the next one."""

UNNOTICED = 0.025
"""Seconds that nobody notices, and by which a busy machine may be late for reasons of its own."""

Sample = tuple[float, float]
"""When something was asked, and after how many seconds it was done."""


Times = list[float]
"""How long things took, in seconds."""


@dataclass
class Healthy:
    """What somebody healthy has seen so far; whatever disturbs them is done within `disturbed`, and nothing else.

    They wait for each answer before they ask again, so a stall is one sample: it counts as all those who would have
    asked meanwhile. What is usual is the median of many windows, of which one says more of the machine than of the
    server. Where there is time for many rounds, each of them is one long window: then a moment's stall in each shows.
    """

    samples: list[Sample] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _windows: dict[bool, list[Times]] = field(default_factory=lambda: {False: [], True: []})
    _rounds: dict[bool, list[Times]] = field(default_factory=lambda: {False: [], True: []})

    @asynccontextmanager
    async def window(self, *, disturbed: bool, samples: int = 60) -> AsyncIterator[None]:
        """Take the time while something goes on, and on until there are enough samples."""
        first = monotonic()
        yield
        async with patience():
            while len(seen := [took for sent, took in self.samples if sent >= first]) < samples:
                self._news.clear()
                await self._news.wait()
        self._windows[disturbed].append(seen)

    def end_round(self) -> None:
        """Take the windows of either kind since the last round for one."""
        for kind, windows in self._windows.items():
            self._rounds[kind].append([took for window in windows for took in window])
            windows.clear()

    @property
    def p99(self) -> float:
        """What was usual while nothing went on."""
        return self._usual(disturbed=False)

    @property
    def p99_disturbed(self) -> float:
        """What was usual while something did."""
        return self._usual(disturbed=True)

    def figure(self) -> str:
        """Return both in words."""
        ratio = self.p99_disturbed / self.p99
        return f"{self.p99_disturbed * 1000:.1f} ms and {self.p99 * 1000:.1f} ms, {ratio:.1f} ×"

    def is_undisturbed(self, slack: float = 3.0) -> bool:
        """Tell whether p99 at most doubled, give or take what a busy machine does."""
        return self.p99_disturbed <= max(2 * slack * self.p99, UNNOTICED)

    def take(self, sample: Sample) -> None:
        """Note one more."""
        self.samples.append(sample)
        self._news.set()

    def _usual(self, *, disturbed: bool) -> float:
        windows = self._rounds[disturbed] or self._windows[disturbed]
        return statistics.median(percentile(all_waits(times), 99) for times in windows)


def all_waits(times: Times) -> Times:
    """Return how long those would have waited who ask every so often whether they have been answered or not."""
    return [took - missed * APART for took in times for missed in range(int(took / APART) + 1)]


def percentile(values: list[float], percent: int) -> float:
    """Return the value that so many per cent don't exceed."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]


@asynccontextmanager
async def healthy_in(
    server: ServerProcess, person: Person, code: str, *, only_reads: bool = False
) -> AsyncIterator[Healthy]:
    """Let somebody talk in a room all the while, or only read, as often as they like, where talking has its limits."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, server.url, person.token, code, "read" if only_reads else "talk"),
        env=environment(PYTHONPATH=":".join(sys.path)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin
    healthy = Healthy()
    reading = asyncio.create_task(_read(process, healthy))
    try:
        yield healthy
        assert not reading.done(), "the healthy one is gone"
    finally:
        process.stdin.close()
        await process.wait()
        await reading


async def _read(process: asyncio.subprocess.Process, healthy: Healthy) -> None:
    assert process.stdout
    while line := await process.stdout.readline():
        sent, took = line.split()
        healthy.take((float(sent), float(took)))


async def take_the_time(url: str, token: str, code: str, way: str) -> None:
    """Do one thing after another; print when and how long it took."""
    heard: asyncio.Queue[Event] = asyncio.Queue()
    do = {"talk": talk, "read": read}[way]
    async with connected(Route(url), heard.put_nowait, token=token) as client:
        await client.ask("join_room", code=code)
        for number in range(sys.maxsize):
            sent = monotonic()
            await do(client, code, f"healthy {number}", heard)
            print(sent, monotonic() - sent, flush=True)
            await asyncio.sleep(APART)


async def talk(client: SocketClient, code: str, text: str, heard: "asyncio.Queue[Event]") -> None:
    """Say something, and hear it."""
    await client.ask("send_message", code=code, text=text)
    async with patience():
        while (await heard.get()).get("text") != text:
            pass


async def read(client: SocketClient, code: str, text: str, heard: "asyncio.Queue[Event]") -> None:
    """Ask for what was said."""
    await client.ask("messages", code=code, limit=20)


async def main() -> None:
    """Go on until nobody listens any more."""
    doing = asyncio.create_task(take_the_time(*sys.argv[1:]))
    listening = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    await asyncio.wait({doing, listening}, return_when=asyncio.FIRST_COMPLETED)
    if doing.done():
        print(doing.exception(), file=sys.stderr, flush=True)
        os._exit(1)  # an orderly end would wait for the thread that listens
    doing.cancel()


if __name__ == "__main__":
    asyncio.run(main())
