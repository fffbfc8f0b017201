"""Fixtures for tests with browsers."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.e2e.page.chromium import Visitors, chromium
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
