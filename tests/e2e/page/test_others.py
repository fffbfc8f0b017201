"""Of the others and other rooms: typing, who is here, what is new where (ux 25, 29, 30, 32)."""

import re
from collections.abc import Callable

import anyio
import pytest
from playwright.async_api import expect

from tests.e2e.page.chromium import PHONE, Visitors
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.wire import Wire
from tests.people import Person

pytestmark = pytest.mark.anyio


async def test_ux25_who_is_typing_is_told_seldom_and_forgotten(visitors: Visitors) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    at_ann, at_bob = await Wire.tap(ann), await Wire.tap(bob)
    await ann.create()
    await bob.join(ann.code)
    typing = ann.page.locator(".typing")
    await bob.composer.press_sequentially("a sentence of thirty letters..")
    await expect(typing).to_have_text("Bob is typing…")
    assert at_bob.asked.count("typing") <= 2
    await bob.composer.press("Enter")
    await ann.sees("a sentence")
    await expect(typing).to_have_text("")
    for number, name in enumerate(["Ada", "Ben", "Cy", "Dee", "Ed"], 1):
        at_ann.tell("typing", code=ann.code, user={"id": f"user{number}", "name": name})
    await expect(typing).to_have_text("Ada, Ben, Cy and 2 more are typing…")
    await expect(typing).to_have_text("")  # after six seconds
    await expect(ann.page.get_by_role("status")).not_to_contain_text("typing")


async def test_ux30_everybody_here_is_listed_with_their_role(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    cyd = await visitors.come("Cyd", **PHONE)
    await cyd.join(ann.code)
    await bob.counts(3)
    people = bob.people.get_by_role("listitem")
    await expect(people).to_have_text([re.compile("Bob.*you"), re.compile("Ann.*owner"), re.compile("Cyd")])
    await cyd.page.get_by_role("button", name="3 people here. Show who").click()
    panel = cyd.page.get_by_role("dialog", name="People here")
    await expect(panel.get_by_role("listitem")).to_have_count(3)
    await panel.get_by_role("button", name="Close").click()
    await expect(panel).to_have_count(0)


async def two_rooms(visitors: Visitors, bob: Person) -> tuple[Visitor, str, str]:
    """Return somebody who is in two rooms of Bob's, and has the first one open."""
    first, second = bob.create_room(title="First"), bob.create_room(title="Second")
    ann = await visitors.come("Ann")
    await ann.join(second)
    await ann.page.goto(f"{ann.url}/r/{first}")
    await ann.arrived()
    await expect(ann.page.get_by_role("navigation", name="Rooms").get_by_role("link", name="Second")).to_be_visible()
    return ann, first, second


async def test_ux29_keys_lead_from_room_to_room(visitors: Visitors, person: Callable[..., Person]) -> None:
    bob = person("Bob")
    ann, first, second = await two_rooms(visitors, bob)
    await ann.composer.press("Alt+ArrowDown")
    await expect(ann.page).to_have_url(f"{ann.url}/r/{second}")
    await expect(ann.composer).to_be_focused()
    await ann.say("said in the second")
    await ann.composer.press("Alt+ArrowUp")
    await expect(ann.page).to_have_url(f"{ann.url}/r/{first}")
    await expect(ann.composer).to_have_attribute("placeholder", "Write to First")
    assert await ann.texts() == []
    await ann.composer.press("Alt+Shift+ArrowDown")
    await expect(ann.page).to_have_url(f"{ann.url}/r/{first}")
    bob.send(second, "news")
    await expect(ann.page.get_by_role("link", name=re.compile("Second.*1 new"))).to_be_visible()
    await ann.composer.press("Alt+Shift+ArrowDown")
    await expect(ann.page).to_have_url(f"{ann.url}/r/{second}")
    await ann.sees("news")
    await ann.page.go_back()
    await expect(ann.page).to_have_url(f"{ann.url}/r/{first}")
    await expect(ann.page.get_by_role("heading", name="First")).to_be_visible()
    await ann.composer.blur()
    await ann.page.keyboard.press("?")
    await expect(ann.page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text("Unread room above, below")
    await ann.page.goto(f"{ann.url}/room")
    await expect(ann.page).to_have_url(f"{ann.url}/r/{first}")


async def test_who_is_logged_out_goes_back_to_a_room_that_asks_for_a_name(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    ann, first, _ = await two_rooms(visitors, person("Bob"))
    ann.expected.append("401")
    wire = await Wire.tap(ann)
    await ann.page.goto(f"{ann.url}/r/{first}")
    await ann.arrived()
    await ann.page.get_by_role("link", name="Second").click()
    await expect(ann.composer).to_have_attribute("placeholder", "Write to Second")
    await ann.page.context.clear_cookies()
    await wire.cut()
    await expect(ann.page.get_by_role("heading", name="You are logged out")).to_be_visible()
    await ann.page.go_back()
    await expect(ann.page).to_have_url(f"{ann.url}/r/{first}")
    await expect(ann.page.get_by_label("Your name")).to_be_visible()


AWAY = "() => { document.hasFocus = () => false; dispatchEvent(new Event('blur')) }"
BACK = "() => { delete document.hasFocus; dispatchEvent(new Event('focus')) }"


async def read_by(ann: Visitor, code: str) -> int:
    """Return how far the server knows that somebody has read."""
    rooms = (await (await ann.page.context.request.get(f"{ann.url}/api/v1/rooms")).json())["rooms"]
    return int(next(room["read_number"] for room in rooms if room["code"] == code))


@pytest.mark.parametrize("how", ["left", "closed"])
async def test_ux32_what_was_read_last_is_known_when_the_page_has_gone(
    visitors: Visitors, person: Callable[..., Person], how: str
) -> None:
    bob = person("Bob")
    ann, first, _ = await two_rooms(visitors, bob)
    for number in range(3):  # the first is told at once, the others two seconds later
        bob.send(first, f"seen {number}")
    await ann.sees("seen 2")
    await expect(ann.page).to_have_title(f"First – {first}")
    if how == "left":
        await ann.page.goto("about:blank")
    else:
        other = await ann.page.context.new_page()
        await ann.page.close()
        ann.page = other
    with anyio.fail_after(10):
        while await read_by(ann, first) != 3:
            pass


async def test_ux32_the_tab_tells_what_is_new_and_read_is_only_what_was_looked_at(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    bob = person("Bob")
    ann, first, second = await two_rooms(visitors, bob)
    icon = ann.page.locator("link[rel=icon]")
    await ann.page.evaluate(AWAY)
    for number in range(3):
        bob.send(first, f"unseen {number}")
    await expect(ann.page).to_have_title(f"(3) First – {first}")
    await expect(icon).to_have_attribute("href", "/favicon-unread.svg")
    assert (await ann.page.context.request.get(f"{ann.url}/favicon-unread.svg")).ok
    assert await read_by(ann, first) == 0
    await ann.page.evaluate(BACK)
    await expect(ann.page).to_have_title(f"First – {first}")
    await expect(icon).to_have_attribute("href", "/favicon.svg")
    bob.send(second, "elsewhere")
    await expect(ann.page).to_have_title(f"(1) First – {first}")
    await ann.page.get_by_role("link", name=re.compile("Second")).click()
    await expect(ann.page).to_have_title(f"Second – {second}")
    assert await read_by(ann, first) == 3
    await ann.page.reload()
    await ann.arrived()
    await expect(ann.page).to_have_title(f"Second – {second}")
