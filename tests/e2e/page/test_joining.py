"""Coming in: the home page's form, its errors, and what it remembers (rows A1 to A14, E6, E7)."""

import pytest
from playwright.async_api import expect

from tests.e2e.page.chromium import PHONE, Visitors

pytestmark = pytest.mark.anyio


async def test_a2_home_has_its_four_controls_and_works_by_keyboard_alone(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    await ann.home()
    await expect(ann.page.get_by_label("Room code")).to_be_focused()
    await ann.page.keyboard.press("Tab")
    await ann.page.keyboard.type("Ann")
    await expect(ann.page.get_by_label("Your name")).to_have_value("Ann")
    await ann.page.keyboard.press("Tab")
    await expect(ann.page.get_by_role("button", name="Join")).to_be_focused()
    await ann.page.keyboard.press("Tab")
    await expect(ann.page.get_by_role("button", name="Create a room")).to_be_focused()
    await ann.page.keyboard.press("Enter")
    await ann.arrived()
    await ann.page.keyboard.type("no mouse")
    await ann.page.keyboard.press("Enter")
    await ann.sees("no mouse")


async def test_a6_to_a8_what_is_wrong_is_said_and_what_was_typed_stays(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    ann.expected += ["400", "404", "422"]  # browsers write each such answer to the console
    await ann.home()
    code, name = ann.page.get_by_label("Room code"), ann.page.get_by_label("Your name")
    join = ann.page.get_by_role("button", name="Join")
    await code.fill("zzzz")
    await join.click()
    await expect(ann.page.get_by_text("Please enter a name.")).to_be_visible()
    await expect(code).to_have_value("ZZZZ")
    await expect(name).to_be_focused()
    await code.fill("")
    await name.fill("Ann")
    await join.click()
    await expect(ann.page.get_by_text("Please enter a room code.")).to_be_visible()
    await expect(name).to_have_value("Ann")
    await code.fill("ZZZZ")
    await join.click()
    await expect(ann.page.get_by_text("There is no room ZZZZ.")).to_be_visible()
    await expect(code).to_have_value("ZZZZ")
    await expect(name).to_have_value("Ann")


async def test_a9_the_enter_key_joins_and_never_creates(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    ann.expected.append("400")
    await ann.home()
    await ann.page.get_by_label("Your name").fill("Ann")
    await ann.page.get_by_label("Your name").press("Enter")
    await expect(ann.page.get_by_text("Please enter a room code.")).to_be_visible()


async def test_a10_a13_and_e7_home_and_room_know_who_comes_back_and_who_does_not(visitors: Visitors) -> None:
    ann, stranger = await visitors.come("Ann"), await visitors.come("Bob")
    await ann.create()
    code = ann.code
    await ann.page.close()
    back = await ann.tab()
    await back.home()
    await back.page.get_by_role("link", name="Continue as Ann").click()
    await back.arrived()
    assert back.code == code
    await back.page.goto(f"{back.url}/room")
    await back.arrived()
    assert back.code == code
    await stranger.page.goto(f"{stranger.url}/room")
    await expect(stranger.page).to_have_url(f"{stranger.url}/")
    await expect(stranger.page.get_by_label("Your name")).to_have_value("")
    await back.home()
    await back.page.get_by_role("link", name="Be somebody else").click()
    await expect(back.page.get_by_label("Your name")).to_have_value("")
    await expect(back.page.get_by_role("link", name="Continue as")).to_have_count(0)


async def test_a11_a12_and_a14_a_refresh_keeps_the_room_and_back_does_not_post_again(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    await ann.create()
    code = ann.code
    await expect(ann.page.get_by_role("button", name=f"Room code {' '.join(code)}")).to_be_visible()
    await ann.page.reload()
    await ann.arrived()
    assert ann.code == code
    await expect(ann.page.get_by_role("button", name="Ann you")).to_be_visible()
    await ann.page.go_back()
    await expect(ann.page.get_by_role("button", name="Join")).to_be_visible()
    await ann.page.go_forward()
    await ann.arrived()
    assert ann.code == code, "Back and forward made another room"


async def test_a14_the_code_is_copied_by_a_click(visitors: Visitors) -> None:
    ann = await visitors.come("Ann", permissions=["clipboard-read", "clipboard-write"])
    await ann.create()
    await ann.page.get_by_role("button", name="Room code").click()
    await expect(ann.page.get_by_role("status")).to_have_text("Link copied.")
    assert await ann.page.evaluate("navigator.clipboard.readText()") == f"{ann.url}/r/{ann.code}"


@pytest.mark.parametrize("size", ["phone", "desktop"])
async def test_ux42_a_guest_with_a_link_is_asked_for_a_name_and_is_in(visitors: Visitors, size: str) -> None:
    (ann,) = await visitors.in_room("Ann")
    bob = await visitors.come("Bob", **(PHONE if size == "phone" else {}))
    await bob.page.goto(f"{bob.url}/{ann.code}")
    await bob.page.get_by_label("Your name").fill("Bob")
    await bob.page.get_by_label("Your name").press("Enter")
    await bob.arrived()
    assert bob.code == ann.code
    await ann.counts(2)


async def test_a8_a_room_that_is_not_there_has_a_page_that_leads_on(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    await ann.create()
    await ann.page.goto(f"{ann.url}/r/ZZZZ")
    await expect(ann.page.get_by_role("heading", name="No room has this code")).to_be_visible()
    await ann.page.get_by_role("link", name="Enter another code").click()
    await expect(ann.page.get_by_label("Room code")).to_be_visible()
