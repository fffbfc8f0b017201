"""Names: what may be one, how it is shown, and when two of them look alike."""

import re
import unicodedata
from collections.abc import Callable

from hubbub.core.confusables import LOOK_ALIKES
from hubbub.core.error import ChatError, ErrorCode

MAX_NAME = 40
MAX_TYPED = 1_000
"""Characters of a line as it is typed, hidden ones included: normalising takes the square of them at worst."""

_JOINER = "\N{ZERO WIDTH JOINER}"
_AS_EMOJI = "\N{VARIATION SELECTOR-16}"
_BLANKS = frozenset(
    "\N{BRAILLE PATTERN BLANK}\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u180b\u180c\u180d\u180f"
    "\U00013441\U00013442\U00016fe4\U0001d159"
)
"""Letters and marks that show nothing: Braille's blank, the Hangul fillers, the grapheme joiner, and their like."""

_NEW_EMOJI = re.compile("[\U0001f680-\U0001f6ff\U0001f7e0-\U0001f7ff\U0001fa70-\U0001faff]")
"""Where Unicode puts new emoji: phones have them years before a Python that knows them."""


def clean_name(typed: str, field: str = "name") -> str:
    """Return a name as it is shown: NFC, single spaces, without anything hidden.

    Raises `name_invalid` for a name in which nothing can be seen or some characters mean nothing, `too_long` past 40.
    """
    name = clean_line(typed, MAX_NAME, field)
    if any(_means_nothing(letter) for letter in name):
        raise ChatError(ErrorCode.NAME_INVALID, field=field)
    if all(letter == " " or _shows_nothing(letter) for letter in name):
        raise ChatError(ErrorCode.NAME_INVALID, field=field)
    return name


def fold_name(name: str) -> str:
    """Return what two names have in common when one could be mistaken for the other.

    NFKC, letters that look alike made one (after Unicode's UTS #39), case folded, whatever shows nothing left out.
    """
    return _until_stable(_fold_once, name)


def suggest_name(name: str, taken: frozenset[str]) -> str:
    """Return the name with the smallest number behind it that is free; `taken` holds folded names."""
    number = 2
    while True:
        tail = f" {number}"
        suggestion = _until_stable(_clean_once, name[: MAX_NAME - len(tail)] + tail)
        if fold_name(suggestion) not in taken:
            return suggestion
        number += 1


def clean_line(typed: str, most: int, field: str) -> str:
    """Return one line: NFC, single spaces, no control, zero-width or bidi characters; emoji keep their joiners.

    Raises `too_long` past `most` characters.
    """
    line = typed.strip()
    if len(line) <= MAX_TYPED:
        line = _until_stable(_clean_once, line)
    if len(line) > most:
        raise ChatError(ErrorCode.TOO_LONG, f"A {field} has at most {most} characters.", field=field)
    return line


def _until_stable(step: Callable[[str], str], text: str) -> str:
    """Repeat a step until it changes nothing: composing and leaving out can each give the other more to do."""
    while (after := step(text)) != text:
        text = after
    return text


def _clean_once(line: str) -> str:
    seen = "".join(letter for i, letter in enumerate(line) if not _is_hidden(line, i))
    return unicodedata.normalize("NFC", " ".join(seen.split()))


def _fold_once(name: str) -> str:
    known = unicodedata.normalize("NFC", name).translate(LOOK_ALIKES)  # NFKC takes Greek's c for an s
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", known) if not _shows_nothing(letter))
    plain = seen.translate(LOOK_ALIKES).casefold().translate(LOOK_ALIKES)
    return unicodedata.normalize("NFKC", plain).replace(" ", "")


def _is_hidden(line: str, i: int) -> bool:
    letter = line[i]
    if letter == _JOINER:
        return not (_is_pictorial(line[:i].rstrip(_AS_EMOJI)[-1:]) and _is_pictorial(line[i + 1 : i + 2]))
    if letter.isspace():
        return False
    return letter in _BLANKS or unicodedata.category(letter) in {"Cf", "Cc"}


def _means_nothing(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cs", "Cn", "Co"} and not _NEW_EMOJI.match(letter)


def _is_pictorial(letter: str) -> bool:
    """Tell whether emoji are joined to this: symbols, skin tones, and the arrow of heads that shake."""
    if letter == "\N{LEFT RIGHT ARROW}" or _NEW_EMOJI.match(letter):
        return True
    return letter != "" and unicodedata.category(letter) in {"So", "Sk"}


def _shows_nothing(letter: str) -> bool:
    variation = "\ufe00" <= letter <= "\ufe0f" or "\U000e0000" <= letter <= "\U000e0fff"
    return variation or letter in _BLANKS or unicodedata.category(letter) in {"Cf", "Cc"}
