"""What the rest of the program may ask about time; the real clock is made in `server`, tests bring a fake one."""

import functools
from datetime import UTC, datetime
from typing import Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock(Protocol):
    """Three readings: a wall clock may jump, and a steady one can be neither shown to people nor kept over a start."""

    def now(self) -> int:
        """Milliseconds since 1970 in UTC: what is stored and shown. May jump."""

    def even(self) -> int:
        """Milliseconds since 1970 as the wall clock had them at the start, without its jumps since then.

        What is stored to be waited for counts by it: codes that were missed; rooms expire once both clocks say so.
        """

    def steady(self) -> float:
        """Seconds since some moment: what waits and throttles count by. Never goes back."""


@functools.lru_cache(maxsize=1024)  # what happens at once is told at once: replies and events share their times
def iso(at: int) -> str:
    """Write a time as people and machines read it: always 24 characters, UTC, milliseconds and Z."""
    whole, rest = divmod(at, SECOND)
    return f"{_iso_second(whole)}.{rest:03d}Z"


@functools.lru_cache(maxsize=256)
def _iso_second(whole: int) -> str:
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}"  # many events share their second
