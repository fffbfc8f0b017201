"""Changes that nobody waits for, many at a time: the store makes those that it is given together in one commit."""

import asyncio
from collections.abc import Coroutine, Iterable
from itertools import islice
from typing import Any

MOST_AT_ONCE = 256
"""Changes that are handed to the store together; a message that comes then waits for so many at most."""


async def together(changes: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Make changes, group by group. Raises what the first that fails raises; the groups after its own aren't begun."""
    left = iter(changes)
    while group := list(islice(left, MOST_AT_ONCE)):
        for outcome in await asyncio.gather(*group, return_exceptions=True):
            if outcome is not None:
                raise outcome
