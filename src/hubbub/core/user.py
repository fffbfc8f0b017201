"""A user: one person, known by a random id for ever and by a name for now."""

import base64
from collections.abc import Callable
from enum import StrEnum

from hubbub.core.clock import DAY
from hubbub.core.value import value

RandomBytes = Callable[[int], bytes]
"""Gives that many random bytes; `secrets.token_bytes` but in tests."""


class UserKind(StrEnum):
    """A guest has only a name; an account has a password too."""

    GUEST = "guest"
    ACCOUNT = "account"


LOGIN_LAPSES: dict[UserKind, int] = {UserKind.GUEST: 30 * DAY, UserKind.ACCOUNT: 90 * DAY}
"""Milliseconds after its last use when a login stops being one."""

LOGIN_TOUCHED_EVERY = DAY // 4
"""A login's last use is written down this seldom (milliseconds), so that reading costs no write."""


@value(frozen=True, slots=True)
class User:
    """One row of people: `id` is public and never changes, `name` is what others see."""

    id: str
    name: str
    kind: UserKind = UserKind.GUEST


@value(frozen=True, slots=True)
class Login:
    """The proof of who somebody is, as kept: the SHA-256 of the token, never the token."""

    token_hash: bytes
    user: User
    used_at: int

    def lapsed(self, now: int) -> bool:
        """Whether it lay unused for too long."""
        return now - self.used_at > LOGIN_LAPSES[self.user.kind]


def new_user_id(random: RandomBytes) -> str:
    """Return 80 random bits as 16 letters and digits (base32, RFC 4648, in lower case)."""
    return base64.b32encode(random(10)).decode().lower()


def new_token(random: RandomBytes) -> str:
    """Return 256 random bits as 43 characters that are safe in URLs and cookies."""
    return base64.urlsafe_b64encode(random(32)).decode().rstrip("=")
