"""For everybody: by keyboard, by ear, in every theme (ux 37, 38, 40)."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.e2e.page.chromium import DESKTOP, PHONE, Visitors
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.wire import Wire
from tests.people import Person

pytestmark = pytest.mark.anyio


async def test_ux37_the_theme_is_there_in_the_first_byte_and_stays(visitors: Visitors) -> None:
    ann = await visitors.come("Ann", color_scheme="light")
    await ann.create()
    root = ann.page.locator("html")
    colour = "getComputedStyle(document.body).backgroundColor"
    light = await ann.page.evaluate(colour)
    await ann.page.emulate_media(color_scheme="dark")
    dark = await ann.page.evaluate(colour)
    assert light != dark
    await ann.pick("Light")
    assert await ann.page.evaluate(colour) == light
    await ann.page.keyboard.press("Escape")
    await ann.pick("Dark")
    await ann.page.emulate_media(color_scheme="light")
    assert await ann.page.evaluate(colour) == dark
    sent = await (await ann.page.context.request.get(ann.page.url)).text()
    assert 'data-theme="dark"' in sent.partition("<head>")[0]
    await ann.page.reload(wait_until="commit")
    await expect(root).to_have_attribute("data-theme", "dark")
    await ann.arrived()
    assert await ann.page.evaluate(colour) == dark
    await ann.home()
    await expect(ann.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    await ann.page.get_by_role("button", name="System").click()
    assert await ann.page.evaluate(colour) == light
    await ann.page.reload()
    await expect(root).not_to_have_attribute("data-theme", re.compile(".*"))


async def test_ux37_a_compact_list_stays_compact(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    for text in ("one", "two"):
        await ann.say(text)
    root, roomy = ann.page.locator("html"), await ann.line("two").bounding_box()
    await ann.pick("Compact list")
    await expect(root).to_have_attribute("data-density", "compact")
    compact = await ann.line("two").bounding_box()
    assert roomy
    assert compact
    assert compact["height"] < roomy["height"]
    await ann.page.reload(wait_until="commit")
    await expect(root).to_have_attribute("data-density", "compact")
    await ann.arrived()
    await ann.pick("Compact list")
    await expect(root).not_to_have_attribute("data-density", "compact")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_ux37_and_40_nothing_is_wrong_by_axe(
    visitors: Visitors, person: Callable[..., Person], theme: str, device: dict[str, object]
) -> None:
    bob = person("Bob")
    code = bob.create_room(title="Physics")
    for text in ("`code` and **bold** <https://example.org>", "```py\nprint(1)\n```", "> quoted", "/me waves"):
        bob.send(code, text)
    ann = await visitors.come("Ann", color_scheme=theme, reduced_motion="reduce", **device)
    await ann.home()
    await sound(ann)
    await ann.join(code)
    await ann.say("mine, with a https://example.org in it")
    await sound(ann)
    await ann.page.get_by_role("button", name="More", exact=True).click()
    await sound(ann)


async def sound(visitor: Visitor) -> None:
    """Let axe look for what is wrong with what is on screen."""
    found = await Axe().run(visitor.page)
    wrong = [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found.response["violations"]]
    assert wrong == []


MOVING = """() => {
  const moves = new Set();
  const add = (rules) => { for (const rule of rules) {
    if (rule instanceof CSSKeyframesRule)
      for (const frame of rule.cssRules) for (const property of frame.style) moves.add(property);
    else if (rule.cssRules) add(rule.cssRules);
    if (rule.style?.transitionProperty) for (const each of rule.style.transitionProperty.split(", ")) moves.add(each);
  } };
  for (const sheet of document.styleSheets) add(sheet.cssRules);
  return [...moves].sort();
}"""

DURATIONS = """element => {
  const { animationDuration, transitionDuration } = getComputedStyle(element);
  return Math.max(...[animationDuration, transitionDuration].join().split(",").map(parseFloat));
}"""


async def test_ux38_only_opacity_and_transforms_move_and_nothing_for_who_wants_that(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob", reduced_motion="reduce")
    wires = [await Wire.tap(each) for each in (ann, bob)]
    await ann.create()
    await bob.join(ann.code)
    moving = await ann.page.evaluate(MOVING)
    assert moving
    assert set(moving) <= {"opacity", "transform", "translate", "scale", "rotate", "none"}
    longest = []
    for each, wire in zip((ann, bob), wires, strict=True):
        wire.hold()
        await each.type(f"from {each.name}")
        await expect(each.line(f"from {each.name}")).to_have_class(re.compile("pending"))
        longest.append(await each.line(f"from {each.name}").evaluate(DURATIONS))
        wire.release()
    assert 0.1 <= longest[0] <= 0.2
    assert longest[1] < 0.01


async def test_ux40_new_lines_are_announced_once_and_history_never(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    bob, ann = person("Bob"), await visitors.come("Ann")
    code = bob.create_room()
    for number in range(70):
        bob.send(code, f"message {number}")
    wire = await Wire.tap(ann)
    await ann.join(code)
    await expect(ann.log).to_have_attribute("aria-live", "polite")
    await expect(ann.log).to_have_attribute("aria-relevant", "additions")
    await expect(ann.log).to_have_accessible_name(f"Messages in Room {code}")
    await ann.log.evaluate(
        "log => { window.added = []; new MutationObserver(changes => { for (const change of changes)"
        " for (const node of change.addedNodes) if (log.ariaLive === 'polite') window.added.push(node.textContent) })"
        ".observe(log, {childList: true, subtree: true}) }"
    )
    bob.send(code, "said once")
    await ann.sees("said once")
    added = await ann.page.evaluate("window.added.filter(text => text.includes('said once')).length")
    assert added == 1
    wire.hold()
    await ann.box.evaluate("box => { box.scrollTop = 0 }")
    await expect(ann.log).to_have_attribute("aria-live", "off")
    await expect(ann.log).to_have_attribute("aria-busy", "true")
    wire.release()
    await ann.sees("message 0")
    await expect(ann.log).to_have_attribute("aria-live", "off")
    assert await ann.page.evaluate("window.added.filter(text => /message (0|19)\\b/.test(text)).length") == 0
    await ann.pill.click()
    await expect(ann.log).to_have_attribute("aria-live", "polite")
    await ann.page.reload()
    await expect(ann.log).to_have_attribute("aria-live", "polite")
    await expect(ann.page.get_by_role("status")).to_have_count(1)


async def test_ux40_arrows_walk_through_messages_and_focus_comes_back_from_dialogs(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    for text in ("one", "two", "three"):
        await ann.say(text)
    keyboard = ann.page.keyboard
    await expect(ann.log.locator("[tabindex='0']")).to_have_count(1)
    await keyboard.press("Shift+Tab")
    await expect(ann.line("three")).to_be_focused()
    for key, text in (("ArrowUp", "two"), ("Home", "one"), ("ArrowDown", "two"), ("End", "three"), ("ArrowUp", "two")):
        await keyboard.press(key)
        await expect(ann.line(text)).to_be_focused()
    outline = "line => getComputedStyle(line).outlineStyle !== 'none'"
    assert await ann.line("two").evaluate(outline), "the focus can't be seen"
    await keyboard.press("Tab")
    await expect(ann.composer).to_be_focused()
    await keyboard.press("Shift+Tab")
    await expect(ann.line("two")).to_be_focused()
    await keyboard.press("?")
    await expect(ann.page.get_by_role("dialog")).to_be_visible()
    await keyboard.press("Escape")
    await expect(ann.page.get_by_role("dialog")).to_have_count(0)
    await expect(ann.line("two")).to_be_focused()
    more = ann.page.get_by_role("button", name="More", exact=True)
    await more.focus()
    await keyboard.press("ArrowDown")
    await expect(ann.page.get_by_role("menuitem").first).to_be_focused()
    await keyboard.press("Escape")
    await expect(more).to_be_focused()
    await ann.pick("Keyboard shortcuts")
    await keyboard.press("Escape")
    await expect(more).to_be_focused()


async def test_ux40_the_skip_link_leads_to_writing(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann", **PHONE)  # where the composer doesn't have the focus at first
    await ann.page.keyboard.press("Tab")
    skip = ann.page.get_by_role("link", name="Skip to writing")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await ann.page.keyboard.press("Enter")
    await expect(ann.composer).to_be_focused()
