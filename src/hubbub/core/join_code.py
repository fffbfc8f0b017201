"""Join codes: four capital letters for an open room, six for a private one."""

import string
from collections.abc import Callable

ALPHABET = string.ascii_uppercase
OPEN_LENGTH = 4
PRIVATE_LENGTH = 6
CROWDED_AFTER = 20
"""So many taken codes in a row mean that a length is crowded: the next length is used."""

RandomBelow = Callable[[int], int]
"""Gives a random number from 0 up to, not including, its argument; `secrets.randbelow` but in tests."""


def draw_code(length: int, random_below: RandomBelow, alphabet: str = ALPHABET) -> str:
    """Return a random code of that many letters."""
    return "".join(alphabet[random_below(len(alphabet))] for _ in range(length))


def tidy_code(typed: str) -> str:
    """Return what somebody typed in the form in which codes are kept: capitals, no spaces."""
    return "".join(typed.split()).upper()


def is_code(code: str) -> bool:
    """Tell whether this could be a code at all; what couldn't is no guess at one."""
    return OPEN_LENGTH <= len(code) <= 8 and all(letter in ALPHABET for letter in code)
