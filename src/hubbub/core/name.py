"""Names: what may be one, how it is shown, and when two of them look alike."""

import unicodedata

from hubbub.core.confusables import LOOK_ALIKES
from hubbub.core.error import ChatError, ErrorCode

MAX_NAME = 40

_JOINER = "\N{ZERO WIDTH JOINER}"
_BLANKS = frozenset("\N{BRAILLE PATTERN BLANK}\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u180b\u180c\u180d")
"""Letters and marks that show nothing: Braille's blank, the Hangul fillers, the grapheme joiner, and their like."""


def clean_name(typed: str, field: str = "name") -> str:
    """Return a name as it is shown: NFC, single spaces, without anything hidden.

    Raises `name_invalid` for an empty name or one with characters that nobody can see, `too_long` past 40.
    """
    name = unicodedata.normalize("NFC", " ".join(without_hidden(typed).split()))
    if not name or any(unicodedata.category(letter) in {"Cs", "Cn", "Co"} for letter in name):
        raise ChatError(ErrorCode.NAME_INVALID, field=field)
    if len(name) > MAX_NAME:
        raise ChatError(ErrorCode.TOO_LONG, f"A name has at most {MAX_NAME} characters.", field=field)
    return name


def fold_name(name: str) -> str:
    """Return what two names have in common when one could be mistaken for the other.

    NFKC, letters that look alike made one (after Unicode's UTS #39), case folded, whatever shows nothing left out.
    """
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", name) if not _shows_nothing(letter))
    plain = seen.translate(LOOK_ALIKES).casefold().translate(LOOK_ALIKES)
    return unicodedata.normalize("NFKC", plain).replace(" ", "")


def suggest_name(name: str, taken: frozenset[str]) -> str:
    """Return the name with the smallest number behind it that is free; `taken` holds folded names."""
    number = 2
    while True:
        tail = f" {number}"
        suggestion = name[: MAX_NAME - len(tail)].rstrip() + tail
        if fold_name(suggestion) not in taken:
            return suggestion
        number += 1


def without_hidden(text: str) -> str:
    """Return a line without control, zero-width and bidi characters; a joiner inside an emoji stays."""
    return "".join(letter for i, letter in enumerate(text) if not _is_hidden(text, i))


def _is_hidden(text: str, i: int) -> bool:
    letter = text[i]
    if letter == _JOINER:
        return not (0 < i < len(text) - 1 and _is_pictorial(text[i - 1]) and _is_pictorial(text[i + 1]))
    if letter.isspace():
        return False
    return letter in _BLANKS or unicodedata.category(letter) in {"Cf", "Cc"}


def _is_pictorial(letter: str) -> bool:
    return unicodedata.category(letter) in {"So", "Sk"} or letter == "\N{VARIATION SELECTOR-16}"


def _shows_nothing(letter: str) -> bool:
    variation = "\ufe00" <= letter <= "\ufe0f" or "\U000e0000" <= letter <= "\U000e0fff"
    return variation or letter in _BLANKS or unicodedata.category(letter) in {"Cf", "Cc"}
