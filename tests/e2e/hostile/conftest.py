"""Fixtures of hostile tests: a neighbour talks during each of them, and must never notice anything."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.e2e.hostile.neighbour import Neighbour
from tests.e2e.hostile.raw_client import RawClient, RawPoller
from tests.server_process import ServerProcess

Connect = Callable[..., RawClient]
Poll = Callable[..., RawPoller]


@pytest.fixture(scope="module")
def neighbour(server: ServerProcess) -> Iterator[Neighbour]:
    """The neighbour of a whole file."""
    with Neighbour(server) as neighbour:
        yield neighbour


@pytest.fixture(autouse=True)
def undisturbed(neighbour: Neighbour) -> Iterator[None]:
    """See after each test that the neighbour goes on."""
    yield
    neighbour.goes_on()


@pytest.fixture
def connect(server: ServerProcess) -> Iterator[Connect]:
    """Connect to the shared server, or another: `connect()`."""
    with ExitStack() as stack:
        yield lambda at=server, **how: stack.enter_context(RawClient(at, **how))


@pytest.fixture
def poll(server: ServerProcess) -> Iterator[Poll]:
    """Open a socket that polls the shared server, or another: `poll()`."""
    with ExitStack() as stack:
        yield lambda at=server, **how: stack.enter_context(RawPoller(at, **how))
