"""Waiting for a condition, never for a time."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T | None], within: float = 30.0) -> T:
    """Look until there is something to see, and return it."""
    give_up = monotonic() + within
    pause = threading.Event()
    while monotonic() < give_up:
        if seen := look():
            return seen
        pause.wait(0.05)
    raise AssertionError(f"it did not happen within {within} s")
