"""The form token: proves that a form came from a page of ours, where a browser sends no Origin to prove it."""

import hashlib
import hmac

from hubbub.core.clock import HOUR, SECOND

LASTS = 24 * HOUR
"""Milliseconds for which a form may stand open."""


def make_form_token(secret: bytes, holder: str, now: int) -> str:
    """Return the token for a holder: whose login, or form cookie, no other site can know. `now` in milliseconds."""
    at = now // SECOND
    return f"{at:x}.{_proof(secret, holder, at)}"


def fits(token: str, secret: bytes, holder: str, now: int) -> bool:
    """Tell whether this is a token of that holder, made not too long ago."""
    made, _, proof = token.partition(".")
    try:
        at = int(made[:16], 16)
    except ValueError:
        return False
    if not hmac.compare_digest(proof.encode(), _proof(secret, holder, at).encode()):
        return False
    return 0 <= now - at * SECOND <= LASTS


def _proof(secret: bytes, holder: str, at: int) -> str:
    said = f"form\0{at}\0{holder}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, said, hashlib.sha256).hexdigest()
