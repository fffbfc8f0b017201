"""Marks on a command's fields that say which values have the right shape; the codecs check them."""

from typing import Annotated, NamedTuple


class Range(NamedTuple):
    """A number from `least` to `most`, both included."""

    least: int
    most: int


class Length(NamedTuple):
    """A string of `least` to `most` characters (code points)."""

    least: int
    most: int


MAX_SEQ = 2**53 - 1
"""The largest number that every JSON reader holds exactly (RFC 8259, section 6)."""

TIMES = frozenset({"at", "created_at", "edited_at"})
"""Fields that are milliseconds inside and strings such as 2026-11-20T18:00:00.123Z outside."""

Seq = Annotated[int, Range(0, MAX_SEQ)]
PageSize = Annotated[int, Range(1, 200)]
MAX_CODE = 16
Code = Annotated[str, Length(1, MAX_CODE)]
MAX_CLIENT_MESSAGE_ID = 64
ClientMessageId = Annotated[str, Length(1, MAX_CLIENT_MESSAGE_ID)]
Epoch = Annotated[str, Length(1, 32)]
