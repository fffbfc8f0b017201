"""A session: one live connection of a person, or one request at a door without connections."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hubbub.core.error import Disconnect
from hubbub.core.event import AnyEvent
from hubbub.core.throttle import network_of
from hubbub.core.user import User

Codec = Callable[[AnyEvent], bytes]
"""Turns an event into the bytes of one door; sessions with the same codec share them."""


@dataclass(eq=False, slots=True)
class Session:
    """Who is asking, and from where."""

    address: str
    user: User | None = None
    network: str = field(init=False)

    def __post_init__(self) -> None:
        self.network = network_of(self.address)


class LiveSession(Session):
    """A session that hears events as they happen, until it is closed or reads too slowly.

    `push` must not block and must not reorder; `end` tells the door to close the connection for that reason.
    """

    codec: Codec

    def push(self, frame: bytes) -> None:
        """Owe the client these bytes."""
        raise NotImplementedError

    def end(self, reason: Disconnect) -> None:
        """Close the connection soon."""
        raise NotImplementedError
