"""Users, their logins, and what is drawn for them at random."""

import base64
import random
import re
import secrets

import pytest

from hubbub.core.clock import DAY
from hubbub.core.user import LOGIN_LAPSES, LOGIN_TOUCHED_EVERY, Login, User, UserKind, new_token, new_user_id

NOW = 1_800_000_000_000


def login(kind: UserKind, used_at: int) -> Login:
    return Login(b"hash", User("ann", "Ann", kind), used_at)


@pytest.mark.parametrize(("kind", "days"), [(UserKind.GUEST, 30), (UserKind.ACCOUNT, 90)])
def test_a_login_lapses_when_it_lay_unused_for_longer_than_its_days(kind: UserKind, days: int) -> None:
    assert not login(kind, NOW).lapsed(NOW)
    assert not login(kind, NOW).lapsed(NOW + days * DAY)
    assert login(kind, NOW).lapsed(NOW + days * DAY + 1)


def test_a_login_from_the_future_has_not_lapsed() -> None:
    assert not login(UserKind.GUEST, NOW + DAY).lapsed(NOW)


def test_every_kind_of_user_has_a_lapse_that_is_longer_than_the_use_goes_unwritten() -> None:
    assert set(LOGIN_LAPSES) == set(UserKind)
    assert all(lapse > 10 * LOGIN_TOUCHED_EVERY for lapse in LOGIN_LAPSES.values())


def test_who_says_nothing_else_is_a_guest() -> None:
    assert User("ann", "Ann").kind is UserKind.GUEST


def test_a_user_id_holds_80_bits_as_16_small_letters_and_digits() -> None:
    drawn = random.Random(1).randbytes(10)
    user_id = new_user_id(lambda count: drawn if count == 10 else b"")
    assert re.fullmatch("[a-z2-7]{16}", user_id)
    assert base64.b32decode(user_id.upper()) == drawn


def test_a_token_holds_256_bits_as_characters_that_need_no_escape() -> None:
    drawn = random.Random(1).randbytes(32)
    token = new_token(lambda count: drawn if count == 32 else b"")
    assert re.fullmatch("[A-Za-z0-9_-]{43}", token)
    assert base64.urlsafe_b64decode(token + "=") == drawn


def test_no_two_ids_and_no_two_tokens_are_alike() -> None:
    assert len({new_user_id(secrets.token_bytes) for _ in range(1_000)}) == 1_000
    assert len({new_token(secrets.token_bytes) for _ in range(1_000)}) == 1_000
