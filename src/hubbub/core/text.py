"""Texts: what people may say, and the one form in which it is kept."""

import unicodedata

from hubbub.core.error import ChatError, ErrorCode

MAX_TEXT = 10_000


def clean_text(typed: str) -> str:
    """Return a text as it is kept: NFC, line ends as `\\n`, no empty lines around it; 1 to 10,000 characters.

    Raises `text_invalid` for nothing but white space, a NUL (no database keeps it) or half a surrogate pair,
    `too_long` past the limit: a text is never cut.
    """
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n")).rstrip().lstrip("\n")
    if not text:
        raise ChatError(ErrorCode.TEXT_INVALID, "There is nothing to send.", field="text")
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise ChatError(ErrorCode.TEXT_INVALID, "A text can't hold NUL or half a character.", field="text")
    if len(text) > MAX_TEXT:
        words = f"A text has at most {MAX_TEXT:,} characters; this one has {len(text):,}."
        raise ChatError(ErrorCode.TOO_LONG, words, field="text")
    return text
