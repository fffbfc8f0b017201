"""Texts: what may be said, and how it is kept."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.text import MAX_TEXT, clean_text, has_half_character

FOUR_IN_ONE = "\N{GREEK SMALL LETTER ALPHA WITH PSILI AND VARIA AND YPOGEGRAMMENI}"


def refusal_of(typed: str) -> ErrorCode:
    with pytest.raises(ChatError) as refusal:
        clean_text(typed)
    assert refusal.value.field == "text"
    return refusal.value.code


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("hello", "hello"),
        ("  indented", "  indented"),
        ("ends here  \n\n", "ends here"),
        ("\n\n\nstarts here", "starts here"),
        ("one\r\ntwo\rthree\n\rfour", "one\ntwo\nthree\n\nfour"),
        ("Cafe\u0301", "Café"),
        ("שלום עולם", "שלום עולם"),
        ("مرحبا\u200f!", "مرحبا\u200f!"),
        ("👩\u200d👩\u200d👧\u200d👦 🏴\U000e0067\U000e007f", "👩\u200d👩\u200d👧\u200d👦 🏴\U000e0067\U000e007f"),
        ("<script>alert('1')</script>", "<script>alert('1')</script>"),
        ("tab\tbell\x07", "tab\tbell\x07"),
    ],
)
def test_a_text_is_kept_as_it_was_typed_but_for_line_ends_and_composed_letters(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@pytest.mark.parametrize("typed", ["", " ", "\n", "\r\n\r\n", "\t \u00a0\u3000", " \n" * 100_000])
def test_white_space_alone_is_nothing_to_send(typed: str) -> None:
    assert refusal_of(typed) is ErrorCode.TEXT_INVALID


@pytest.mark.parametrize("typed", ["a\0b", "\0", "half \ud83d", "\udc00 half", "\ude00\ud83d"])
def test_nul_and_half_characters_are_refused(typed: str) -> None:
    assert refusal_of(typed) is ErrorCode.TEXT_INVALID


@pytest.mark.parametrize(
    "letter", ["a", "é", "e\u0301", "字", "👍", FOUR_IN_ONE, unicodedata.normalize("NFD", FOUR_IN_ONE)]
)
def test_ten_thousand_characters_pass_and_one_more_is_refused_counted_after_composing(letter: str) -> None:
    assert len(clean_text(letter * MAX_TEXT)) == MAX_TEXT == 10_000
    assert refusal_of(letter * (MAX_TEXT + 1)) is ErrorCode.TOO_LONG


def test_white_space_around_a_text_does_not_count() -> None:
    assert clean_text("\n" * 50_000 + "a" * MAX_TEXT + "\n" * 50_000) == "a" * MAX_TEXT


def test_a_refusal_says_how_long_the_text_is_and_how_long_it_may_be() -> None:
    with pytest.raises(ChatError, match=r"at most 10,000 characters; this one has 10,001\."):
        clean_text("a" * 10_001)


def test_no_letter_takes_more_than_four_before_composing_so_that_longer_texts_need_no_composing() -> None:
    assert max(len(unicodedata.normalize("NFD", chr(code))) for code in range(0x110000)) == 4


@pytest.mark.timeout(10)
@pytest.mark.parametrize("marks", ["\u0301\u0316", "\u0f73", "\u0301"])
def test_marks_by_the_hundred_thousand_are_refused_at_once_and_not_sorted_for_minutes(marks: str) -> None:
    assert refusal_of("a" + marks * 400_000) is ErrorCode.TOO_LONG
    assert refusal_of("a" + marks * 15_000) is ErrorCode.TEXT_INVALID


def test_a_letter_carries_64_marks_and_not_one_more() -> None:
    assert len(clean_text("x" + "\u0316" * 64 + "y" + "\u0316" * 64)) == 130
    assert refusal_of("x" + "\u0316" * 65) is ErrorCode.TEXT_INVALID


@given(st.text(st.characters(), max_size=200))
def test_a_kept_text_would_be_kept_the_same_again(typed: str) -> None:
    try:
        kept = clean_text(typed)
    except ChatError:
        return
    assert clean_text(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert 1 <= len(kept) <= MAX_TEXT
    assert not set(kept) & {"\r", "\0"}
    assert kept.encode()


@given(st.text(st.characters(categories=["Cs"]), min_size=1), st.text())
def test_half_characters_are_seen_wherever_they_stand(halves: str, whole: str) -> None:
    assert has_half_character(whole + halves + whole)
    assert not has_half_character(whole.encode(errors="ignore").decode())
