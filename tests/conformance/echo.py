"""What the echo servers say: Engine.IO's messages, Socket.IO's events, and a WebSocket's messages, each as it came."""

import asyncio
from typing import Any

from websockets.http11 import Request

from hubbub.gateways.socketio.handshake import Handshake
from hubbub.gateways.socketio.namespace import Client
from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.gateways.socketio.websocket import WebSocketTransport

APART = 0.03
"""Seconds between CONNECT and `auth`: the public suite for Socket.IO hears one message of those that come together."""


class EngineEcho:
    """Sends every message of an Engine.IO socket back."""

    def __init__(self, socket: EngineSocket) -> None:
        self._socket = socket

    def text(self, text: str) -> None:
        """See Receiver."""
        self._socket.send_message(text.encode())

    def binary(self, data: bytes) -> None:
        """See Receiver."""
        self._socket.send_binary(data)

    def resumed(self) -> None:
        """See Receiver."""

    def closed(self, reason: str) -> None:
        """See Receiver."""


class EventEcho:
    """Says who came in with what, and sends events back, or acknowledges them with their own arguments."""

    async def connect(self, client: Client, auth: dict[str, Any]) -> None:
        """See Application: everybody may come in."""
        client.data = auth

    def connected(self, client: Client) -> None:
        """See Application."""
        asyncio.get_running_loop().call_later(APART, client.emit, "auth", client.data)

    def event(self, client: Client, name: str, args: list[Any], ack: int | None) -> None:
        """See Application."""
        if name == "message":
            client.emit("message-back", *args)
        elif name == "message-with-ack" and ack is not None:
            client.acknowledge(ack, *args)

    def resumed(self, client: Client) -> None:
        """See Application."""

    def disconnected(self, client: Client, reason: str) -> None:
        """See Application."""


class RawEcho(WebSocketTransport):
    """A WebSocket without Engine.IO on it: the same bytes in and out, every message sent back."""

    def _read_handshake(self, request: Request) -> Handshake:
        return Handshake(sid=None, address="", owner="", refusal=None)

    def _begin(self, asked: Handshake) -> None:
        self._socket = _RawSocket(self)


class _RawSocket(EngineSocket):
    """Hears messages where packets would be; nobody pings it."""

    __slots__ = ()

    def __init__(self, transport: RawEcho) -> None:
        super().__init__("", "", "", transport, _ignore)

    def receive(self, text: str) -> None:
        self.transport.owe(self.transport.frame(text.encode()))

    def receive_binary(self, data: bytes) -> None:
        self.transport.owe(self.transport.binary_frame(data))


def _ignore(socket: EngineSocket) -> None: ...
