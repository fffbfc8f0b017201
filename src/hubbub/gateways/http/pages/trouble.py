"""What is wrong with a form, in words under the field that they are about."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from hubbub.core.error import ChatError, ErrorCode

FIELDS = {
    ErrorCode.ROOM_NOT_FOUND: "code",
    ErrorCode.ROOM_FULL: "code",
    ErrorCode.ROOM_LOCKED: "code",
    ErrorCode.BANNED: "code",
    ErrorCode.NAME_TAKEN: "name",
    ErrorCode.NAME_INVALID: "name",
}
"""The field that a refusal is about when it names none itself."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Sentences about the code, about the name, and about neither."""

    code: str = ""
    name: str = ""
    form: str = ""


NONE = Trouble()


def trouble_of(errors: Iterable[ChatError]) -> Trouble:
    """Sort refusals by the field that they are about."""
    return Trouble(**{_field_of(error): words_of(error) for error in errors})


def words_of(error: ChatError) -> str:
    """Return a refusal as sentences: what is wrong, and what would do instead or when."""
    words = error.message
    if error.suggestion is not None:
        words += f" How about {error.suggestion}?"
    if error.retry_after:
        words += f" Try again in {_duration(error.retry_after)}."
    return words


def _field_of(error: ChatError) -> str:
    field = error.field or FIELDS.get(error.code, "")
    return field if field in {"code", "name"} else "form"


def _duration(seconds: float) -> str:
    if seconds < 120:
        whole = math.ceil(seconds)
        return "a second" if whole == 1 else f"{whole} seconds"
    return f"{math.ceil(seconds / 60)} minutes"
