"""Rooms: titles and lifetimes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.clock import DAY
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.room import CODE_RESTS, MAX_TITLE, Lifetime, check_lifetime, clean_title


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("   ", ""),
        ("  Class   of\n2026\t", "Class of 2026"),
        ("Cafe\u0301", "Café"),
        ("safe\u202etxt.exe", "safetxt.exe"),
        ("a\0b\x1b[31mc", "ab[31mc"),
        ("👩\u200d🚀 club", "👩\u200d🚀 club"),
        ("x" * MAX_TITLE, "x" * MAX_TITLE),
        ("e\u0301" * MAX_TITLE, "é" * MAX_TITLE),
    ],
)
def test_a_title_is_kept_as_one_visible_line(typed: str, kept: str) -> None:
    assert clean_title(typed) == kept


@pytest.mark.parametrize("typed", ["x" * (MAX_TITLE + 1), "x" * 1_000_000, "\u0301\u0316" * 500_000])
def test_a_title_of_more_than_100_characters_is_refused_and_not_cut(typed: str) -> None:
    with pytest.raises(ChatError) as refusal:
        clean_title(typed)
    assert (refusal.value.code, refusal.value.field) == (ErrorCode.TOO_LONG, "title")


def test_a_title_with_half_a_character_is_refused() -> None:
    with pytest.raises(ChatError) as refusal:
        clean_title("half \ud83d")
    assert (refusal.value.code, refusal.value.field) == (ErrorCode.TEXT_INVALID, "title")


@given(st.text(max_size=MAX_TITLE))
def test_a_kept_title_would_be_kept_the_same_again(typed: str) -> None:
    try:
        kept = clean_title(typed)
    except ChatError:
        return
    assert clean_title(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert len(kept) <= MAX_TITLE


@pytest.mark.parametrize("lifetime", list(Lifetime))
@pytest.mark.parametrize("days", [None, 1, 3650])
def test_days_go_with_expires_and_with_nothing_else(lifetime: Lifetime, days: int | None) -> None:
    if (lifetime is Lifetime.EXPIRES) == (days is not None):
        check_lifetime(lifetime, days)
        return
    with pytest.raises(ChatError) as refusal:
        check_lifetime(lifetime, days)
    assert (refusal.value.code, refusal.value.field) == (ErrorCode.BAD_REQUEST, "expires_days")


def test_a_dead_rooms_code_rests_for_30_days() -> None:
    assert CODE_RESTS == 30 * DAY
