"""Fixtures for tests at the live door."""

from collections.abc import AsyncIterator

import pytest

from tests.e2e.live.visitors import WAYS, Visitors, Way
from tests.server_process import ServerProcess


@pytest.fixture(params=WAYS, ids=str)
def way(request: pytest.FixtureRequest) -> Way:
    """Each client on each transport."""
    way: Way = request.param
    return way


@pytest.fixture
async def visitors(server: ServerProcess, way: Way) -> AsyncIterator[Visitors]:
    """People who come to the shared server that way: `await visitors.come("Ann")`."""
    async with Visitors(server.url, way) as visitors:
        yield visitors
