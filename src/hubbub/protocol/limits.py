"""How large what comes in from outside may be, and how slow."""

MAX_BODY = 1_000_000
"""Bytes of one request, message or payload, at every door."""

_FIRST_SECONDS = 7.0
_SLOWEST = 1_000


def seconds_for(size: int) -> float:
    """Return in how many seconds so many bytes of a body have to be followed by more.

    A slow line has a second more for each kilobyte. Who trickles is refused soon enough to be gone within ten seconds,
    two of them for reading the answer.
    """
    return _FIRST_SECONDS + size / _SLOWEST
