"""Headless Chromium for tests: one browser per module, and for each person a profile of their own, as for strangers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from playwright.async_api import Browser, async_playwright, expect

from tests.e2e.page.visitor import Visitor

EXECUTABLE = "/usr/bin/chromium"
SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
"""Nothing here goes to the network of its own accord."""

PATIENCE = 30_000
"""Milliseconds after which something has not happened."""

DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True,
}  # fmt: skip


@asynccontextmanager
async def chromium(*switches: str) -> AsyncIterator[Browser]:
    """Start Chromium, with more switches if wanted."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=EXECUTABLE, args=[*SWITCHES, *switches])
        try:
            yield browser
        finally:
            await browser.close()


class Visitors:
    """People with browsers at one server. What any of their pages complains of fails the test at its end.

    `expected` are parts of the words of what they all may complain of.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._stack = AsyncExitStack()
        self._visitors: list[Visitor] = []
        self.expected: list[str] = []

    async def __aenter__(self) -> "Visitors":
        return self

    async def __aexit__(self, *failed: object) -> None:
        await self._stack.aclose()
        if not any(failed):
            complaints = [complaint for visitor in self._visitors for complaint in visitor.complaints]
            assert not complaints, complaints

    async def come(self, name: str, **profile: Any) -> Visitor:
        """Return somebody with an empty profile, on a blank tab; `profile` are settings of the browser's context."""
        context = await self._browser.new_context(**(DESKTOP | profile))
        self._stack.push_async_callback(context.close)
        context.set_default_timeout(PATIENCE)
        visitor = Visitor(name, self._url, await context.new_page())
        visitor.expected.extend(self.expected)
        self._visitors.append(visitor)
        return visitor

    async def in_room(self, *names: str, **profile: Any) -> list[Visitor]:
        """Return people who have come into one new room through the home page."""
        people = [await self.come(name, **profile) for name in names]
        await people[0].create()
        for person in people[1:]:
            await person.join(people[0].code)
        return people
