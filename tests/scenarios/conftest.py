"""Fixtures of scenarios."""

from collections.abc import AsyncIterator, Generator

import pytest

from tests.scenarios.party import Party
from tests.server_process import ServerProcess

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
