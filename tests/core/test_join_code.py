"""Join codes: drawn, typed, told from what couldn't be one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.join_code import ALPHABET, OPEN_LENGTH, PRIVATE_LENGTH, draw_code, is_code, tidy_code


@pytest.mark.parametrize("length", [OPEN_LENGTH, OPEN_LENGTH + 1, PRIVATE_LENGTH, PRIVATE_LENGTH + 2])
def test_a_drawn_code_is_a_code_of_its_length(length: int) -> None:
    code = draw_code(length, random.Random(1).randrange)
    assert len(code) == length
    assert is_code(code)


def test_every_letter_is_drawn_as_often_as_any_other() -> None:
    drawn = draw_code(26_000, random.Random(1).randrange)
    assert all(850 < drawn.count(letter) < 1_150 for letter in ALPHABET)


def test_a_code_is_drawn_from_the_alphabet_that_is_asked_for() -> None:
    assert set(draw_code(100, random.Random(1).randrange, "AB")) == {"A", "B"}


@pytest.mark.parametrize("typed", ["wxyz", " WXYZ ", "Wx Yz", "\tw x\ny z", "wx\u00a0yz"])
def test_a_typed_code_is_tidied_to_capitals_without_spaces(typed: str) -> None:
    assert tidy_code(typed) == "WXYZ"


@given(st.text())
def test_tidying_twice_is_tidying_once(typed: str) -> None:
    assert tidy_code(tidy_code(typed)) == tidy_code(typed)


@pytest.mark.parametrize("code", ["ABCD", "ABCDE", "ABCDEF", "ABCDEFGH"])
def test_four_to_eight_capital_letters_could_be_a_code(code: str) -> None:
    assert is_code(code)


@pytest.mark.parametrize(
    "code", ["", "ABC", "ABCDEFGHI", "abcd", "ABC1", "AB D", "ABCÄ", "АВСЕ", "ＡＢＣＤ", "ABCD\n", "AB\0D", "A\u200bBC"]
)
def test_nothing_else_could_be_a_code(code: str) -> None:
    assert not is_code(code)
