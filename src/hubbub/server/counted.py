"""One HTTP connection among those of its address."""

import asyncio
from typing import Any

from hubbub.server.connection import HttpConnection
from hubbub.server.crowd import Crowd, Limits
from hubbub.session import UNIX_SOCKET

MOST_REFUSED = 50
"""Connections beyond the limit that are told so, at once and per address; more than those are dropped unheard."""


class CountedConnection(HttpConnection):
    """Uvicorn's connection, counted.

    One from a trusted proxy isn't: its requests are, each by the address that the proxy names (`forwarded`).
    """

    def __init__(self, limits: Limits, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._limits = limits
        self._welcoming = self.app
        self._among: Crowd | None = None
        self._address = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else UNIX_SOCKET
        if not self._limits.proxies.trusts(self._address) and self._go_to(self._limits.busy) > MOST_REFUSED:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._leave()
        super().connection_lost(exc)

    def on_headers_complete(self) -> None:
        """Come back from the idle ones."""
        if self._among is self._limits.idle:
            self._go_to(self._limits.busy)
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """Join the idle ones if nothing else is asked for, or end if there are enough of them."""
        super().on_response_complete()
        if self._among and self.timeout_keep_alive_task and self._go_to(self._limits.idle):
            self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        """Give the place back: the WebSocket takes one in the same moment."""
        self._leave()
        super().handle_websocket_upgrade()

    def _go_to(self, crowd: Crowd) -> int:
        self._leave()
        self._among = crowd
        over = crowd.enter(self._address)
        self.app = self._limits.refuse if over else self._welcoming
        return over

    def _leave(self) -> None:
        if self._among:
            self._among.leave(self._address)
            self._among = None
