"""A session behind a Socket.IO client: hears rooms live, and catches up by itself when its connection was full."""

import asyncio

import structlog

from hubbub.chat import Chat
from hubbub.core.command import Events
from hubbub.core.error import DISCONNECTS, ERRORS, ChatError, Disconnect
from hubbub.core.event import AnyEvent, Presence
from hubbub.core.reply import EventPage
from hubbub.gateways.socketio.frames import text_frame
from hubbub.gateways.socketio.namespace import Client
from hubbub.gateways.socketio.polling import PollingTransport
from hubbub.protocol import json
from hubbub.protocol.engineio import SEPARATOR
from hubbub.session import Codec, LiveSession

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("hubbub.socketio")


class SocketSession(LiveSession):
    """One client in the chat.

    `heard` has the last seq of each room that the connection took. A room in `_behind` has gone on since: what is
    pushed of it is dropped, until pages from the log have brought the client there; then it is told who is here.
    """

    def __init__(self, client: Client, chat: Chat) -> None:
        super().__init__(client.socket.address, _codec_of(client))
        self.client = client
        self.heard: dict[str, int] = {}
        self._chat = chat
        self._behind: set[str] = set()
        self._catching_up: asyncio.Task[None] | None = None

    def push(self, code: str, frames: bytes, seq: int) -> None:
        """See LiveSession."""
        transport = self.client.socket.transport
        if transport.full or code in self._behind:
            if code in self.rooms:  # what is true for a moment, of other rooms, isn't worth catching up with
                self._behind.add(code)
            return
        if seq:
            self.heard[code] = seq
        if len(self.rooms) == 1:
            transport.push(frames)
        else:
            transport.owe(frames)  # one write for all rooms

    def end(self, reason: Disconnect) -> None:
        """See LiveSession: the official clients come back from a closed transport, never from a DISCONNECT packet."""
        row = DISCONNECTS[reason]
        if reason is Disconnect.CLOSING:
            return  # the gateway closes all connections, when the commands under way have been answered
        if row.returns:
            self.client.socket.close(row.websocket, reason)
            return
        self.client.disconnect()
        self.client.socket.close(row.websocket, reason)

    def joined(self, code: str, seq: int) -> None:
        """Note that the client was told of a room up to a seq: from there it can be caught up."""
        self.heard[code] = max(seq, self.heard.get(code, 0))
        self.resumed()

    def left(self, code: str) -> None:
        """Note that the client itself wants to hear no more of a room: there is nothing to catch up with."""
        self._behind.discard(code)
        self.heard.pop(code, None)

    def resumed(self) -> None:
        """Catch up with what was dropped, on the transport that carries the client now."""
        self.codec = _codec_of(self.client)
        if self._next_behind() and self._catching_up is None:
            self._catching_up = asyncio.get_running_loop().create_task(self._catch_up())

    def gone(self) -> None:
        """The client is gone."""
        if self._catching_up:
            self._catching_up.cancel()
        self._chat.end(self)

    def _next_behind(self) -> str | None:
        if self.client.socket.transport.full:
            return None
        return next((code for code in self._behind if code in self.heard), None)

    async def _catch_up(self) -> None:
        try:
            while code := self._next_behind():
                await self._catch_up_with(code)
        except Exception:
            log.exception("catch_up_failed")
            self.end(Disconnect.SLOW)
        finally:
            self._catching_up = None

    async def _catch_up_with(self, code: str) -> None:
        """Send the room's events since the last one that the client took; stop when the connection is full again."""
        while code in self.rooms:
            try:
                page: EventPage = await self._chat.handle(self, Events(code=code, since=self.heard[code]))
            except ChatError as error:
                if ERRORS[error.code].retry:
                    self.end(Disconnect.SLOW)  # it comes back and asks again
                break
            if code not in self._behind:
                return  # the client has left it meanwhile
            if not self._send_page(code, page):
                return
            if not page.more and self._chat.in_step(code, self.heard[code]) and code in self.rooms:
                self._make_whole(code)
                return
        was_behind = code in self._behind
        self._behind.discard(code)
        if was_behind and code not in self.rooms:
            self.end(Disconnect.SLOW)  # the room's last words were dropped: who comes back is told that it is over

    def _make_whole(self, code: str) -> None:
        """Hear a room live again, from how many are here on: no log has who came and went meanwhile."""
        transport = self.client.socket.transport
        if transport.full:
            return  # it is still behind, by that much
        self._behind.discard(code)
        transport.owe(self.codec(Presence(code=code, here=self._chat.here(code))))

    def _send_page(self, code: str, page: EventPage) -> bool:
        """Send events until the connection is full; return whether it took them all."""
        for event in page.events:
            if self.client.socket.transport.full:
                return False
            self.client.socket.transport.owe(self.codec(event))
            self.heard[code] = event.seq
        return True


def encode_websocket(event: AnyEvent) -> bytes:
    """Return an event as the WebSocket frame of a Socket.IO packet."""
    return text_frame(_packet(event))


def encode_polling(event: AnyEvent) -> bytes:
    """Return an event as one packet of a polling payload."""
    return _packet(event) + SEPARATOR.encode()


def _codec_of(client: Client) -> Codec:
    return encode_polling if isinstance(client.socket.transport, PollingTransport) else encode_websocket


def _packet(event: AnyEvent) -> bytes:
    return b'42["%b",%b]' % (event.type.encode(), json.encode_event(event))
