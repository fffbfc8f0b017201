"""Pages: how much of a log fits into one answer."""

import json
from collections.abc import Sequence
from typing import TypeVar

from hubbub.core.event import MessageSent

MOST_BYTES = 256 * 1024
_FRAME = 1_024
"""Bytes that an event takes at most beside its text: ids, names of 40 characters, client_message_id, keys."""

T = TypeVar("T")


def fit(items: Sequence[T], limit: int, *, keep_newest: bool = False) -> tuple[tuple[T, ...], bool]:
    """Return as many items as one page holds, from its start or its end, and whether some were left out.

    A page holds up to `limit` items and 256 KiB as JSON, and at least one item.
    """
    ordered = list(reversed(items)) if keep_newest else list(items)
    room, taken = MOST_BYTES, 0
    for item in ordered[:limit]:
        room -= cost(item)
        if room < 0 and taken:
            break
        taken += 1
    page = ordered[:taken]
    return tuple(reversed(page)) if keep_newest else tuple(page), taken < len(items)


def weight(event: object) -> int:
    """Return roughly how many bytes an event takes, without what JSON adds to its text: cheaper than `cost`."""
    return _FRAME + (len((event.text or "").encode()) if isinstance(event, MessageSent) else 0)


def cost(item: object) -> int:
    """Return how many bytes an item of a page takes at most, as JSON."""
    text = item.text if isinstance(item, MessageSent) else None
    return _FRAME + (len(json.dumps(text, ensure_ascii=False).encode()) if text else 0)
