"""On every screen: no sideways scroll, everything in reach, 200 % (row B18; ux 39 and 45)."""

import re
from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.e2e.page.chromium import PHONE, Visitors
from tests.e2e.page.visitor import Visitor
from tests.people import Person

pytestmark = pytest.mark.anyio

ZOOMED = "document.documentElement.style.fontSize = '200%'"
SIZES = [(1440, 1050), (1440, 900), (800, 600), (390, 844), (360, 640), (320, 640), (160, 320)]
"""The last is a 320 pixel screen at twice the size."""


async def fits(visitor: Visitor) -> None:
    """Nothing on screen is wider than the screen, and whoever looks for it finds all of it."""
    wide = await visitor.page.evaluate(
        "[document.documentElement.scrollWidth, ...[...document.querySelectorAll('.timeline, dialog[open], aside')]"
        ".map(box => innerWidth + box.scrollWidth - box.clientWidth)].map(width => width - innerWidth)"
    )
    assert max(wide) <= 0, f"{visitor.page.url} at {visitor.page.viewport_size}: too wide by {wide}"


@pytest.mark.parametrize("zoomed", [False, True], ids=["", "larger letters"])
async def test_b18_and_ux45_it_works_at_every_size(
    visitors: Visitors, person: Callable[..., Person], *, zoomed: bool
) -> None:
    bob, ann = person("Bob with a name that goes on and on"), await visitors.come("Ann")
    code = bob.create_room(title="A title that is much too long for a phone")
    bob.send(code, "wide" * 50 + " https://example.org/" + "path/" * 30)
    bob.send(code, f"```\n{'code ' * 60}\n```\n> quoted {'q' * 80}\n- listed")
    sizes = SIZES[:-1] if zoomed else SIZES
    await ann.home()
    for width, height in sizes:
        await ann.page.set_viewport_size({"width": width, "height": height})
        if zoomed:
            await ann.page.evaluate(ZOOMED)
        await fits(ann)
        await expect(ann.page.get_by_label("Room code")).to_be_visible()
    await ann.page.set_viewport_size({"width": 1440, "height": 900})
    await ann.join(code)
    if zoomed:
        await ann.page.evaluate(ZOOMED)
    for width, height in sizes:
        await ann.page.set_viewport_size({"width": width, "height": height})
        await fits(ann)
        await ann.say(f"from {width} by {height}")
        await expect(ann.line(f"from {width} by {height}")).to_be_in_viewport()
        await ann.at_end()
        await expect(ann.page.get_by_role("button", name="Room code")).to_be_in_viewport()
        await opens(ann, "Keyboard shortcuts")
        await opens(ann, "Leave the room")
        if width < 720:
            await ann.page.get_by_role("button", name="Rooms").first.click()
            await expect(ann.page.get_by_role("dialog", name="Rooms")).to_be_visible()
            await fits(ann)
            await ann.page.keyboard.press("Escape")
            await expect(ann.page.get_by_role("dialog")).to_have_count(0)


async def opens(visitor: Visitor, item: str) -> None:
    await visitor.pick(item)
    await expect(visitor.page.get_by_role("dialog")).to_be_visible()
    await fits(visitor)
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.page.get_by_role("dialog")).to_have_count(0)


SMALL = """() => [...document.querySelectorAll("button, input, textarea, a[href], [role=menuitem]")]
  .filter(each => each.checkVisibility() && !each.closest(".bubble, .when, .hidden-words, .skip, .theme-switch"))
  .map(each => [each.ariaLabel || each.textContent.trim(), each.getBoundingClientRect()])
  .filter(([, box]) => box.width > 1 && box.height < 43.5)
  .map(([name, box]) => `${name}: ${box.height}`)"""


async def test_ux39_on_a_phone_targets_are_large_and_back_closes_what_lies_over_the_room(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann", **PHONE)
    code = ann.code
    assert await ann.page.evaluate(SMALL) == []
    sizes = "fields => fields.map(field => parseFloat(getComputedStyle(field).fontSize))"
    assert min(await ann.page.locator("textarea").evaluate_all(sizes)) >= 16
    viewport = await ann.page.locator("meta[name=viewport]").get_attribute("content") or ""
    assert "interactive-widget=resizes-content" in viewport
    assert not re.search("user-scalable|maximum-scale", viewport)
    for opener, dialog in (("Rooms", "Rooms"), ("1 person here. Show who", "People here")):
        await ann.page.get_by_role("button", name=opener, exact=True).click()
        panel = ann.page.get_by_role("dialog", name=dialog)
        await expect(panel).to_be_visible()
        assert await ann.page.evaluate(SMALL) == []
        await ann.page.go_back()
        await expect(panel).to_have_count(0)
        assert ann.code == code
    await ann.page.get_by_role("button", name="More", exact=True).click()
    assert await ann.page.evaluate(SMALL) == []
    await ann.page.keyboard.press("Escape")
    await ann.composer.tap()
    await ann.page.set_viewport_size({"width": 390, "height": 420})  # the keyboard is up
    await expect(ann.composer).to_be_in_viewport(ratio=1)
    await ann.composer.press_sequentially("a")
    await ann.composer.press("Enter")
    await ann.composer.press_sequentially("b")
    await ann.page.get_by_role("button", name="Send").tap()
    await ann.sees("b")
    await expect(ann.log.locator(".bubble")).to_have_count(1)
    assert await ann.texts() == ["a\nb"]
    await ann.home()
    assert await ann.page.evaluate(SMALL) == []
    assert min(await ann.page.locator("input:not([type=hidden])").evaluate_all(sizes)) >= 16


async def test_ux39_it_can_be_installed(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    await ann.home()
    get = ann.page.context.request.get
    manifest = await (await get(ann.url + "/manifest.webmanifest")).json()
    assert manifest["display"] == "standalone"
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    for icon in manifest["icons"]:
        assert (await get(ann.url + icon["src"])).ok
