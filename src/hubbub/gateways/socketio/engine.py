"""The Engine.IO server: its sockets by sid, and their heartbeats."""

import asyncio
from typing import Protocol

from hubbub.core.user import RandomBytes
from hubbub.gateways.socketio.flusher import Flusher
from hubbub.gateways.socketio.heartbeat import Heartbeat
from hubbub.gateways.socketio.settings import EngineSettings
from hubbub.gateways.socketio.socket import EngineSocket, Receiver, Transport
from hubbub.protocol.engineio import handshake

SID_BYTES = 16


class Accept(Protocol):
    """Gives a new socket whoever hears its messages."""

    def __call__(self, socket: EngineSocket) -> Receiver: ...


class UnknownSidError(Exception):
    """There is no such socket, or it belongs to another login."""


class Engine:
    """All sockets of one server. `close` ends them; while `draining`, nobody else is let in."""

    def __init__(self, settings: EngineSettings, accept: Accept, random_bytes: RandomBytes) -> None:
        self.settings = settings
        self.draining = False
        self.flusher = Flusher()
        self._accept = accept
        self._random_bytes = random_bytes
        self._sockets: dict[str, EngineSocket] = {}
        self._heartbeat = Heartbeat(settings, asyncio.get_running_loop())

    def __len__(self) -> int:
        return len(self._sockets)

    def open(self, transport: Transport, owner: str, address: str, upgrades: list[str]) -> EngineSocket:
        """Open a socket on a transport: it is sent the handshake, and pinged from now on.

        `owner` is the login of the handshake: the sid is worth nothing without it.
        """
        sid = self._random_bytes(SID_BYTES).hex()
        socket = EngineSocket(sid, owner, address, transport, self._forget)
        self._sockets[sid] = socket
        options = self.settings
        packet = handshake(sid, upgrades, options.ping_interval, options.ping_timeout, options.max_payload)
        socket.send_packet(packet.type, str(packet.data).encode())
        socket.receiver = self._accept(socket)
        self._heartbeat.watch(socket)
        return socket

    def find(self, sid: str, owner: str) -> EngineSocket:
        """Return a socket for its owner. Raises UnknownSidError."""
        self._heartbeat.keep_time()
        socket = self._sockets.get(sid)
        if socket is None or socket.owner != owner:
            raise UnknownSidError
        return socket

    def close(self, code: int, reason: str) -> None:
        """Close every socket; clients come back, to another server or to this one when it is up again."""
        for socket in list(self._sockets.values()):
            socket.close(code, reason)
        self._heartbeat.stop()

    def _forget(self, socket: EngineSocket) -> None:
        self._sockets.pop(socket.sid, None)
