"""Requests that a trusted proxy hands on: they get their client's address and scheme, and are counted by it."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from hubbub.server.crowd import Limits
from hubbub.session import UNIX_SOCKET


class Forwarded:
    """Stands before the application; what doesn't come from a trusted proxy passes as it is."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        peer = scope["client"][0] if scope.get("client") else UNIX_SOCKET
        if not self._limits.proxies.trusts(peer):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        address = self._limits.proxies.client_of(peer, headers.getlist("x-forwarded-for"))
        scope["client"] = (address, 0)
        if headers.get("x-forwarded-proto") in {"http", "https"}:
            scope["scheme"] = headers["x-forwarded-proto"]
        app = self._limits.refuse if self._limits.busy.enter(address) else self._app
        try:
            await app(scope, receive, send)
        finally:
            self._limits.busy.leave(address)
