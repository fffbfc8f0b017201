"""Fixtures of scenarios."""

import os
from collections.abc import AsyncIterator, Generator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.scenarios.party import Host, Party
from tests.scenarios.standing_clock import MODULE, VARIABLE, StandingClock, standing_clock
from tests.server_process import ServerProcess, running

STAGES = "SCENARIOS_AT"
"""A variable: the servers where all scenarios shall play, one for each worker of pytest-xdist."""

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on a test whether its story failed: then its end proves nothing."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


@dataclass(frozen=True)
class Elsewhere:
    """A server that somebody else has started, and will stop."""

    url: str
    data: Path

    @classmethod
    def all_from(cls, text: str) -> "list[Elsewhere]":
        """Read servers as `join` writes them."""
        return [cls(url, Path(data)) for url, _, data in (line.partition(" ") for line in text.splitlines())]

    @staticmethod
    def join(servers: "Iterable[Host]") -> str:
        """Write servers down: address and data folder of each in a line."""
        return "\n".join(f"{server.url} {server.data}" for server in servers)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        parts = urlsplit(self.url)
        return str(parts.hostname), int(parts.port or 0)


@pytest.fixture(scope="session")
def stage(request: pytest.FixtureRequest) -> Host:
    """The server where scenarios play: this worker's of those that are named, or the one that all tests share."""
    if stages := os.environ.get(STAGES):
        return Elsewhere.all_from(stages)[int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))]
    server: ServerProcess = request.getfixturevalue("server")
    return server


@pytest.fixture
async def party(stage: Host, request: pytest.FixtureRequest) -> AsyncIterator[Party]:
    """A scenario at the shared server, where nothing is too often; its end is checked when the story went well."""
    party = Party(stage)
    yield party
    await party.ends(check=not request.node.stash.get(FAILED, False))


@pytest.fixture(scope="session")
def clock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandingClock]:
    """The clock of the server `timeless`."""
    with standing_clock(tmp_path_factory.mktemp("clock") / "clock") as clock:
        yield clock


@pytest.fixture(scope="session")
def timeless(clock: StandingClock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server for which time passes as `clock` says; its throttles are on, and every party has its own address."""
    data, settings = tmp_path_factory.mktemp("timeless") / "data", {VARIABLE: str(clock.file)}
    with running(data, module=MODULE, trusted_proxies="127.0.0.1", **settings) as server:
        yield server


@pytest.fixture
async def still_party(timeless: ServerProcess, request: pytest.FixtureRequest) -> AsyncIterator[Party]:
    """A scenario at the server whose clock stands."""
    party = Party(timeless)
    yield party
    await party.ends(check=not request.node.stash.get(FAILED, False))
