"""Texts: what people may say, and the one form in which it is kept."""

import unicodedata

from hubbub.core.error import ChatError, ErrorCode

MAX_TEXT = 10_000
_MAX_TYPED = 4 * MAX_TEXT
"""No character takes more than four before NFC joins them; what is longer than this is too long after it as well."""

_MAX_MARKS = 64
"""Marks on one letter. No language has more than a few, and normalising takes the square of them."""


def clean_text(typed: str) -> str:
    """Return a text as it is kept: NFC, line ends as `\\n`, no empty lines around it; 1 to 10,000 characters.

    Raises `text_invalid` for nothing but white space, a NUL (no database keeps it), half a surrogate pair or marks
    piled up by the hundred, `too_long` past the limit: a text is never cut.
    """
    text = typed.replace("\r\n", "\n").replace("\r", "\n").rstrip().lstrip("\n")
    if not text:
        raise ChatError(ErrorCode.TEXT_INVALID, "There is nothing to send.", field="text")
    if len(text) <= _MAX_TYPED:
        _check_characters(text)
        text = unicodedata.normalize("NFC", text)
    if len(text) > MAX_TEXT:
        words = f"A text has at most {MAX_TEXT:,} characters; this one has {len(text):,}."
        raise ChatError(ErrorCode.TOO_LONG, words, field="text")
    return text


def has_half_character(text: str) -> bool:
    """Tell whether there is half of a surrogate pair in it, which has no place in UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _check_characters(text: str) -> None:
    if "\0" in text or has_half_character(text):
        raise ChatError(ErrorCode.TEXT_INVALID, "A text can't hold NUL or half a character.", field="text")
    if _piles_up_marks(text):
        words = f"A letter can't carry more than {_MAX_MARKS} marks."
        raise ChatError(ErrorCode.TEXT_INVALID, words, field="text")


def _piles_up_marks(text: str) -> bool:
    if text.isascii() or len(text) <= _MAX_MARKS:
        return False
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter)[0] == "M" else 0
        if marks > _MAX_MARKS:
            return True
    return False
