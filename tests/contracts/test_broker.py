"""What the broker's port promises: a ring reaches the other nodes, and never troubles the one that rings."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from hubbub.broker.base import Broker, Ring
from hubbub.broker.memory import Exchange, MemoryBroker

pytestmark = pytest.mark.anyio

HOLDS = ("hubbub.broker.base", "hubbub.broker.memory")
"""The modules whose every promise this suite holds."""


@dataclass
class Node:
    """A node with its broker, and the rings that it has heard."""

    broker: Broker
    heard: list[Ring] = field(default_factory=list)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.broker.on_ring(self._hear)

    async def has_heard(self, *rings: Ring) -> None:
        """Wait until these rings, in this order, are all that was heard."""
        async with asyncio.timeout(10):
            while self.heard != list(rings):
                self._news.clear()
                await self._news.wait()

    def _hear(self, ring: Ring) -> None:
        self.heard.append(ring)
        self._news.set()


@asynccontextmanager
async def _memory() -> AsyncIterator[Callable[[], Broker]]:
    exchange = Exchange()
    yield lambda: MemoryBroker(exchange)


BROKERS: dict[str, Callable[[], AbstractAsyncContextManager[Callable[[], Broker]]]] = {"memory": _memory}


@pytest.fixture(params=BROKERS)
async def make(request: pytest.FixtureRequest) -> AsyncIterator[Callable[[], Broker]]:
    """Make brokers that belong together, of each adapter in turn."""
    async with BROKERS[request.param]() as make:
        yield make


@pytest.fixture
async def nodes(make: Callable[[], Broker]) -> AsyncIterator[list[Node]]:
    """Three nodes that belong together."""
    nodes = [Node(make()) for _ in range(3)]
    yield nodes
    for node in nodes:
        await node.broker.close()


async def test_a_ring_reaches_every_other_node_and_not_the_one_that_rings(nodes: list[Node]) -> None:
    ann, bob, cat = nodes
    ann.broker.ring(Ring("ABCD", 7))
    await bob.has_heard(Ring("ABCD", 7))
    await cat.has_heard(Ring("ABCD", 7))
    bob.broker.ring(Ring("WXYZ", 1))
    await ann.has_heard(Ring("WXYZ", 1))
    assert bob.heard == [Ring("ABCD", 7)]


async def test_the_rings_of_one_node_come_in_order(nodes: list[Node]) -> None:
    rings = [Ring("ABCD", seq) for seq in range(1, 101)]
    for ring in rings:
        nodes[0].broker.ring(ring)
    await nodes[1].has_heard(*rings)


async def test_a_closed_node_is_not_rung_and_cannot_ring(nodes: list[Node]) -> None:
    ann, bob, cat = nodes
    ann.broker.ring(Ring("ABCD", 1))
    await cat.has_heard(Ring("ABCD", 1))
    await bob.has_heard(Ring("ABCD", 1))
    await bob.broker.close()
    bob.broker.ring(Ring("ABCD", 2))
    ann.broker.ring(Ring("ABCD", 3))
    await cat.has_heard(Ring("ABCD", 1), Ring("ABCD", 3))
    assert bob.heard == [Ring("ABCD", 1)]


async def test_a_node_can_be_closed_twice(nodes: list[Node]) -> None:
    await nodes[0].broker.close()
    await nodes[0].broker.close()
    nodes[1].broker.ring(Ring("ABCD", 1))
    await nodes[2].has_heard(Ring("ABCD", 1))


async def test_the_trouble_of_a_node_that_hears_is_not_that_of_the_one_that_rings(nodes: list[Node]) -> None:
    ann, bob, cat = nodes
    reported: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    usual = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: reported.append(context))
    bob.broker.on_ring(_fail)
    try:
        ann.broker.ring(Ring("ABCD", 1))
        await cat.has_heard(Ring("ABCD", 1))
    finally:
        loop.set_exception_handler(usual)
    assert [str(context["exception"]) for context in reported] == ["heard 1"]


async def test_a_node_that_does_not_listen_is_no_trouble(make: Callable[[], Broker], nodes: list[Node]) -> None:
    deaf = make()
    nodes[0].broker.ring(Ring("ABCD", 1))
    await nodes[1].has_heard(Ring("ABCD", 1))
    deaf.ring(Ring("ABCD", 2))
    await nodes[1].has_heard(Ring("ABCD", 1), Ring("ABCD", 2))
    await deaf.close()


async def test_a_node_alone_rings_at_nobody(make: Callable[[], Broker]) -> None:
    alone = Node(make())
    alone.broker.ring(Ring("ABCD", 1))
    other = Node(make())
    other.broker.ring(Ring("ABCD", 2))
    await alone.has_heard(Ring("ABCD", 2))
    await alone.broker.close()
    await other.broker.close()


def _fail(ring: Ring) -> None:
    raise RuntimeError(f"heard {ring.seq}")
