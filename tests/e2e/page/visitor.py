"""Somebody at the web page: what they do and see there, in the words of the page."""

import re

from playwright.async_api import ConsoleMessage, Locator, Page, expect


class Visitor:
    """One person on one tab; `more` opens others of the same profile.

    `complaints` are what the tabs wrote to the console as errors, and errors that nobody caught: none are expected, but
    for those that a test names in `expected` (parts of their words).
    """

    def __init__(self, name: str, url: str, page: Page) -> None:
        self.name, self.url, self.page = name, url, page
        self.expected: list[str] = []
        self._complaints: list[str] = []
        page.context.on("console", self._console)
        page.context.on("weberror", lambda error: self._complaints.append(f"{error.error}"))

    @property
    def complaints(self) -> list[str]:
        """What went wrong on this person's tabs."""
        return [each for each in self._complaints if not any(words in each for words in self.expected)]

    @property
    def code(self) -> str:
        """The code of the room that is open."""
        found = re.search(r"/r/([A-Z]+)", self.page.url)
        assert found, f"no room is open at {self.page.url}"
        return found[1]

    # Home

    async def home(self) -> None:
        """Open the home page."""
        await self.page.goto(self.url + "/")

    async def create(self) -> None:
        """Make a room, from the home page."""
        await self.home()
        await self.page.get_by_label("Your name").fill(self.name)
        await self.page.get_by_role("button", name="Create a room").click()
        await self.arrived()

    async def join(self, code: str) -> None:
        """Enter a room, from the home page."""
        await self.home()
        await self.page.get_by_label("Room code").fill(code)
        await self.page.get_by_label("Your name").fill(self.name)
        await self.page.get_by_role("button", name="Join").click()
        await self.arrived()

    async def arrived(self) -> None:
        """Wait until a room is open and can be written into."""
        await self.page.wait_for_url(re.compile("/r/[A-Z]+"))
        await expect(self.composer).to_be_editable()
        await expect(self.log).to_have_attribute("aria-busy", "false")

    # In a room

    @property
    def composer(self) -> Locator:
        """The field to write into."""
        return self.page.get_by_role("textbox", name="Write to ")

    @property
    def log(self) -> Locator:
        """The timeline."""
        return self.page.get_by_role("log")

    def line(self, text: str) -> Locator:
        """The message with that text in it."""
        return self.log.get_by_role("article").filter(has_text=text)

    async def say(self, text: str) -> None:
        """Write something and send it, and wait until it is delivered."""
        await self.composer.fill(text)
        await self.page.get_by_role("button", name="Send").click()
        await expect(self.line(text).last).to_have_class(re.compile(r"\bsent\b"))

    async def sees(self, text: str) -> None:
        """Wait for a message or a notice."""
        await expect(self.log.get_by_text(text).last).to_be_visible()

    async def texts(self) -> list[str]:
        """Return what is said in the timeline, from top to bottom."""
        return await self.log.locator(".bubble").all_inner_texts()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complaints.append(message.text)
