"""The form token fits its holder, for a day."""

import pytest

from hubbub.core.clock import SECOND
from hubbub.gateways.http.pages.form_token import LASTS, fits, make_form_token

NOW = 1_800_000_000_000
TOKEN = make_form_token(b"secret", "login x", NOW)


def test_it_fits_its_holder_until_it_is_too_old() -> None:
    for later in (0, 999, SECOND, LASTS):
        assert fits(TOKEN, b"secret", "login x", NOW + later)
    assert not fits(TOKEN, b"secret", "login x", NOW + LASTS + SECOND)


def test_it_is_none_before_it_was_made() -> None:
    assert not fits(TOKEN, b"secret", "login x", NOW - SECOND)


@pytest.mark.parametrize(("secret", "holder"), [(b"other", "login x"), (b"secret", "login y"), (b"secret", "")])
def test_it_fits_nobody_else_and_no_other_server(secret: bytes, holder: str) -> None:
    assert not fits(TOKEN, secret, holder, NOW)


def test_its_time_can_not_be_moved() -> None:
    _, _, proof = TOKEN.partition(".")
    later = NOW + 2 * LASTS
    assert not fits(f"{later // SECOND:x}.{proof}", b"secret", "login x", later)


@pytest.mark.parametrize("token", ["", ".", "x", "x.y", TOKEN[:-1], f"{TOKEN}0", f" {TOKEN}x", "-1.0", "1.é", "f" * 99])
def test_nonsense_is_no_token(token: str) -> None:
    assert not fits(token, b"secret", "login x", NOW)


def test_a_cookie_of_half_characters_has_a_token_too() -> None:
    token = make_form_token(b"secret", "stranger \udcff", NOW)
    assert fits(token, b"secret", "stranger \udcff", NOW)
