"""`python -m tools.screenshots FOLDER`: takes sixteen screenshots, half of them on a phone."""

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.e2e.page.chromium import PHONE, Visitors, chromium
from tests.e2e.page.visitor import Visitor
from tests.server_process import free_port, running
from tools.screenshots.talk import ANN, OTHERS, PEOPLE, TALK, TITLE, UNSENT, WHY_UNSENT

DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
MINUTE = 60_000

CREATE = """
async (title) => {
  const headers = { "Content-Type": "application/json" };
  const made = await fetch("/api/v1/rooms", { method: "POST", headers, body: JSON.stringify({ title }) });
  return (await made.json()).code;
}
"""
SAY = """
async ([code, text]) => {
  const headers = { "Content-Type": "application/json" };
  await fetch(`/api/v1/rooms/${code}/members/me`, { method: "PUT", headers, body: "{}" });
  const body = JSON.stringify({ text });
  const said = await fetch(`/api/v1/rooms/${code}/messages`, { method: "POST", headers, body });
  if (!said.ok) throw new Error(await said.text());
}
"""
NOT_SENT = """
async ([code, text, why]) => {
  const { user } = await (await fetch("/api/v1/users/me")).json();
  const letter = { text, at: Date.now() - 90_000_000, place: 0, why, epoch: null };
  localStorage.setItem(`hubbub.outbox.${user.id}.${code}.made-up`, JSON.stringify(letter));
}
"""


class Shot(NamedTuple):
    """One state of the page: how to come into it, and on which devices it is taken in light and in dark."""

    name: str
    show: Callable[[Page], Awaitable[None]]
    phone_in: str


class States:
    """How a page comes into each of its states. There are two rooms: one with a conversation, and an empty one."""

    def __init__(self, code: str, empty: str) -> None:
        self._code, self._empty = code, empty

    @property
    def shots(self) -> list[Shot]:
        """All of them."""
        return [
            Shot("home", self._home, "dark"),
            Shot("room", self._room, "dark"),
            Shot("empty-room", self._empty_room, "light"),
            Shot("reconnecting", self._reconnecting, "dark"),
            Shot("not-delivered", self._not_delivered, "light"),
            Shot("show-the-code", self._show_code, "light"),
            Shot("people", self._people, "light"),
            Shot("not-found", self._not_found, "dark"),
        ]

    async def _home(self, page: Page) -> None:
        await page.goto("/?fresh=1")

    async def _room(self, page: Page) -> None:
        await self._open(page, self._code)

    async def _empty_room(self, page: Page) -> None:
        await self._open(page, self._empty)

    async def _reconnecting(self, page: Page) -> None:
        await self._room(page)
        await page.context.set_offline(True)
        await expect(page.get_by_text("Reconnecting")).to_be_visible()
        await page.get_by_role("textbox", name="Write to").fill("Eve says hello, she")

    async def _not_delivered(self, page: Page) -> None:
        await self._room(page)
        await page.evaluate(NOT_SENT, [self._code, UNSENT, WHY_UNSENT])
        await self._room(page)
        await expect(page.get_by_text("Not delivered")).to_be_visible()

    async def _show_code(self, page: Page) -> None:
        await self._room(page)
        share = page.get_by_role("button", name="Share", exact=True)
        await (share if await share.count() else page.get_by_role("button", name="More", exact=True)).click()
        await page.get_by_role("menuitem", name="Show the code").click()
        await expect(page.get_by_role("dialog").get_by_role("img", name="QR code")).to_be_visible()

    async def _people(self, page: Page) -> None:
        await self._room(page)
        button = page.get_by_role("button", name="Show who")
        if await button.count():
            await button.click()

    async def _not_found(self, page: Page) -> None:
        await page.goto("/r/QQQQ")
        await expect(page.get_by_role("heading", level=1)).to_be_visible()

    async def _open(self, page: Page, code: str) -> None:
        await page.goto(f"/r/{code}")
        await expect(page.get_by_role("log")).to_have_attribute("aria-busy", "false")
        people = page.get_by_role("complementary", name="People here")
        if await people.count():
            await expect(people.get_by_text("you")).to_be_visible()


async def take_all(folder: Path) -> None:
    """Play the conversation, then take every shot."""
    port = str(free_port())
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary) / "data"
        async with chromium() as browser:
            with running(data, port=port, throttle="off") as server:
                code, empty, states = await play(browser, server.url)
            set_times(data / "hubbub.db", code)
            with running(data, port=port, throttle="off") as server:
                async with Visitors(browser, server.url) as visitors:
                    for name in PEOPLE[1:]:
                        page = (await visitors.come(name, storage_state=states[name])).page
                        await page.goto(f"{server.url}/r/{code}")
                    for shot in States(code, empty).shots:
                        for theme in ("light", "dark"):
                            await take(browser, shot, theme, folder, base_url=server.url, storage_state=states[ANN])


async def play(browser: Browser, url: str) -> tuple[str, str, dict[str, Any]]:
    """Let four people talk; return the room's code, that of an empty one, and by what browsers know each of them."""
    async with Visitors(browser, url) as visitors:
        people: dict[str, Visitor] = {}
        for name in PEOPLE:
            people[name] = await visitors.come(name)
            await people[name].create()
        ann = people[ANN].page
        empty = await ann.evaluate(CREATE, "Quiz night")
        for title, unread in OTHERS.items():
            other = await ann.evaluate(CREATE, title)
            for number in range(unread):
                await people[PEOPLE[1]].page.evaluate(SAY, [other, f"News {number}"])
        code = str(await ann.evaluate(CREATE, TITLE))
        for _, name, text in TALK:
            await people[name].page.evaluate(SAY, [code, text])
        await ann.goto(f"{url}/r/{code}")
        await people[ANN].sees(TALK[-1][2])
        await expect(ann.get_by_role("log")).to_have_attribute("aria-live", "polite")
        return code, str(empty), {name: await each.page.context.storage_state() for name, each in people.items()}


def set_times(database: Path, code: str) -> None:
    """Spread what was said within a second over two days."""
    now = int(time.time() * 1000)
    with sqlite3.connect(database) as base:
        (unit,) = base.execute("SELECT max(at) FROM messages").fetchone()
        scale = 1000 if unit > 10**14 else 1
        rows = base.execute(
            "SELECT m.id FROM messages m JOIN rooms r ON r.id = m.room_id WHERE r.code = ? ORDER BY m.seq", (code,)
        ).fetchall()
        for (row,), (minutes, _, _) in zip(rows, TALK, strict=True):
            base.execute("UPDATE messages SET at = ? WHERE id = ?", ((now - minutes * MINUTE) * scale, row))
    base.close()


async def take(browser: Browser, shot: Shot, theme: str, folder: Path, **settings: Any) -> None:
    """Take one shot, in a browser that knows nothing of the others."""
    device = PHONE if shot.phone_in == theme else DESKTOP
    looks: dict[str, Any] = {"color_scheme": theme, "reduced_motion": "reduce"}
    context: BrowserContext = await browser.new_context(**(device | looks | settings))
    try:
        page = await context.new_page()
        await shot.show(page)
        await page.evaluate("document.fonts.ready")
        await page.screenshot(path=folder / f"{shot.name}-{theme}.png", caret="hide")
    finally:
        await context.close()


def main() -> None:
    """Take them into the folder that is named."""
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(take_all(folder))
    print(json.dumps({path.name: path.stat().st_size for path in sorted(folder.glob("*.png"))}, indent=2))


main()
