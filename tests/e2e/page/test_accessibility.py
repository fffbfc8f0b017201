"""Accessibility: axe finds nothing on any page in either theme, new lines are announced once, and no history is."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.e2e.page.chromium import DESKTOP, PHONE, Visitors
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.watch import Watch
from tests.people import Person
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio

DEVICES = {"desktop": DESKTOP, "phone": PHONE}
TALK = (
    "Hello everybody, **bold** and _slanted_, `code` and https://example.com/a/long/address?with=things#too",
    "> quoted\n> twice\n\nand answered",
    "- one\n- two\n  1. deeper\n\n- [x] done",
    '```python\nprint("hello" * 100)\n```',
    "שלום עולם, this goes both ways",
    "👋",
    "/me waves",
    "x" * 300,
)


@pytest.fixture
async def people(server: ServerProcess) -> AsyncIterator[Callable[[str], list[Person]]]:
    """Bring twelve people into a room, who say all that there is to say: `people(code)`."""
    came: list[Person] = []

    def come(code: str) -> list[Person]:
        for number in range(12):
            came.append(Person(server.url, f"Person {number}"))
            came[-1].join(code)
            came[-1].send(code, TALK[number % len(TALK)])
        return came

    yield come
    for each in came:
        each.http.close()


async def complaints(page: Page, where: str) -> list[str]:
    """Return what axe finds: by all rules in the light theme, of contrast in the dark one."""
    found: list[str] = []
    for scheme, options in (("light", {}), ("dark", {"runOnly": ["color-contrast", "link-in-text-block"]})):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        await settled(page)
        results: dict[str, Any] = (await Axe().run(page, options=options)).response
        assert results["passes"]
        for violation in results["violations"]:
            nodes = [f"{node['target']}: {node['failureSummary']}" for node in violation["nodes"]]
            found.append(f"{where}, {scheme}: {violation['id']}: {nodes[:3]}")
    return found


async def settled(page: Page) -> None:
    """Wait until nothing moves: half faded in, nothing has contrast."""
    await page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => {})))")


@pytest.mark.parametrize("device", DEVICES)
async def test_axe_finds_nothing_on_the_pages_before_the_room(visitors: Visitors, device: str) -> None:
    ann = await visitors.come("Ann", **DEVICES[device])
    ann.expected.append("the server responded with a status of 4")
    await ann.home()
    found = await complaints(ann.page, "home")
    await ann.page.get_by_role("button", name="Join").click()
    await expect(ann.page.locator("#name-error")).to_be_visible()
    found += await complaints(ann.page, "home with errors")
    await ann.page.goto(f"{ann.url}/r/ABCD")
    found += await complaints(ann.page, "name form")
    await ann.page.goto(f"{ann.url}/nothing/here")
    found += await complaints(ann.page, "not found")
    await ann.create()
    await ann.home()
    found += await complaints(ann.page, "home with rooms")
    await ann.page.goto(f"{ann.url}/r/QQQQ")
    await expect(ann.page.get_by_role("heading", level=1)).to_be_focused()
    found += await complaints(ann.page, "no such room")
    assert found == []


@pytest.mark.parametrize("device", DEVICES)
async def test_axe_finds_nothing_in_a_room_with_everything_open_in_turn(
    visitors: Visitors, people: Callable[[str], list[Person]], device: str
) -> None:
    ann = await visitors.come("Ann", **DEVICES[device])
    ann.expected.append("ERR_INTERNET_DISCONNECTED")
    watch = Watch(ann.url)
    await watch.over(ann.page.context)
    await ann.create()
    found = await complaints(ann.page, "empty room")
    people(ann.code)
    await ann.say("My own words, with https://example.com in them")
    await ann.composer.fill("not\0delivered")
    await ann.page.get_by_role("button", name="Send").click()
    await expect(ann.log.get_by_text("Not delivered.")).to_be_visible()
    await ann.composer.fill("x" * 10_001)
    found += await complaints(ann.page, "full room")
    await ann.composer.fill("")
    for name, show in overlays(ann, device).items():
        await show()
        found += await complaints(ann.page, name)
        await ann.page.keyboard.press("Escape")
        await expect(ann.page.locator("dialog, [role=menu]")).to_have_count(0)
    await ann.page.context.set_offline(True)
    await expect(ann.page.get_by_role("main").get_by_text("Reconnecting")).to_be_visible()
    found += await complaints(ann.page, "reconnecting")
    assert found == []
    assert watch.seen == [], "the policy holds, and nothing of ours is against it"


def overlays(ann: Visitor, device: str) -> dict[str, Callable[[], Any]]:
    """Return how to open each panel and dialog on a device."""
    page = ann.page

    async def pick(item: str, menu: str = "More") -> None:
        await page.get_by_role("button", name=menu, exact=True).click()
        await page.get_by_role("menuitem", name=item).click()
        await expect(page.get_by_role("dialog")).to_be_visible()

    async def panel(button: str) -> None:
        await page.get_by_role("button", name=button).click()
        await expect(page.get_by_role("dialog")).to_be_visible()

    phone = device == "phone"
    shown = {
        "menu": lambda: page.get_by_role("button", name="More", exact=True).click(),
        "code": lambda: pick("Show the code", "More" if phone else "Share"),
        "shortcuts": lambda: pick("Keyboard shortcuts"),
        "rename": lambda: pick("Change your name"),
        "leave": lambda: pick("Leave the room"),
    }
    if phone:
        return shown | {"rooms": lambda: panel("Rooms"), "people": lambda: panel("people here")}
    return shown | {"share": lambda: page.get_by_role("button", name="Share").click()}


async def test_axe_would_find_something(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    await ann.say("Hello")
    await ann.page.evaluate("document.querySelector('.bubble').style.color = '#ccc'")
    await ann.page.locator(".send").evaluate("(send) => { send.ariaLabel = null; send.title = ''; }")
    found = await complaints(ann.page, "spoilt")
    assert any("color-contrast" in each for each in found)
    assert any("button-name" in each for each in found)


ANNOUNCED = """
() => {
  const log = document.querySelector("[role=log]");
  window.announced = [];
  const heard = (records) => {
    for (const { addedNodes } of records) for (const node of addedNodes) {
      const lines = node.nodeType !== 1 ? [] : node.matches("article") ? [node] : [...node.querySelectorAll("article")];
      if (log.ariaLive !== "polite") continue;
      window.announced.push(...lines.map((line) => line.querySelector(".bubble").innerText));
    }
  };
  new MutationObserver(heard).observe(log, { childList: true, subtree: true });
}
"""


async def test_a_new_line_is_announced_once_and_history_never(visitors: Visitors, server: ServerProcess) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    code = ann.code
    await ann.home()
    with Person(server.url, "Cid") as cid:
        cid.join(code)
        for number in range(120):
            cid.send(code, f"old {number}")
    await ann.page.get_by_role("link", name="Continue as Ann").click()
    await ann.arrived()
    await expect(ann.log).to_have_attribute("aria-live", "off")
    await ann.page.get_by_role("button", name="Jump to latest").click()
    await expect(ann.log).to_have_attribute("aria-live", "polite")
    await ann.page.evaluate(ANNOUNCED)
    await bob.say("new one")
    await ann.sees("new one")
    await ann.say("my own")
    await bob.say("new two")
    await ann.sees("new two")
    assert await ann.page.evaluate("window.announced") == ["new one", "my own", "new two"]
    await ann.log.locator("article").last.focus()
    await ann.page.keyboard.press("Home")
    await expect(ann.log).to_have_attribute("aria-live", "off")
    with anyio.fail_after(30):
        while await ann.log.get_by_text("old 0", exact=True).count() == 0:
            await ann.page.keyboard.press("Home")
            await ann.page.evaluate("new Promise(requestAnimationFrame)")
    await bob.say("while reading")
    await expect(ann.page.get_by_role("button", name="Jump to latest")).to_contain_text("1 new")
    assert await ann.page.evaluate("window.announced") == ["new one", "my own", "new two"]
    await ann.page.get_by_role("button", name="Jump to latest").click()
    await expect(ann.log).to_have_attribute("aria-live", "polite")
    await bob.say("new three")
    await ann.sees("new three")
    assert await ann.page.evaluate("window.announced") == ["new one", "my own", "new two", "new three"]


async def test_the_log_is_there_and_silent_before_its_first_messages_come(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    await ann.say("was said before")
    await ann.page.add_init_script("""
      new MutationObserver(() => {
        const log = document.querySelector("[role=log]");
        if (log) (window.lives ??= []).push([log.ariaLive, log.querySelectorAll("article").length]);
      }).observe(document, { childList: true, subtree: true, attributes: true });
    """)
    await ann.page.reload()
    await ann.sees("was said before")
    await expect(ann.log).to_have_attribute("aria-live", "polite")
    lives: list[list[Any]] = await ann.page.evaluate("window.lives")
    assert lives[0] == ["off", 0]
    assert all(live == "off" for live, lines in lives if lines == 0)
    assert next(live for live, lines in lives if lines) == "off"


async def test_forced_colours_leave_borders_and_focus(visitors: Visitors) -> None:
    ann = await visitors.come("Ann", forced_colors="active")
    await ann.create()
    await ann.say("Hello")
    bubble = ann.line("Hello").locator(".bubble")
    assert await bubble.evaluate("(node) => getComputedStyle(node).borderTopStyle") == "solid"
    await ann.composer.focus()
    form = ann.page.locator(".composer")
    assert await form.evaluate("(node) => getComputedStyle(node).outlineStyle") == "solid"
    assert await complaints(ann.page, "forced colours") == []


async def test_reduced_motion_is_no_motion(visitors: Visitors) -> None:
    ann = await visitors.come("Ann", reduced_motion="reduce")
    await ann.create()
    await ann.say("Hello")
    await ann.page.get_by_role("button", name="More", exact=True).click()
    await ann.page.get_by_role("menuitem", name="Keyboard shortcuts").click()
    await expect(ann.page.get_by_role("dialog")).to_be_visible()
    await ann.page.keyboard.press("Escape")
    await expect(ann.page.get_by_role("dialog")).to_have_count(0)
    slow = "document.getAnimations().filter((each) => each.effect.getComputedTiming().duration > 1).length"
    assert await ann.page.evaluate(slow) == 0
