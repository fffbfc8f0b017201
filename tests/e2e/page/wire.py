"""The wire between a page and its server, in a test's hand: held, cut, or answered in the server's place."""

import json
import re
from typing import Any

from playwright.async_api import Route, WebSocketRoute

from tests.e2e.page.visitor import Visitor

_SOCKET = re.compile(r"/socket\.io/")
_ASKED = re.compile(r'42(\d+)\["(\w+)",(.*)\]$', re.DOTALL)


class Wire:
    """One tab's connection. `Wire.tap` must come before the tab opens a room.

    `asked` are the commands that the page has sent. A packet is Socket.IO's: `42` an event or a command, `43` a reply.
    """

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.opened = 0
        self._page: WebSocketRoute | None = None
        self._held: list[str | bytes] | None = None
        self._refusals: dict[str, dict[str, Any]] = {}
        self._blocked = False

    @classmethod
    async def tap(cls, visitor: Visitor) -> "Wire":
        """Take a tab's wire in hand."""
        wire = cls()
        await visitor.page.route_web_socket(_SOCKET, wire._opened)
        await visitor.page.route(_SOCKET, wire._polled)
        return wire

    def hold(self) -> None:
        """Let nothing through to the page until `release`."""
        self._held = []

    def release(self) -> None:
        """Let through what was held."""
        held, self._held = self._held or [], None
        for packet in held:
            self._to_page(packet)

    def refuse(self, command: str, code: str = "forbidden", message: str = "You may not do this.") -> None:
        """Answer a command in the server's place, until `allow`."""
        self._refusals[command] = {"code": code, "message": message, "field": None, "retry_after": None}

    def allow(self, command: str) -> None:
        """Leave the answer to the server again."""
        del self._refusals[command]

    def tell(self, event: str, **fields: Any) -> None:
        """Tell the page of an event, as if the server did."""
        self._to_page(f"42{json.dumps([event, {'type': event, **fields}])}")

    async def cut(self) -> None:
        """End the connection; the page may make another."""
        page, self._page, self._held = self._page, None, None
        if page:
            await page.close(code=1012)

    async def block(self) -> None:
        """End the connection, and let no other be made until `unblock`."""
        self._blocked = True
        await self.cut()

    def unblock(self) -> None:
        """Let the page connect again."""
        self._blocked = False

    async def _opened(self, page: WebSocketRoute) -> None:
        if self._blocked:
            await page.close(code=1012)
            return
        self.opened += 1
        self._page = page
        server = page.connect_to_server()
        page.on_message(lambda packet: self._from_page(page, server, packet))
        server.on_message(lambda packet: self._from_server(page, packet))

    async def _polled(self, route: Route) -> None:
        if self._blocked:
            await route.abort()
        else:
            await route.continue_()

    def _from_page(self, page: WebSocketRoute, server: WebSocketRoute, packet: str | bytes) -> None:
        asked = _ASKED.match(packet) if isinstance(packet, str) else None
        name = asked[2] if asked else None
        if isinstance(packet, str) and packet.startswith("42"):
            self.asked.append(name or json.loads(packet[2:])[0])
        if asked and name in self._refusals:
            page.send(f"43{asked[1]}{json.dumps([{'ok': False, 'error': self._refusals[name]}])}")
        else:
            server.send(packet)

    def _from_server(self, page: WebSocketRoute, packet: str | bytes) -> None:
        if self._held is not None:
            self._held.append(packet)
        elif page is self._page:
            page.send(packet)

    def _to_page(self, packet: str | bytes) -> None:
        if self._page:
            self._page.send(packet)


async def newer_page(route: Route) -> None:
    """Answer the question for the version as a server does that has a newer page."""
    version = await (await route.fetch()).json()
    await route.fulfill(body=json.dumps(version | {"page": "a newer one"}), content_type="application/json")
