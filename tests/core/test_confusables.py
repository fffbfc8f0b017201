"""The table of letters that look alike."""

import string
import unicodedata
from collections import Counter

from hubbub.core import confusables
from hubbub.core.confusables import LOOK_ALIKES
from hubbub.core.name import fold_name

TABLES = (
    confusables._CYRILLIC,
    confusables._GREEK_AND_ARMENIAN,
    confusables._LISU_CHEROKEE_AND_COPTIC,
    confusables._LATIN_AND_DIGITS,
)


def test_every_letter_is_taken_for_a_small_latin_one_that_is_taken_for_none_in_turn() -> None:
    assert set(LOOK_ALIKES.values()) <= set(string.ascii_lowercase)
    assert not {ord(latin) for latin in LOOK_ALIKES.values()} & set(LOOK_ALIKES)


def test_no_letter_is_listed_twice() -> None:
    listed = Counter(letter for table in TABLES for letters in table.values() for letter in letters)
    assert len(listed) == len(LOOK_ALIKES) > 150
    assert listed.most_common(1)[0][1] == 1


def test_every_letter_is_written_composed_or_it_would_never_be_met() -> None:
    assert [chr(letter) for letter in LOOK_ALIKES if unicodedata.normalize("NFC", chr(letter)) != chr(letter)] == []


def test_a_name_with_a_letter_that_looks_like_another_folds_to_the_name_with_the_other() -> None:
    folded = {chr(letter): fold_name(f"x{chr(letter)}x") for letter in LOOK_ALIKES}
    assert folded == {chr(letter): f"x{latin}x" for letter, latin in LOOK_ALIKES.items()}


def test_only_the_letters_that_digits_and_i_are_taken_for_are_touched_in_plain_latin() -> None:
    touched = {chr(letter) for letter in LOOK_ALIKES if letter < 128}
    assert touched == set("iI1|0")
