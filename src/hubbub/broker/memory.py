"""The broker of nodes in one process: tests run several on one exchange, a lone server has nobody to ring."""

import asyncio

from hubbub.broker.base import Ring, RingListener


class Exchange:
    """What joins memory brokers."""

    def __init__(self) -> None:
        self.brokers: list[MemoryBroker] = []


class MemoryBroker:
    """Holds the promises of `broker.base.Broker` within one process."""

    def __init__(self, exchange: Exchange | None = None) -> None:
        self._exchange = exchange or Exchange()
        self._exchange.brokers.append(self)
        self._listener: RingListener = lambda _: None

    def on_ring(self, listener: RingListener) -> None:
        """See the port."""
        self._listener = listener

    def ring(self, ring: Ring) -> None:
        """See the port."""
        if self not in self._exchange.brokers:
            return
        for broker in self._exchange.brokers:
            if broker is not self:
                # by the loop, as over a network: what the other node makes of it is not this one's trouble
                asyncio.get_running_loop().call_soon(broker._hear, ring)

    async def close(self) -> None:
        """See the port."""
        if self in self._exchange.brokers:
            self._exchange.brokers.remove(self)

    def _hear(self, ring: Ring) -> None:
        if self in self._exchange.brokers:
            self._listener(ring)
