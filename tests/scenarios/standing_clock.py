"""`python -m tests.scenarios.standing_clock serve …`: a server whose clock stands until a test moves it."""

import mmap
import os
import struct
from contextlib import contextmanager
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from hubbub.chat import service
from hubbub.cli import main
from hubbub.core.clock import SECOND
from hubbub.server import serve

MODULE = "tests.scenarios.standing_clock"
VARIABLE = "SCENARIO_CLOCK"
BEGINNING = 1_800_000_000_000
TICK = 0.05
"""Seconds, of those outside, between two looks at what is due."""

_FORMAT = struct.Struct("d")


class StandingClock:
    """A clock in a file, which the server and a test share: the seconds since it was made."""

    def __init__(self, file: Path) -> None:
        self.file = file
        if not file.exists():
            file.write_bytes(_FORMAT.pack(0.0))
        with file.open("r+b") as opened:
            self._memory = mmap.mmap(opened.fileno(), _FORMAT.size)

    def steady(self) -> float:
        """See Clock."""
        return float(_FORMAT.unpack(self._memory[:])[0])

    def now(self) -> int:
        """See Clock."""
        return BEGINNING + round(self.steady() * SECOND)

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self._memory[:] = _FORMAT.pack(self.steady() + seconds)

    def close(self) -> None:
        """Let go of the file."""
        self._memory.close()


@contextmanager
def standing_clock(file: Path) -> Iterator[StandingClock]:
    """Use a clock."""
    clock = StandingClock(file)
    try:
        yield clock
    finally:
        clock.close()


if __name__ == "__main__":
    with standing_clock(Path(os.environ[VARIABLE])) as clock:
        with patch.object(serve, "SystemClock", lambda: clock), patch.object(service, "TICK", TICK):
            main()
