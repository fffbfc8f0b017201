"""Who is asking: the login by Bearer or cookie, and whether another site is behind the request."""

from collections.abc import Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from hubbub.core.clock import SECOND
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.user import LOGIN_LAPSES, UserKind
from hubbub.gateways.http.door import Door
from hubbub.session import UNIX_SOCKET, Session

READS = frozenset({"GET", "HEAD", "OPTIONS"})

S = TypeVar("S", bound=Session)


async def session_of(door: Door, request: Request, kind: Callable[[str], S], *, for_strangers: bool = False) -> S:
    """Return a session of that kind for a request; its user is None for strangers.

    Raises ChatError `not_logged_in` for a token that proves nothing, unless it is all `for_strangers`, and `forbidden`
    for a write from another site.
    """
    token, by_cookie = _token(door, request)
    session = kind(address_of(request))
    if token:
        await door.chat.log_in(session, token)
    if request.method not in READS and (by_cookie or not token):
        check_site(door, request, sure=by_cookie and session.user is not None)
    if token and session.user is None and not by_cookie and not for_strangers:
        raise ChatError(ErrorCode.NOT_LOGGED_IN, "This token is unknown, or it lay unused for too long.")
    return session


def address_of(request: Request) -> str:
    """Return the client's address; a Unix socket has none."""
    return request.client.host if request.client and request.client.host else UNIX_SOCKET


def has_bearer(request: Request) -> bool:
    """Tell whether the request brings its token itself, so that no other site can have sent it."""
    return request.headers.get("authorization", "").lower().startswith("bearer ")


def check_site(door: Door, request: Request, *, sure: bool) -> None:
    """Refuse a write that another site's page sends; with `sure`, refuse one that doesn't prove it is ours.

    Browsers send Origin or Sec-Fetch-Site with every write across sites (Fetch standard, W3C Fetch Metadata).
    Raises ChatError `forbidden`.
    """
    origin, fetched = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None:
        ours = is_our_origin(door, origin, request.headers.get("host", ""))
    elif fetched is not None:
        ours = fetched == "same-origin" or (fetched == "none" and not sure)
    else:
        ours = not sure
    if not ours:
        raise ChatError(ErrorCode.FORBIDDEN, "Another site may not do this in your name.")


def is_our_origin(door: Door, origin: str, host: str) -> bool:
    """Tell whether an Origin header names this server."""
    return origin in door.origins or (bool(host) and origin in {f"http://{host}", f"https://{host}"})


def keep_login(door: Door, response: Response, token: str) -> None:
    """Have the browser keep the token of a new guest."""
    keep_cookie(door, response, door.cookie, token)


def keep_cookie(door: Door, response: Response, name: str, value: str) -> None:
    """Have the browser keep something that scripts don't see, for as long as a guest's login may lie unused."""
    response.set_cookie(
        name,
        value,
        max_age=LOGIN_LAPSES[UserKind.GUEST] // SECOND,
        path="/",
        secure=door.secure,
        httponly=True,
        samesite="lax",
    )


def _token(door: Door, request: Request) -> tuple[str, bool]:
    """Return the token, empty if there is none, and whether it came by cookie."""
    if has_bearer(request):
        return request.headers["authorization"][len("bearer ") :].strip(), False
    token = request.cookies.get(door.cookie, "")
    return token, bool(token)
