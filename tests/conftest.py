"""Fixtures that every test may use."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import settings

from tests.people import Person
from tests.server_process import ServerProcess, running

pytest_plugins = ("tests.figures",)

settings.register_profile("patient", settings(), deadline=None)  # a busy machine is slow, not wrong
settings.register_profile("brief", settings(), deadline=None, max_examples=5, derandomize=True)  # for the coverage
settings.load_profile("patient")


def pytest_configure() -> None:
    """Have the servers that tests start hear Ctrl-C; in the background, shells let nobody hear it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of the long tests that run side by side, begin with those that may take longest: none is left at the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=_may_take, reverse=True)


def _may_take(item: pytest.Item) -> int:
    limit = item.get_closest_marker("timeout") if item.get_closest_marker("long") else None
    return int(limit.args[0]) if limit else 0


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Async tests run on asyncio, as the server does."""
    return "asyncio"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server that many tests share; throttles are off, so that they don't count each other."""
    with running(tmp_path_factory.mktemp("shared") / "data", throttle="off") as server:
        yield server


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Start a server of one's own: `start(throttle="off", data="other")`; it is stopped at the end."""
    with ExitStack() as stack:

        def start(*flags: str, data: str = "data", **settings: str) -> ServerProcess:
            return stack.enter_context(running(tmp_path / data, *flags, **settings))

        yield start


@pytest.fixture
def person(server: ServerProcess) -> Iterator[Callable[..., Person]]:
    """Make people at the shared server: `person("Bob")`."""
    with ExitStack() as stack:
        yield lambda name="Ann", url=server.url: stack.enter_context(Person(url, name))
