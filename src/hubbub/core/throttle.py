"""Throttles: how often somebody may do what, as one table for all doors, and the arithmetic behind it."""

import functools
import math
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

from hubbub.core.clock import HOUR, MINUTE, SECOND


class Throttle(StrEnum):
    """What is counted."""

    SEND = "send"
    SIGNAL = "signal"
    CREATE_ROOM = "create_room"
    NEW_GUEST = "new_guest"


class Limit(NamedTuple):
    """So many in so many seconds, at most `burst` of them at once.

    A `silent` refusal is told only to who waits for a reply.
    """

    times: int
    seconds: int
    burst: int
    silent: bool = False


LIMITS: dict[Throttle, Limit] = {
    Throttle.SEND: Limit(times=120, seconds=60, burst=30),
    Throttle.SIGNAL: Limit(times=60, seconds=60, burst=60, silent=True),
    Throttle.CREATE_ROOM: Limit(times=60, seconds=3600, burst=60),
    Throttle.NEW_GUEST: Limit(times=300, seconds=600, burst=300),
}

_ROUNDING = 1e-6
"""So little of a token may be missing, or who comes back exactly in time would be sent away once more."""


class Buckets:
    """Token buckets by who is counted, in memory; never more than `most` of them.

    A bucket that has filled up again is the same as none, so forgetting the fullest loses the least.
    """

    def __init__(self, limit: Limit, most: int = 10_000) -> None:
        self._limit = limit
        self._most = most
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, who: str, now: float) -> float:
        """Take one token; return 0 when there was one, else the seconds until there will be. `now` in seconds."""
        rate = self._limit.times / self._limit.seconds
        tokens, since = self._buckets.pop(who, (float(self._limit.burst), now))
        tokens = min(self._limit.burst, tokens + (now - since) * rate)
        wait = 0.0 if tokens >= 1 - _ROUNDING else (1 - tokens) / rate
        if len(self._buckets) >= self._most:
            del self._buckets[next(iter(self._buckets))]
        self._buckets[who] = (tokens if wait else tokens - 1, now)
        return wait


FREE_MISSES = 10
FIRST_WAIT = 15 * SECOND
LONGEST_WAIT = HOUR
FORGOTTEN_AFTER = 10 * MINUTE
ALARM_MISSES = 500
ALARM_DELAY = 2.0
"""Seconds after which every miss is answered once there were `ALARM_MISSES` of them, from all together."""


@dataclass(frozen=True, slots=True)
class Misses:
    """Wrong codes of one address or user: how many, since when, and until when nothing more is tried (ms)."""

    count: int = 0
    since: int = 0
    until: int = 0

    def wait(self, now: int) -> int:
        """Return the milliseconds until the next try."""
        return 0 if self._is_ahead(now) else max(0, self.until - now)

    def another(self, now: int) -> "Misses":
        """Return the count after one more miss: ten are free, then each doubles the wait, up to an hour."""
        if self._is_ahead(now) or now - max(self.since, self.until) > FORGOTTEN_AFTER:
            return Misses(1, now, 0)
        count = self.count + 1
        over = count - FREE_MISSES
        wait = 0 if over < 0 else min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(over, 20))
        return Misses(count, self.since, now + wait if wait else 0)

    def another_of_all(self, now: int) -> "Misses":
        """Return the count of all together after one more miss: a plain count over ten minutes."""
        if self._is_ahead(now) or now - self.since > FORGOTTEN_AFTER:
            return Misses(1, now, 0)
        return Misses(self.count + 1, self.since, 0)

    def _is_ahead(self, now: int) -> bool:
        """Tell whether these are of a clock that was ahead before the last start: by no wait is one so far ahead."""
        return max(self.since, self.until) > now + LONGEST_WAIT


@functools.lru_cache(4096)
def network_of(address: str) -> str:
    """Return what counts as one address: itself, or its /64 when it is IPv6, since a home has that many."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64)) + "/64"
    return address


def whole_seconds(wait: float) -> int:
    """Return a wait as clients are told it: rounded up, so that coming back then is late enough."""
    return math.ceil(wait)
