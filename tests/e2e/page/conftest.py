"""Fixtures for tests with browsers."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.e2e.page.chromium import Visitors, chromium
from tests.e2e.page.own_server import OwnServer
from tests.server_process import ServerProcess


@pytest.fixture(scope="package")
async def browser(anyio_backend: str) -> AsyncIterator[Browser]:
    """One Chromium for all tests here."""
    async with chromium() as browser:
        yield browser


@pytest.fixture
async def visitors(browser: Browser, server: ServerProcess) -> AsyncIterator[Visitors]:
    """People with browsers at the shared server: `ann, bob = await visitors.in_room("Ann", "Bob")`."""
    async with Visitors(browser, server.url) as visitors:
        yield visitors


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[OwnServer]:
    """A server that goes away and comes back."""
    server = OwnServer(tmp_path / "data")
    try:
        yield server
    finally:
        server.end()


@pytest.fixture
async def regulars(browser: Browser, own_server: OwnServer) -> AsyncIterator[Visitors]:
    """People at the server that goes away, of which browsers write to the console; other complaints are unexpected."""
    async with Visitors(browser, own_server.url) as visitors:
        visitors.expected = [
            "ERR_CONNECTION_REFUSED",
            "ERR_INTERNET_DISCONNECTED",
            "Unexpected response code",
            "WebSocket",
        ]
        yield visitors
