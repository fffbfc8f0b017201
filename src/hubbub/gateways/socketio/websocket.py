"""The WebSocket transport: uvicorn hands it every upgrade, and it writes frames straight to the connection."""

import asyncio
from http import HTTPStatus
from typing import Any, cast

from uvicorn.config import Config
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode
from websockets.http11 import Request
from websockets.protocol import State

from hubbub.core.error import Disconnect
from hubbub.gateways.socketio.engine import Engine, UnknownSidError
from hubbub.gateways.socketio.fragments import Fragments, Protocol
from hubbub.gateways.socketio.frames import binary_frame, text_frame, whole_text, wire_size
from hubbub.gateways.socketio.handshake import Handshake, read_handshake
from hubbub.gateways.socketio.settings import (
    BYTES_AT_ONCE,
    CLOSE_SECONDS,
    HIGH_WATER,
    MOST_OWED,
    MOST_SLOW_SECONDS,
    SLOW_SECONDS,
    UPGRADE_SECONDS,
)
from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.protocol.engineio import PacketType
from hubbub.session import UNIX_SOCKET
from hubbub.slow_reader import SlowReader

_DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})


class WebSocketTransport(asyncio.Protocol):
    """One WebSocket connection, from the request to the last byte.

    The handshake, fragments, pings and closing are the `websockets` library's (sans-I/O, RFC 6455). Frames out are
    built once for all readers (`frames`) and written once per turn of the loop (`flusher`).
    """

    name = "websocket"
    transport: asyncio.Transport

    def __init__(
        self,
        engine: Engine,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any] | None = None,
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.full = False
        self._engine = engine
        self._connections: set[Any] = server_state.connections  # of uvicorn's own classes, and of ours
        self._loop = asyncio.get_running_loop()
        self._protocol = Protocol(max_size=engine.settings.max_payload)
        self._socket: EngineSocket | None = None
        self._owed: list[bytes] = []
        self._late = 0  # bytes owed since the connection is full
        self._unread = b""
        self._unframed = 0  # bytes that the library has taken in and that are of no frame yet
        self._fragments = Fragments()
        self._timer: asyncio.Handle | None = None
        self._slow: SlowReader | None = None
        self._closing = False
        self._why = "transport close"
        self._address: str | None = None

    # What asyncio and uvicorn call

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection over from HTTP."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's isn't derived from it
        self._connections.add(self)
        self.transport.set_write_buffer_limits(high=HIGH_WATER)

    def data_received(self, data: bytes) -> None:
        """Take in bytes; frames that are whole become packets.

        Nearly always the bytes are one whole text frame between two others: then there is nothing for the library to
        keep track of, and its parser, which costs as much as a message's way through the chat, is left out.
        """
        if self._between_frames and not self._closing and not self._unread and self._socket:
            payload = whole_text(data, min(BYTES_AT_ONCE, self._engine.settings.max_payload))
            if payload is not None:
                try:
                    text = str(payload, "utf-8")
                except UnicodeDecodeError:
                    self._fail_text()
                else:
                    self._take_message(text)
                return
        if len(data) > BYTES_AT_ONCE and self._socket:
            self._unread = data
            self.transport.pause_reading()
            self._go_on()
        else:
            self._take_in(data)

    def eof_received(self) -> None:
        """The client will send nothing more, so that there can be no more of its answers either.

        asyncio closes the connection when the client has taken what was written, for which there is a time too.
        """
        self._closing = True
        self._set_timer(CLOSE_SECONDS, self.abort)
        self._protocol.receive_eof()
        self._handle_events()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._connections.discard(self)
        if self._address is not None:
            self._engine.settings.crowd.leave(self._address)
            self._address = None
        self._stop_timer()
        self._stop_watching()
        self._owed.clear()
        self._unread = b""
        self._closing = True
        if self._socket:
            self._socket.lost(self, self._why)
            self._socket = None

    def pause_writing(self) -> None:
        """The client is slow: it is neither owed nor heard anything more until it has caught up."""
        self.full = True
        self.transport.pause_reading()
        self._slow = SlowReader(self.transport, SLOW_SECONDS, MOST_SLOW_SECONDS, self._give_up)

    def resume_writing(self) -> None:
        """The client has caught up with what was written."""
        self.full = False
        self._stop_watching()
        self.flush()
        if not self.full:
            self._go_on()
            if self._socket:
                self._socket.receiver.resumed()

    def shutdown(self) -> None:
        """Uvicorn is stopping."""
        self.close(1012, "closing")

    # What the socket calls

    @property
    def hears(self) -> bool:
        """See Transport: a full connection isn't read from."""
        return not self.full

    def frame(self, payload: bytes) -> bytes:
        """See Transport."""
        return text_frame(payload)

    def binary_frame(self, data: bytes) -> bytes:
        """See Transport."""
        return binary_frame(data)

    def owe(self, frames: bytes) -> None:
        """See Transport."""
        if self._closing:
            return
        if not self._owed:
            self._engine.flusher.add(self)
        self._owed.append(frames)
        if self.full:
            self._bear(len(frames))

    def push(self, frames: bytes) -> None:
        """See Transport."""
        if self._owed or self.full or self._closing:
            self.owe(frames)
        else:
            self.transport.write(frames)

    def flush(self) -> None:
        """Write all that is owed, at once."""
        owed = self._owed
        if not owed or self.full or self._closing:
            return
        self._owed, self._late = [], 0
        self.transport.write(owed[0] if len(owed) == 1 else b"".join(owed))

    def close(self, code: int, reason: str) -> None:
        """See Transport."""
        if self._closing:
            return
        self.full = False
        self.flush()
        self._closing = True
        if self._protocol.state is State.OPEN:  # else the client has begun to close
            self._protocol.send_close(code, reason)
            self._write_protocol()
        self._set_timer(CLOSE_SECONDS, self.abort)

    def abort(self) -> None:
        """See Transport."""
        self._closing = True
        self.transport.abort()

    def release(self) -> None:
        """See Transport: no poll waits here."""

    def retain(self) -> None:
        """See Transport: no poll waits here."""

    def hand_over(self) -> list[str | bytes]:
        """See Transport: a WebSocket is the last transport."""
        return []

    # Bytes in

    def _go_on(self) -> None:
        """Take in some of what has come, if the client reads; more of it in the loop's next turn."""
        if self.full:
            return
        data, self._unread = self._unread[:BYTES_AT_ONCE], self._unread[BYTES_AT_ONCE:]
        if data:
            self._take_in(data)
            self._loop.call_soon(self._go_on)
        else:
            self.transport.resume_reading()

    def _take_in(self, data: bytes) -> None:
        self._unframed += len(data)
        self._protocol.receive_data(data)
        self._handle_events()

    def _handle_events(self) -> None:
        for event in self._protocol.events_received():
            if isinstance(event, Request):
                self._shake_hands(event)
            elif isinstance(event, Frame):
                self._unframed -= wire_size(len(event.data))
                if not self._closing:
                    self._take_frame(event)
        self._write_protocol()

    @property
    def _between_frames(self) -> bool:
        """Whether the library has seen whole messages only, every byte of them."""
        return self._unframed == 0 and not self._fragments.are_open

    def _take_frame(self, frame: Frame) -> None:
        if frame.opcode not in _DATA:
            return
        try:
            message = self._fragments.take(frame)
        except UnicodeDecodeError:
            self._fail_text()
            return
        if message is not None:
            self._take_message(message)

    def _take_message(self, message: str | bytes) -> None:
        socket = self._socket
        if socket is None:
            return
        if socket.transport is not self:
            self._take_probe(socket, message)
        elif isinstance(message, str):
            socket.receive(message)
        else:
            socket.receive_binary(message)

    def _fail_text(self) -> None:
        if self._socket:
            self._fail(self._socket, 1007, "invalid UTF-8")

    def _fail(self, socket: EngineSocket, code: int, reason: str) -> None:
        socket.lost(self, reason)
        self.close(code, reason)

    def _write_protocol(self) -> None:
        """Write what the library wants written: the handshake, pongs, the close frame behind all that is owed."""
        if self._owed and self._protocol.state is not State.OPEN:
            self.flush()
        for data in self._protocol.data_to_send():
            if self.transport.is_closing():
                return
            if data:
                self.transport.write(data)
            elif self.transport.can_write_eof():
                self.transport.write_eof()
            else:
                self.transport.close()  # TLS can't close one side
        if self._protocol.close_expected() and not self._closing:
            self._closing = True  # nothing can be written after the close frame
            self._set_timer(CLOSE_SECONDS, self.abort)
            if self._socket:
                self._socket.lost(self, self._why)

    # The handshake and the upgrade

    def _shake_hands(self, request: Request) -> None:
        asked = self._read_handshake(request)
        self._address = asked.address
        crowded = self._engine.settings.crowd.enter(asked.address)
        if refusal := HTTPStatus.TOO_MANY_REQUESTS if crowded else asked.refusal:
            self._protocol.send_response(self._protocol.reject(refusal, f"{refusal.phrase}\n"))
            return
        response = self._protocol.accept(request)
        self._protocol.send_response(response)
        if response.status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            return
        self._write_protocol()
        self._unframed = 0
        self._begin(asked)

    def _read_handshake(self, request: Request) -> Handshake:
        return read_handshake(request, self._peer(), self._engine)

    def _begin(self, asked: Handshake) -> None:
        if asked.sid is None:
            self._socket = self._engine.open(self, asked.owner, asked.address, [])
        else:
            self._begin_upgrade(asked.sid, asked.owner)

    def _begin_upgrade(self, sid: str, owner: str) -> None:
        try:
            socket = self._engine.find(sid, owner)
        except UnknownSidError:
            self.close(1008, "unknown sid")
            return
        if socket.transport.name == self.name or socket.probe:
            self.close(1008, "this sid has a WebSocket already")
            return
        self._socket = socket
        socket.probe = self
        self._set_timer(UPGRADE_SECONDS, lambda: self._fail(socket, 1008, "no upgrade"))

    def _take_probe(self, socket: EngineSocket, message: str | bytes) -> None:
        """Follow the upgrade: a probe is answered and the waiting poll released, then the client says when."""
        if message == PacketType.PING.value + "probe":
            self.owe(self.frame(b"3probe"))
            socket.transport.release()
        elif message == PacketType.UPGRADE.value and socket.is_open:
            self._stop_timer()
            socket.take_over(self)
        else:
            self._fail(socket, 1002, "malformed probe")

    def _peer(self) -> str:
        peer = self.transport.get_extra_info("peername")
        return str(peer[0]) if isinstance(peer, tuple) and peer else UNIX_SOCKET

    def _set_timer(self, seconds: float, do: Any) -> None:
        self._stop_timer()
        self._timer = self._loop.call_later(seconds, do)

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _stop_watching(self) -> None:
        if self._slow:
            self._slow.stop()
            self._slow = None

    def _bear(self, size: int) -> None:
        """Go on owing a client that takes nothing, as far as that goes."""
        self._late += size
        if self._late > MOST_OWED:
            self._give_up()

    def _give_up(self) -> None:
        """Let go of a client that takes nothing: a full connection can't carry a reason."""
        self._why = Disconnect.SLOW
        self.abort()
