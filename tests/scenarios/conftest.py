"""Fixtures of scenarios."""

from collections.abc import AsyncIterator, Generator, Iterator

import pytest

from tests.scenarios.party import Party
from tests.scenarios.standing_clock import MODULE, VARIABLE, StandingClock, standing_clock
from tests.server_process import ServerProcess, running

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


@pytest.fixture
async def party(server: ServerProcess, request: pytest.FixtureRequest) -> AsyncIterator[Party]:
    """A scenario at the shared server, where nothing is too often; its end is checked when the story went well."""
    party = Party(server)
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
