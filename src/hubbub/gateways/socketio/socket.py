"""An Engine.IO socket: one client's connection, whichever transport carries it at the moment."""

from collections.abc import Callable
from enum import Enum, auto
from typing import Protocol

from hubbub.protocol.engineio import PacketType
from hubbub.protocol.malformed import MalformedError


class Receiver(Protocol):
    """Whoever hears a socket's messages."""

    def text(self, text: str) -> None:
        """Take in a text message. Raises MalformedError, which closes the socket."""

    def binary(self, data: bytes) -> None:
        """Take in a binary message. Raises MalformedError, which closes the socket."""

    def resumed(self) -> None:
        """Hear that the connection takes data again after it was full, or that another transport carries it."""

    def closed(self, reason: str) -> None:
        """Hear that the socket is closed; called once."""


class Transport(Protocol):
    """What carries packets: a WebSocket or long-polling."""

    name: str
    full: bool

    @property
    def hears(self) -> bool:
        """Whether what the client sends is taken in now; a deaf transport lets go of who reads nothing by itself."""

    def frame(self, payload: bytes) -> bytes:
        """Return a text packet in this transport's framing; several of them may be joined."""

    def binary_frame(self, data: bytes) -> bytes:
        """Return a binary packet in this transport's framing."""

    def owe(self, frames: bytes) -> None:
        """Send these frames soon, in order. Must not block."""

    def push(self, frames: bytes) -> None:
        """Send these frames, at once if nothing is owed: what else comes in this turn leaves in a write of its own."""

    def close(self, code: int, reason: str) -> None:
        """Send what is owed, then close."""

    def abort(self) -> None:
        """Drop the connection at once."""

    def release(self) -> None:
        """Let go of a waiting poll, since another transport is about to take over."""

    def retain(self) -> None:
        """Let polls wait again: the other transport didn't take over."""

    def hand_over(self) -> list[str | bytes]:
        """Give up what is owed, as packets: another transport sends it."""


class State(Enum):
    """An open socket closes once."""

    OPEN = auto()
    CLOSED = auto()


class _Nobody:
    """Hears nothing: the receiver of a socket that is just being opened."""

    def text(self, text: str) -> None: ...
    def binary(self, data: bytes) -> None: ...
    def resumed(self) -> None: ...
    def closed(self, reason: str) -> None: ...


_NOBODY = _Nobody()
_IS_MESSAGE, _IS_PONG, _IS_CLOSE = PacketType.MESSAGE.value, PacketType.PONG.value, PacketType.CLOSE.value
_MESSAGE = _IS_MESSAGE.encode()


class EngineSocket:
    """One client. `transport` changes when a poller upgrades; `probe` is the WebSocket that is about to take over."""

    __slots__ = (
        *("_forget", "_state", "address", "awaits_pong", "owner"),
        *("pings", "probe", "receiver", "sid", "transport"),
    )

    def __init__(
        self,
        sid: str,
        owner: str,
        address: str,
        transport: Transport,
        forget: "Callable[[EngineSocket], None]",
    ) -> None:
        self.sid, self.owner, self.address = sid, owner, address
        self.transport = transport
        self.probe: Transport | None = None
        self.receiver: Receiver = _NOBODY
        self.awaits_pong = False
        self.pings = 0
        self._forget = forget
        self._state = State.OPEN

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return self._state is State.OPEN

    def send_message(self, payload: bytes) -> None:
        """Send a text message."""
        self.transport.owe(self.transport.frame(_MESSAGE + payload))

    def send_binary(self, data: bytes) -> None:
        """Send a binary message."""
        self.transport.owe(self.transport.binary_frame(data))

    def send_packet(self, kind: PacketType, data: bytes = b"") -> None:
        """Send a packet of the engine itself."""
        self.transport.owe(self.transport.frame(kind.value.encode() + data))

    def receive(self, text: str) -> None:
        """Take in a text packet. What no client may send closes the socket."""
        kind = text[:1]
        try:
            if kind == _IS_MESSAGE:
                self.receiver.text(text[1:])
            elif kind == _IS_PONG:
                self.awaits_pong = False
            elif kind == _IS_CLOSE:
                self.close()
            else:
                raise MalformedError("unexpected packet")
        except MalformedError as error:
            self.fail(str(error))

    def receive_binary(self, data: bytes) -> None:
        """Take in a binary message."""
        try:
            self.receiver.binary(data)
        except MalformedError as error:
            self.fail(str(error))

    def take_over(self, transport: Transport) -> None:
        """Let another transport carry the socket from now on, and what it is owed first of all."""
        owed = self.transport.hand_over()
        self.transport, self.probe = transport, None
        for packet in owed:
            if isinstance(packet, str):
                transport.owe(transport.frame(packet.encode()))
            else:
                transport.owe(transport.binary_frame(packet))
        self.receiver.resumed()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Close in order: what is owed is sent first."""
        if self._end(reason or "closed"):
            self.transport.close(code, reason)

    def fail(self, reason: str) -> None:
        """Close because the client doesn't follow the protocol."""
        self.close(1002, reason)

    def die(self, reason: str) -> None:
        """Drop the connection: there is nobody to take what is owed."""
        if self._end(reason):
            self.transport.abort()

    def lost(self, transport: Transport, reason: str) -> None:
        """Hear from a transport that it is gone."""
        if transport is self.probe:
            self.probe = None
            self.transport.retain()
        elif transport is self.transport:
            self._end(reason)

    def _end(self, reason: str) -> bool:
        if self._state is State.CLOSED:
            return False
        self._state = State.CLOSED
        self.awaits_pong = False
        if probe := self.probe:
            self.probe = None
            probe.close(1001, reason)
        self._forget(self)
        self.receiver.closed(reason)
        self.receiver = _NOBODY
        return True
