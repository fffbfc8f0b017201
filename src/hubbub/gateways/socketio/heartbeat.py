"""Heartbeats: every socket is pinged once an interval, and closed if it doesn't answer in time."""

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
_Entry = tuple[float, EngineSocket, int]
_Queue = deque[_Entry]


class Timing(Protocol):
    """What is needed of an event loop."""

    def time(self) -> float:
        """Return the loop's own time, in seconds."""

    def call_at(self, when: float, callback: Callable[[], None], /) -> asyncio.Handle:
        """Have something done then; a moment earlier is possible."""


class Heartbeat:
    """All sockets have one interval and one time-out, so whoever is due next stands in front of one of two queues.

    One timer serves ten thousand sockets. An entry is (when, socket, how often it had been pinged by then). Pings keep
    to their times: neither a slow answer nor a timer that rings a little late moves the next one. Whose answer can't be
    heard at the moment is given as much time again; their transport sees to it that they don't stay deaf.
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

    def keep_time(self) -> None:
        """Do what is due, though the timer hasn't rung yet: who asks after their time finds themselves closed."""
        if self._loop.time() >= self._wakes_at:
            self._beat()

    def stop(self) -> None:
        """Ping nobody any more."""
        self._to_ping.clear()
        self._pinged.clear()
        self._stop_timer()

    def _wake_up_in_time(self) -> None:
        due = min((queue[0][0] for queue in (self._to_ping, self._pinged) if queue), default=math.inf)
        if due >= self._wakes_at:
            return
        self._stop_timer()
        self._wakes_at = due
        self._timer = self._loop.call_at(due, self._beat)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer, self._wakes_at = None, math.inf

    def _beat(self) -> None:
        self._stop_timer()
        now = self._loop.time()
        silent = [(socket, pings) for _, socket, pings in _take_due(self._pinged, now) if _is_silent(socket, pings)]
        for socket, _ in silent:
            if socket.transport.hears:
                socket.close(_SILENT.websocket, Disconnect.HEARTBEAT)
        for due, socket, _ in _take_due(self._to_ping, now):
            if socket.is_open:
                self._ping(socket, due if now - due < self._timeout / 2 else now)
        self._pinged.extend((now + self._timeout, socket, pings) for socket, pings in silent if socket.is_open)
        self._wake_up_in_time()

    def _ping(self, socket: EngineSocket, due: float) -> None:
        """Ping who owes no answer. A server that was very late itself begins to count anew."""
        if not socket.awaits_pong:
            socket.awaits_pong = True
            socket.pings += 1
            socket.send_packet(PacketType.PING)
            self._pinged.append((due + self._timeout, socket, socket.pings))
        self._to_ping.append((due + self._interval, socket, socket.pings))


def _is_silent(socket: EngineSocket, pings: int) -> bool:
    """Tell whether a socket still owes the answer to that ping."""
    return socket.awaits_pong and socket.pings == pings


def _take_due(queue: _Queue, now: float) -> list[_Entry]:
    due: list[_Entry] = []
    while queue and queue[0][0] <= now:
        due.append(queue.popleft())
    return due
