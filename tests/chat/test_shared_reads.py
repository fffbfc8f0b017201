"""Shared reads: one for all who ask at once, the next for all who ask meanwhile, and none that began too early."""

import asyncio

import pytest

from hubbub.chat.shared_reads import SharedReads

pytestmark = pytest.mark.anyio


class Log:
    """Something that grows, and takes its time to be read."""

    def __init__(self) -> None:
        self.lines = 0
        self.begun = 0
        self.gate = asyncio.Event()
        self._changed = asyncio.Condition()

    async def read(self) -> int:
        """Return how many lines there were when the read began."""
        lines = self.lines
        async with self._changed:
            self.begun += 1
            self._changed.notify_all()
        await self.gate.wait()
        return lines

    async def has_begun(self, times: int) -> None:
        """Wait until so many reads have begun."""
        async with self._changed, asyncio.timeout(30):
            await self._changed.wait_for(lambda: self.begun >= times)


async def test_who_asks_at_once_shares_a_read_and_who_asks_meanwhile_the_next() -> None:
    log, reads = Log(), SharedReads[int]()
    first = [asyncio.create_task(reads.of(1, log.read)) for _ in range(50)]
    await log.has_begun(1)
    log.lines = 7
    later = [asyncio.create_task(reads.of(1, log.read)) for _ in range(50)]
    other = asyncio.create_task(reads.of(2, log.read))
    await log.has_begun(2)
    log.gate.set()
    assert await asyncio.gather(*first) == [0] * 50
    assert await asyncio.gather(*later) == [7] * 50
    assert await other == 7
    assert log.begun == 3
    assert await reads.of(1, log.read) == 7
    assert log.begun == 4


async def test_a_read_that_fails_fails_for_all_who_share_it_and_for_nobody_else() -> None:
    reads = SharedReads[int]()

    async def fail() -> int:
        raise OSError("no disk")

    outcomes = await asyncio.gather(*(reads.of(1, fail) for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [OSError] * 3
    log = Log()
    log.gate.set()
    assert await reads.of(1, log.read) == 0


async def test_who_no_longer_waits_takes_it_from_nobody() -> None:
    log, reads = Log(), SharedReads[int]()
    gone, here = (asyncio.create_task(reads.of(1, log.read)) for _ in range(2))
    await log.has_begun(1)
    gone.cancel()
    log.gate.set()
    assert await here == 0
