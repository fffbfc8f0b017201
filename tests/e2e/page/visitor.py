"""Somebody at the web page: what they do and see there, in the words of the page."""

import re
from copy import copy

from playwright.async_api import ConsoleMessage, Locator, Page, expect


class Visitor:
    """One person on one tab; `tab` opens others of the same profile.

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

    async def tab(self) -> "Visitor":
        """Open another tab of the same profile, in the same room if one is open."""
        other = copy(self)
        other.page = await self.page.context.new_page()
        if "/r/" in self.page.url:
            await other.page.goto(f"{self.url}/r/{self.code}")
            await other.arrived()
        return other

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
        await expect(self.page).to_have_url(re.compile("/r/[A-Z]+"))
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

    @property
    def box(self) -> Locator:
        """What scrolls."""
        return self.page.locator(".timeline")

    @property
    def people(self) -> Locator:
        """Who is here, where there is space for it beside the timeline."""
        return self.page.get_by_role("complementary", name="People here")

    @property
    def banner(self) -> Locator:
        """What stands over the composer while there is no connection."""
        return self.page.get_by_role("button", name="Retry now")

    @property
    def pill(self) -> Locator:
        """The way back to the latest message."""
        return self.page.get_by_role("button", name="Jump to latest")

    def line(self, text: str) -> Locator:
        """The message with that text in it."""
        return self.log.get_by_role("article").filter(has_text=text)

    async def say(self, text: str) -> None:
        """Write something and send it, and wait until it is delivered."""
        await self.composer.fill(text)
        await self.page.get_by_role("button", name="Send").click()
        await expect(self.line(text.splitlines()[-1].strip()).last).to_have_class(re.compile(r"\bsent\b"))

    async def type(self, text: str) -> None:
        """Write something and press Enter, and wait for nothing."""
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def pick(self, item: str) -> None:
        """Choose from the room's menu."""
        await self.page.get_by_role("button", name="More", exact=True).click()
        await self.page.get_by_role("menu").get_by_text(item, exact=True).click()

    async def counts(self, here: int) -> None:
        """Wait until so many are here."""
        await expect(self.people.get_by_role("heading")).to_have_text(f"Here now {here}")

    async def sees(self, text: str) -> None:
        """Wait for a message or a notice."""
        await expect(self.log.get_by_text(text).last).to_be_visible()

    async def texts(self) -> list[str]:
        """Return what is said in the timeline, from top to bottom."""
        return await self.log.locator(".bubble").all_inner_texts()

    async def at_end(self) -> None:
        """Wait until the timeline stands at its end."""
        await self.until("Math.abs(box.scrollHeight - box.scrollTop - box.clientHeight) < 2")

    async def scroll(self, by: int) -> None:
        """Turn the wheel over the timeline, and wait until it has moved."""
        await self.box.hover()
        before = await self.box.evaluate("box => box.scrollTop")
        await self.page.mouse.wheel(0, by)
        await self.until(f"box.scrollTop !== {before}")

    async def until(self, condition: str) -> None:
        """Wait until a condition in JavaScript holds; `box` is the timeline."""
        await self.page.wait_for_function(
            f"() => {{ const box = document.querySelector('.timeline'); return {condition}; }}"
        )

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._complaints.append(message.text)
