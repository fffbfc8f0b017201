"""A room: a conversation that keeps its log, under a code, for a lifetime."""

from enum import StrEnum

from hubbub.core.clock import DAY
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.name import clean_line
from hubbub.core.text import has_half_character
from hubbub.core.value import value

MAX_TITLE = 100
CODE_RESTS = 30 * DAY
"""Milliseconds for which a dead room's code is given to nobody else."""


class Lifetime(StrEnum):
    """When a room dies: never, some days after its last message, or a while after its last person has gone."""

    KEPT = "kept"
    EXPIRES = "expires"
    VANISHES = "vanishes"


@value(frozen=True, slots=True)
class Room:
    """A room as anybody in it may see it.

    `epoch` names this history: a seq of another epoch means nothing here. `capacity` of None is no limit.
    `expires_days` goes with the lifetime `expires` alone.
    """

    id: int
    code: str
    epoch: str
    title: str
    private: bool
    capacity: int | None
    lifetime: Lifetime
    expires_days: int | None
    created_at: int
    last_seq: int = 0
    last_number: int = 0


def clean_title(title: str) -> str:
    """Return a title as it is kept: NFC, one line, nothing hidden. Raises `too_long`, `text_invalid`."""
    cleaned = clean_line(title, MAX_TITLE, "title")
    if has_half_character(cleaned):
        raise ChatError(ErrorCode.TEXT_INVALID, "A title can't hold half a character.", field="title")
    return cleaned


def check_lifetime(lifetime: Lifetime, expires_days: int | None) -> None:
    """Refuse days without `expires` and `expires` without days. Raises `bad_request`."""
    if (lifetime is Lifetime.EXPIRES) != (expires_days is not None):
        words = 'expires_days goes with the lifetime "expires", and with no other.'
        raise ChatError(ErrorCode.BAD_REQUEST, words, field="expires_days")
