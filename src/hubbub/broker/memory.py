"""The broker of nodes in one process: tests run several on one exchange, a lone server has nobody to ring."""

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
        for broker in self._exchange.brokers:
            if broker is not self:
                broker._listener(ring)

    async def close(self) -> None:
        """See the port."""
        self._exchange.brokers.remove(self)
