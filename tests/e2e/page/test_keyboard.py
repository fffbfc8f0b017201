"""The main job with the keys alone: Tab, Enter, arrows and Escape, and one sees at each step where one is."""

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.page.chromium import Visitors
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.wire import Wire, newer_page

pytestmark = pytest.mark.anyio

NARROW = {"viewport": {"width": 390, "height": 844}}
MOST_TABS = 40
MARKED = """
(node) => {
  const drawn = (each) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
    return (outlineStyle !== "none" && parseFloat(outlineWidth) >= 1) || boxShadow !== "none";
  };
  const field = node.closest(".code-field");
  if (field) return field.querySelector(".tile.at") !== null && drawn(field.querySelector(".tile.at"));
  return drawn(node) || [...document.querySelectorAll("form:focus-within")].some(drawn);
}
"""
"""Whether one sees that an element has the focus."""


async def tab_to(visitor: Visitor, target: Locator, key: str = "Tab") -> None:
    """Press Tab until something has the focus; each place on the way must show that it has it."""
    page = visitor.page
    for _ in range(MOST_TABS):
        if await target.evaluate("(node) => node === document.activeElement"):
            return
        await page.keyboard.press(key)
        await shows_focus(visitor)
    raise AssertionError(f"{target} isn't reached by {key}")


async def shows_focus(visitor: Visitor) -> None:
    """Check that one sees where the focus is."""
    focused = visitor.page.locator("*:focus")
    if await focused.count():
        assert await focused.evaluate(MARKED), await focused.evaluate("(node) => node.outerHTML")


@pytest.mark.parametrize("narrow", [False, True], ids=["desktop", "narrow"])
async def test_the_main_job_needs_no_mouse(visitors: Visitors, narrow: bool) -> None:
    ann = await visitors.come("Ann", **(NARROW if narrow else {}), permissions=["clipboard-read", "clipboard-write"])
    page, keys = ann.page, ann.page.keyboard
    button = page.get_by_role

    # A room is made.
    await ann.home()
    await expect(page.get_by_label("Room code")).to_be_focused()
    await shows_focus(ann)
    await tab_to(ann, page.get_by_label("Your name"))
    await keys.type("Ann")
    await tab_to(ann, page.get_by_role("button", name="Create a room"))
    await keys.press("Enter")
    await ann.arrived()

    # It is written into.
    await expect(ann.composer).to_be_focused()
    await shows_focus(ann)
    for text in ("one", "two", "three"):
        await keys.type(text)
        await keys.press("Enter")
    await expect(ann.line("three")).to_have_class(re.compile(r"\bsent\b"))

    # From message to message.
    await tab_to(ann, ann.line("three"), "Shift+Tab")
    for key, text in (("ArrowUp", "two"), ("ArrowUp", "one"), ("ArrowDown", "two"), ("End", "three"), ("Home", "one")):
        await keys.press(key)
        await expect(ann.line(text)).to_be_focused()
        await shows_focus(ann)

    # The code is copied, then shown.
    copy = button("button", name=re.compile("^Room code"))
    await tab_to(ann, copy, "Shift+Tab")
    await keys.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("copied")
    assert await page.evaluate("navigator.clipboard.readText()") == f"{ann.url}/r/{ann.code}"
    menu = button("button", name="More" if narrow else "Share", exact=True)
    await tab_to(ann, menu)
    await keys.press("Enter")
    item = page.get_by_role("menuitem", name="Show the code")
    while not await item.evaluate("(node) => node === document.activeElement"):
        await keys.press("ArrowDown")
        await shows_focus(ann)
    await keys.press("Enter")
    await expect(page.get_by_role("dialog", name="Room code")).to_be_visible()
    await shows_focus(ann)
    await keys.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(menu).to_be_focused()

    # Who is here.
    if narrow:
        people = button("button", name=re.compile("here. Show who"))
        await tab_to(ann, people, "Shift+Tab")
        await keys.press("Enter")
        await expect(page.get_by_role("dialog", name="People here")).to_contain_text("Ann")
        await keys.press("Escape")
        await expect(people).to_be_focused()

    # Gone.
    more = button("button", name="More", exact=True)
    await tab_to(ann, more)
    await keys.press("Enter")
    await keys.press("End")
    await expect(page.get_by_role("menuitem", name="Leave the room")).to_be_focused()
    await keys.press("Enter")
    await tab_to(ann, page.get_by_role("dialog").get_by_role("button", name="Leave"))
    await keys.press("Enter")
    await page.wait_for_url(f"{ann.url}/")


async def test_the_focus_stays_in_a_dialog_until_it_closes(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    await ann.page.get_by_role("button", name="More", exact=True).click()
    await ann.page.get_by_role("menuitem", name="Change your name").click()
    dialog = ann.page.get_by_role("dialog")
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    outside = "document.activeElement !== document.body && !document.activeElement.closest('dialog')"
    for _ in range(12):
        await ann.page.keyboard.press("Tab")
        assert not await ann.page.evaluate(outside)
    await ann.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(ann.page.get_by_role("button", name="More", exact=True)).to_be_focused()


async def test_the_skip_link_leads_past_everything_to_the_composer(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    skip = ann.page.get_by_role("link", name="Skip to writing")
    await tab_to(ann, skip, "Shift+Tab")
    await expect(skip).to_be_in_viewport()
    await ann.page.keyboard.press("Enter")
    await expect(ann.composer).to_be_focused()


async def test_a_pressed_button_that_vanishes_leaves_the_focus_in_the_composer(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    ann.expected += ["WebSocket", "ERR_FAILED"]
    wire = await Wire.tap(ann)
    await ann.create()
    wire.refuse("send_message")
    for text in ("again", "never"):
        await ann.type(text)
        await expect(ann.line(text)).to_contain_text("Not delivered.")
    await pressed_away(ann, ann.line("never").get_by_role("button", name="Delete"), "Enter")
    wire.allow("send_message")
    await pressed_away(ann, ann.line("again").get_by_role("button", name="Retry"), "Space")
    await ann.say("\n".join("a long message" for _ in range(100)))
    await ann.scroll(-800)
    await pressed_away(ann, ann.pill, "Enter")
    await ann.at_end()
    await ann.page.route("**/api/version", newer_page)
    await wire.block()
    await expect(ann.banner).to_be_visible()
    await ann.banner.press("Enter")
    await expect(ann.composer).to_be_focused()
    wire.unblock()
    await pressed_away(ann, ann.page.get_by_role("button", name="Not now"), "Space")


async def pressed_away(visitor: Visitor, button: Locator, key: str) -> None:
    """Press a button by key, which makes it vanish; nothing gets into the composer that way."""
    await button.press(key)
    await expect(button).to_have_count(0)
    await expect(visitor.composer).to_be_focused()
    await expect(visitor.composer).to_have_value("")


async def test_a_focus_that_nobody_sees_would_be_noticed(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    await ann.home()
    await ann.page.get_by_label("Your name").focus()
    await shows_focus(ann)
    await ann.page.locator("*:focus").evaluate("(node) => { node.style.outline = node.style.boxShadow = 'none'; }")
    with pytest.raises(AssertionError):
        await shows_focus(ann)
