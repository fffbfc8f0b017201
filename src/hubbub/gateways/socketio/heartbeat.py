"""Heartbeats: every socket is pinged an interval after its last pong, and closed if it doesn't answer in time."""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

from hubbub.core.error import DISCONNECTS, Disconnect
from hubbub.gateways.socketio.settings import EngineSettings
from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.protocol.engineio import PacketType

_SILENT = DISCONNECTS[Disconnect.HEARTBEAT]
_Queue = deque[tuple[float, EngineSocket, int]]


class Timing(Protocol):
    """What is needed of an event loop."""

    def time(self) -> float:
        """Return the loop's own time, in seconds."""

    def call_at(self, when: float, callback: Callable[[], None], /) -> asyncio.Handle:
        """Have something done then; a moment earlier is possible."""


class Heartbeat:
    """All sockets have one interval and one time-out, so whoever is due next stands in front of one of two queues.

    One timer serves ten thousand sockets. An entry is (when, socket, how often it had been pinged by then).
    """

    def __init__(self, settings: EngineSettings, loop: Timing) -> None:
        self._interval, self._timeout = settings.ping_interval / 1000, settings.ping_timeout / 1000
        self._loop = loop
        self._to_ping: _Queue = deque()
        self._pinged: _Queue = deque()
        self._timer: asyncio.Handle | None = None
        self._wakes_at = math.inf

    def watch(self, socket: EngineSocket) -> None:
        """Ping this socket an interval from now."""
        self._to_ping.append((self._loop.time() + self._interval, socket, socket.pings))
        self._wake_up_in_time()

    def ponged(self, socket: EngineSocket) -> None:
        """Note that a socket has answered; a pong that nobody asked for means nothing."""
        if socket.awaits_pong:
            socket.awaits_pong = False
            self.watch(socket)

    def stop(self) -> None:
        """Ping nobody any more."""
        self._to_ping.clear()
        self._pinged.clear()
        if self._timer:
            self._timer.cancel()
        self._timer, self._wakes_at = None, math.inf

    def _wake_up_in_time(self) -> None:
        due = min((queue[0][0] for queue in (self._to_ping, self._pinged) if queue), default=math.inf)
        if due >= self._wakes_at:
            return
        if self._timer:
            self._timer.cancel()
        self._wakes_at = due
        self._timer = self._loop.call_at(due, self._beat)

    def _beat(self) -> None:
        self._timer, self._wakes_at = None, math.inf
        now = self._loop.time()
        for socket, pings in _take_due(self._pinged, now):
            if socket.awaits_pong and socket.pings == pings:
                socket.close(_SILENT.websocket, Disconnect.HEARTBEAT)
        for socket, _ in _take_due(self._to_ping, now):
            if socket.is_open:
                socket.awaits_pong = True
                socket.pings += 1
                socket.send_packet(PacketType.PING)
                self._pinged.append((now + self._timeout, socket, socket.pings))
        self._wake_up_in_time()


def _take_due(queue: _Queue, now: float) -> list[tuple[EngineSocket, int]]:
    due: list[tuple[EngineSocket, int]] = []
    while queue and queue[0][0] <= now:
        _, socket, pings = queue.popleft()
        due.append((socket, pings))
    return due
