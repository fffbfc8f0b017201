"""Fixtures of the conformance tests: echo servers, and clients of theirs that are closed at the end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.conformance.server import EchoServer, Line, Poller, running

Servers = Callable[..., EchoServer]
Connect = Callable[..., Line]
Poll = Callable[..., Poller]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Give a server of a kind and with times, `servers("engineio", ping_timeout=20_000)`; each of them runs once."""
    running_ones: dict[str, EchoServer] = {}
    with ExitStack() as stack:

        def give(kind: str, **times: int) -> EchoServer:
            name = f"{kind} {times}"
            if name not in running_ones:
                running_ones[name] = stack.enter_context(running(kind, **times))
            return running_ones[name]

        yield give


@pytest.fixture
def echo(request: pytest.FixtureRequest, servers: Servers) -> EchoServer:
    """The server of a file, by its `KIND`; it is so patient that a busy machine changes nothing."""
    return servers(request.module.KIND, ping_interval=25_000, ping_timeout=20_000, connect_timeout=10_000)


@pytest.fixture
def strict(request: pytest.FixtureRequest, servers: Servers) -> EchoServer:
    """The server of a file with the times of the suites."""
    return servers(request.module.KIND)


@pytest.fixture
def connect(echo: EchoServer) -> Iterator[Connect]:
    """Connect to a server: `connect()`."""
    with ExitStack() as stack:
        yield lambda at=echo: stack.enter_context(Line(at))


@pytest.fixture
def poll(echo: EchoServer) -> Iterator[Poll]:
    """Open a session that polls a server: `poll()`."""
    with ExitStack() as stack:
        yield lambda at=echo: stack.enter_context(Poller(at))
