"""Cookies on every request: those in quotes are left out before anybody reads them."""

from starlette.types import ASGIApp, Receive, Scope, Send

from hubbub.protocol.cookies import plain_cookies


class PlainCookies:
    """Hands requests on without cookies in quotes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [
                (name, plain_cookies(value.decode("latin-1")).encode("latin-1") if name == b"cookie" else value)
                for name, value in scope["headers"]
            ]
        await self._app(scope, receive, send)
