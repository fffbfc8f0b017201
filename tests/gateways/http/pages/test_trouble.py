"""Every refusal of the table is a sentence at the field that it is about."""

import pytest

from hubbub.core.error import ERRORS, ChatError, ErrorCode
from hubbub.gateways.http.pages.trouble import Trouble, trouble_of, words_of


@pytest.mark.parametrize("code", ErrorCode)
def test_every_refusal_is_told_somewhere(code: ErrorCode) -> None:
    trouble = trouble_of([ChatError(code)])
    assert [words for words in (trouble.code, trouble.name, trouble.form) if words] == [ERRORS[code].words]


def test_what_is_about_a_field_is_told_under_it() -> None:
    errors = [ChatError(ErrorCode.ROOM_FULL), ChatError(ErrorCode.NAME_TAKEN), ChatError(ErrorCode.SLOW_DOWN)]
    assert trouble_of(errors) == Trouble(*(error.message for error in errors))
    assert trouble_of([ChatError(ErrorCode.TOO_LONG, "Too long.", field="name")]) == Trouble(name="Too long.")
    assert trouble_of([ChatError(ErrorCode.TOO_LONG, "Too long.", field="title")]) == Trouble(form="Too long.")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "a second"),
        (1.5, "2 seconds"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (3_541, "60 minutes"),
    ],
)
def test_a_wait_is_told_in_words(seconds: float, words: str) -> None:
    error = ChatError(ErrorCode.SLOW_DOWN, "Too often.", retry_after=seconds)
    assert words_of(error) == f"Too often. Try again in {words}."


def test_what_would_do_instead_is_told() -> None:
    error = ChatError(ErrorCode.NAME_TAKEN, "Taken.", suggestion="Ann 2")
    assert words_of(error) == "Taken. How about Ann 2?"
