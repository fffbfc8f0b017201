"""How the engine behaves; times are in milliseconds, sizes in bytes, as the protocols have them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from starlette.responses import Response

from hubbub.protocol.limits import MAX_BODY

MayConnect = Callable[[str | None, str], bool]
"""Tells whether a page of that Origin may connect to that Host."""

ClientOf = Callable[[str, Sequence[str]], str]
"""Tells the address of a client from that of the connection and the X-Forwarded-For headers."""


class Crowd(Protocol):
    """Counts what each address has open."""

    def enter(self, address: str) -> int:
        """Count one more and return how many there are too many; `leave` must follow, whatever that is."""

    def leave(self, address: str) -> None:
        """Count one less."""


class _NoLimit:
    def enter(self, address: str) -> int:
        return 0

    def leave(self, address: str) -> None: ...


def _trust_nobody(peer: str, forwarded: Sequence[str]) -> str:
    return peer


def _too_many() -> Response:
    return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS)


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Settings of the engine; `cookie` is the name of the login cookie, `path` where clients find the engine.

    `crowd` counts WebSockets and `polling_crowd` sockets that poll, of which `refuse` answers one too many.
    """

    may_connect: MayConnect
    client_of: ClientOf = _trust_nobody
    crowd: Crowd = field(default_factory=_NoLimit)
    polling_crowd: Crowd = field(default_factory=_NoLimit)
    refuse: Callable[[], Response] = _too_many
    cookie: str = ""
    path: str = "/socket.io/"
    ping_interval: int = 25_000
    ping_timeout: int = 20_000
    connect_timeout: int = 9_000
    max_payload: int = MAX_BODY
    allow_origin: str = ""


MOST_OWED = 1024 * 1024
"""Bytes that one connection may be behind."""

HIGH_WATER = 64 * 1024
"""Bytes in the transport's buffer above which a connection is owed nothing more for a while."""

BYTES_AT_ONCE = 8 * 1024
PACKETS_AT_ONCE = 200
"""As much of what one client sends is taken in in one turn of the loop, so that who sends much keeps nobody waiting."""

SLOW_SECONDS = 5.0
"""Time for a full connection to take what it was sent, or enough of it to be given as much time again."""

MOST_SLOW_SECONDS = 60.0
"""Time for a full connection that goes on taking enough."""

CLOSE_SECONDS = 5.0
"""Time for a client to answer a close frame."""

UPGRADE_SECONDS = 9.0
"""Time from the probe's start to the upgrade's end."""
