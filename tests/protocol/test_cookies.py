"""Tests of what is left of cookies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.protocol.cookies import plain_cookies


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("", ""),
        ("ours=token", "ours=token"),
        ("a=1; ours=token;b", "a=1; ours=token;b"),
        ('a="1"; ours=token', " ours=token"),
        ('ours=token; a="1"; b=2', "ours=token; b=2"),
        (r'"\a\b"; ours=token', " ours=token"),
        ('ours="token"', ""),
    ],
)
def test_those_in_quotes_are_left_out_and_all_others_stand_as_they_were(header: str, plain: str) -> None:
    assert plain_cookies(header) == plain


@given(st.text('ab"=;\\ '))
def test_no_quotes_are_left_and_the_others_are_all_there(header: str) -> None:
    pairs = plain_cookies(header).split(";")
    assert not any('"' in pair for pair in pairs)
    assert sum(map(header.split(";").count, set(pairs) - {""})) == sum(pair != "" for pair in pairs)
