"""The composer: keys, size, focus, drafts (ux 1 to 3, rows E1 and E9)."""

import re
from urllib.parse import quote

import pytest
from playwright.async_api import CDPSession, expect

from tests.e2e.page.chromium import PHONE, Visitors
from tests.e2e.page.visitor import Visitor

pytestmark = pytest.mark.anyio


async def test_ux1_enter_sends_shift_enter_breaks_and_the_setting_swaps_them(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    await ann.composer.press_sequentially("one")
    await ann.composer.press("Shift+Enter")
    await ann.composer.press_sequentially("two")
    await expect(ann.composer).to_have_value("one\ntwo")
    await ann.composer.press("Enter")
    await ann.sees("two")
    await ann.pick("Enter sends")
    await ann.page.keyboard.press("Escape")
    await ann.page.reload()
    await ann.arrived()
    await ann.composer.press_sequentially("three")
    await ann.composer.press("Enter")
    await ann.composer.press_sequentially("four")
    await expect(ann.composer).to_have_value("three\nfour")
    await ann.composer.press("Shift+Enter")
    await ann.sees("four")
    assert await ann.texts() == ["one\ntwo", "three\nfour"]


async def composing(visitor: Visitor) -> CDPSession:
    return await visitor.page.context.new_cdp_session(visitor.page)


async def test_ux1_enter_that_ends_a_composition_never_sends(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    await ann.composer.focus()
    keyboard = await composing(ann)
    await keyboard.send("Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3})
    await expect(ann.composer).to_have_value("にほん")
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
    await keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", "isKeypad": False, **enter})
    await keyboard.send("Input.insertText", {"text": "日本"})
    # Safari: the composition has ended already, and only the key code tells.
    await ann.composer.evaluate(
        "field => field.dispatchEvent("
        "new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))"
    )
    await expect(ann.composer).to_have_value("日本")
    await expect(ann.log.get_by_role("article")).to_have_count(0)
    await ann.composer.press("Enter")
    await ann.sees("日本")
    assert await ann.texts() == ["日本"]


@pytest.mark.parametrize("size", [{"width": 1440, "height": 900}, {"width": 390, "height": 844}])
async def test_ux2_it_grows_to_two_fifths_of_the_height_then_scrolls(visitors: Visitors, size: dict[str, int]) -> None:
    (ann,) = await visitors.in_room("Ann", viewport=size)
    heights = "field => [field.clientHeight, field.scrollHeight]"
    empty, _ = await ann.composer.evaluate(heights)
    await ann.composer.fill("1\n2\n3\n4")
    some, all_of_it = await ann.composer.evaluate(heights)
    assert empty < some == all_of_it
    await ann.composer.fill("\n".join(map(str, range(80))))
    most, all_of_it = await ann.composer.evaluate(heights)
    assert 0.35 * size["height"] < most <= 0.41 * size["height"]
    assert all_of_it > most
    await expect(ann.page.get_by_role("button", name="Send")).to_be_in_viewport()
    await ann.composer.fill("")
    assert (await ann.composer.evaluate(heights))[0] == empty


async def test_ux2_it_has_the_focus_on_a_desktop_and_takes_what_is_typed_anywhere(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    await expect(ann.composer).to_be_focused()
    await ann.say("something to focus")
    await ann.line("something to focus").focus()
    await ann.page.keyboard.type("hello")
    await expect(ann.composer).to_be_focused()
    await expect(ann.composer).to_have_value("hello")
    await ann.page.get_by_role("button", name="More", exact=True).focus()
    await ann.page.keyboard.press("?")
    await expect(ann.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    await ann.page.keyboard.type("words")
    await expect(ann.composer).to_have_value("hello")


async def test_ux2_on_a_phone_the_keyboard_stays_down(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann", **PHONE)
    await expect(ann.composer).not_to_be_focused()


async def test_ux3_and_e9_drafts_stay_with_their_room_and_survive_a_reload(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    first = ann.code
    await ann.composer.fill("half a thought")
    await ann.page.get_by_role("link", name="Another room").click()
    await ann.page.get_by_role("button", name="Create a room").click()
    await ann.page.wait_for_url(re.compile(f"/r/(?!{first})"))
    await ann.arrived()
    await expect(ann.composer).to_have_value("")
    row = ann.page.get_by_role("navigation", name="Rooms").get_by_role("link", name=re.compile(first))
    await expect(row.get_by_title("Draft")).to_be_visible()
    await row.click()
    await expect(ann.page).to_have_url(f"{ann.url}/r/{first}")
    await expect(ann.composer).to_have_value("half a thought")
    await ann.page.reload()
    await ann.arrived()
    await expect(ann.composer).to_have_value("half a thought")
    await ann.composer.press("Enter")
    await ann.sees("half a thought")
    await ann.page.reload()
    await ann.arrived()
    await expect(ann.composer).to_have_value("")


async def test_e9_nobody_else_at_this_browser_finds_a_draft(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    await ann.create()
    code = ann.code
    await ann.composer.fill("what only Ann should read")
    await ann.home()
    await ann.page.get_by_role("link", name="Be somebody else").click()
    await expect(ann.page.get_by_label("Your name")).to_have_value("")
    await ann.page.get_by_label("Room code").fill(code)
    await ann.page.get_by_label("Your name").fill("Bob")
    await ann.page.get_by_role("button", name="Join").click()
    await ann.arrived()
    await expect(ann.composer).to_have_value("")
    await ann.say("by Bob")
    assert await ann.page.evaluate("JSON.stringify(localStorage).includes('only Ann')") is False


async def test_e1_a_draft_in_the_address_fills_the_composer_and_posts_nothing(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    bob = await visitors.come("Bob")
    text = 'hello all & "you" +1 %\nsecond'
    await bob.page.goto(f"{bob.url}/r/{ann.code}?draft={quote(text)}")
    await bob.page.get_by_label("Your name").fill("Bob")
    await bob.page.get_by_role("button", name="Join").click()
    await bob.arrived()
    await expect(bob.composer).to_have_value(text)
    await expect(bob.page).to_have_url(f"{bob.url}/r/{ann.code}")
    await bob.page.reload()
    await bob.arrived()
    await expect(bob.composer).to_have_value(text)
    await ann.sees("Bob has entered the room.")
    await expect(ann.log.get_by_role("article")).to_have_count(0)
    await bob.composer.press("Enter")
    await ann.sees("hello all")
    assert await ann.texts() == [text]
    await ann.page.goto(f"{ann.url}/r/{ann.code}?draft=hello%20all")
    await ann.arrived()
    await expect(ann.composer).to_have_value("hello all")
    assert await ann.texts() == [text]
