"""The real clock."""

import time


class SystemClock:
    """Holds the promises of `core.clock.Clock`."""

    def __init__(self) -> None:
        self._began = time.time_ns() - time.monotonic_ns()

    def now(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def even(self) -> int:
        """Milliseconds since 1970, without jumps."""
        return (self._began + time.monotonic_ns()) // 1_000_000

    def steady(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
