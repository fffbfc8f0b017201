"""A bound on the requests that one address has under way at once."""

from collections import Counter

from starlette.types import ASGIApp, Receive, Scope, Send

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.throttle import network_of
from hubbub.gateways.http.api import answer_error
from hubbub.gateways.http.login import UNIX_SOCKET


class Crowd:
    """Refuses requests of an address that has too many under way; a Unix socket has no address and no bound."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most
        self._under_way: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        client = scope.get("client")
        if scope["type"] != "http" or not client or not client[0]:
            await self._app(scope, receive, send)
            return
        network = network_of(client[0] or UNIX_SOCKET)
        if self._under_way[network] >= self._most:
            words = "There are too many requests under way from your address."
            await answer_error(ChatError(ErrorCode.SLOW_DOWN, words, retry_after=5))(scope, receive, send)
            return
        self._under_way[network] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way[network] -= 1
            if not self._under_way[network]:
                del self._under_way[network]
