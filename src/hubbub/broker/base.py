"""The port between nodes: a doorbell that may ring too seldom, never a place where truth lies."""

from collections.abc import Callable
from typing import Protocol

from hubbub.core.value import value


@value(frozen=True, slots=True)
class Ring:
    """News that a room's log has reached a seq; what it says is asked of the store."""

    code: str
    seq: int


RingListener = Callable[[Ring], None]


class Broker(Protocol):
    """Rings at the other nodes; at most once. A lost ring is healed by the next one, since seqs are dense."""

    def on_ring(self, listener: RingListener) -> None:
        """Call the listener on the event loop for each ring of another node."""

    def ring(self, ring: Ring) -> None:
        """Tell the other nodes. Must not block and must not raise."""

    async def close(self) -> None:
        """Stop ringing and being rung."""
