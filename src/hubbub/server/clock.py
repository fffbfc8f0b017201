"""The real clock."""

import time


class SystemClock:
    """Holds the promises of `core.clock.Clock`."""

    def now(self) -> int:
        """Milliseconds since 1970."""
        return time.time_ns() // 1_000_000

    def steady(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()
