"""Fixtures of the conformance tests: both echo servers, and clients of theirs that are closed at the end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.conformance.server import EchoServer, Line, Poller, running

Connect = Callable[[], Line]
Poll = Callable[[], Poller]


@pytest.fixture(scope="session")
def engineio() -> Iterator[EchoServer]:
    """The echo server of Engine.IO."""
    with running("engineio") as server:
        yield server


@pytest.fixture(scope="session")
def socketio() -> Iterator[EchoServer]:
    """The echo server of Socket.IO."""
    with running("socketio") as server:
        yield server


@pytest.fixture
def connect(echo: EchoServer) -> Iterator[Connect]:
    """Connect to the server that a file calls `echo`."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Line(echo))


@pytest.fixture
def poll(echo: EchoServer) -> Iterator[Poll]:
    """Open a session that polls the server that a file calls `echo`."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(Poller(echo))
