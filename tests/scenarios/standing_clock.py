"""`python -m tests.scenarios.standing_clock serve …`: a server whose clock stands until a test moves it."""

import asyncio
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from hubbub.chat import service
from hubbub.cli import main
from hubbub.core.clock import SECOND
from hubbub.server import serve
from tests.waiting import eventually

MODULE = "tests.scenarios.standing_clock"
VARIABLE = "SCENARIO_CLOCK"
BEGINNING = 1_800_000_000_000
TICK = 0.05
"""Seconds, of those outside, between two looks at what is due."""

_FORMAT = struct.Struct("d")
_LOOKS = slice(_FORMAT.size, 2 * _FORMAT.size)
_SECONDS = slice(0, _FORMAT.size)


class StandingClock:
    """A clock in a file that the server and a test share: the seconds since it was made, and how often it was heeded.

    The test writes the first and the server the second.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            file.write_bytes(_FORMAT.pack(0.0) * 2)
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), 2 * _FORMAT.size)

    def steady(self) -> float:
        """See Clock."""
        return self._read(_SECONDS)

    def now(self) -> int:
        """See Clock."""
        return BEGINNING + round(self.steady() * SECOND)

    def even(self) -> int:
        """See Clock."""
        return self.now()

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self._memory[_SECONDS] = _FORMAT.pack(self.steady() + seconds)

    async def is_looked_at(self) -> None:
        """Wait until the server has done what is due at this time."""
        before = self._read(_LOOKS)
        await asyncio.to_thread(eventually, lambda: self._read(_LOOKS) >= before + 2)  # one may have begun before

    def note_look(self) -> None:
        """Count that what was due is done."""
        self._memory[_LOOKS] = _FORMAT.pack(self._read(_LOOKS) + 1)

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()

    def _read(self, which: slice) -> float:
        return float(_FORMAT.unpack(self._memory[which])[0])


@contextmanager
def standing_clock(file: Path) -> Iterator[StandingClock]:
    """Use a clock."""
    clock = StandingClock(file)
    try:
        yield clock
    finally:
        clock.close()


def run(clock: StandingClock) -> None:
    """Run the command with this clock."""
    tick = service.Chat.tick

    async def noted_tick(chat: service.Chat) -> None:
        await tick(chat)
        clock.note_look()

    with (
        patch.object(serve, "SystemClock", lambda: clock),
        patch.object(service, "TICK", TICK),
        patch.object(service.Chat, "tick", noted_tick),
    ):
        main()


if __name__ == "__main__":
    with standing_clock(Path(os.environ[VARIABLE])) as shared:
        run(shared)
