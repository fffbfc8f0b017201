"""A session: one live connection of a person, or one request at a door without connections."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hubbub.core.error import Disconnect
from hubbub.core.event import AnyEvent
from hubbub.core.throttle import network_of
from hubbub.core.user import Login, User

UNIX_SOCKET = "local"
"""What counts as the address of whoever comes through a Unix socket, which has none."""

Codec = Callable[[AnyEvent], bytes]
"""Turns an event into the bytes of one door, which sessions with the same codec share; they may be joined."""


@dataclass(eq=False, slots=True)
class Session:
    """Who is asking, and from where; `login` is what proved who it is, if anything did."""

    address: str
    user: User | None = field(default=None, kw_only=True)
    login: Login | None = field(default=None, init=False)
    network: str = field(init=False)

    def __post_init__(self) -> None:
        self.network = network_of(self.address)


@dataclass(eq=False, slots=True)
class LiveSession(Session):
    """A session that hears the events of its `rooms` as they happen, until it ends or reads too slowly."""

    codec: Codec
    rooms: set[str] = field(default_factory=set, init=False)

    def push(self, code: str, frames: bytes, seq: int) -> None:
        """Owe the client these bytes, the events of one room in one tick; `seq` is the last one's, 0 if none has one.

        Must not block and must not reorder. A session that can't take them drops them and catches up later.
        """
        raise NotImplementedError

    def end(self, reason: Disconnect) -> None:
        """Close the connection soon, for that reason. Must not block."""
        raise NotImplementedError
