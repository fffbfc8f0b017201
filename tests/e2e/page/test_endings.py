"""When there is no room to show: deleted, full, name taken, left (rows A13, A19, B12)."""

import re
from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.e2e.page.chromium import Visitors
from tests.e2e.page.wire import Wire
from tests.people import Person

pytestmark = pytest.mark.anyio

REFUSED = "the server responded with a status of 409"


async def test_a19_a_deleted_room_shows_its_page_to_who_is_in_it(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    owner, bob = person("Owner"), await visitors.come("Bob")
    code = owner.create_room()
    await bob.join(code)
    await bob.composer.fill("too late")
    owner.ask("DELETE", f"/rooms/{code}")
    await expect(bob.page.get_by_role("heading", name="This room was deleted")).to_be_focused()
    await expect(bob.composer).to_have_count(0)
    await bob.page.get_by_role("link", name="Go home").click()
    await expect(bob.page.get_by_role("link", name=f"Room {' '.join(code)}")).to_have_count(0)
    bob.expected.append("404")
    await bob.page.get_by_label("Room code").fill(code)
    await bob.page.get_by_role("button", name="Join").click()
    await expect(bob.page.get_by_text(f"There is no room {code}.")).to_be_visible()


async def test_b10_a_full_room_says_so_at_home_and_by_its_link(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    owner, bob = person("Owner"), await visitors.come("Bob")
    bob.expected.append(REFUSED)
    code = owner.create_room(capacity=1)
    owner.join(code)
    await bob.home()
    await bob.page.get_by_label("Room code").fill(code)
    await bob.page.get_by_label("Your name").fill("Bob")
    await bob.page.get_by_role("button", name="Join").click()
    await expect(bob.page.get_by_text(re.compile("full"))).to_be_visible()
    await bob.page.goto(f"{bob.url}/r/{code}")
    await expect(bob.page.get_by_role("heading", name="This room is full")).to_be_visible()
    owner.leave(code)
    await bob.page.get_by_role("link", name="Try again").click()
    await bob.arrived()
    await bob.say("a seat is free")


async def test_c20_whose_name_is_taken_comes_in_under_another(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    other = await visitors.come("ann")
    other.expected.append(REFUSED)
    await other.home()
    await other.page.get_by_label("Room code").fill(ann.code)
    await other.page.get_by_label("Your name").fill("ANN")
    await other.page.get_by_role("button", name="Join").click()
    await expect(other.page.get_by_label("Your name")).to_have_attribute("aria-invalid", "true")
    await expect(other.page.get_by_text("How about")).to_be_visible()
    await other.create()
    await other.page.goto(f"{other.url}/r/{ann.code}")
    await expect(other.page.get_by_role("heading", name="Somebody here has your name")).to_be_visible()
    await other.page.get_by_label("Your name").fill("Ann")
    await other.page.get_by_role("button", name="Come in").click()
    await expect(other.page.get_by_role("alert")).to_be_visible()
    await other.page.get_by_label("Your name").fill("Anna")
    await other.page.get_by_role("button", name="Come in").click()
    await other.arrived()
    await other.say("I am another")
    await ann.sees("Anna has entered the room.")
    await ann.sees("I am another")


async def test_b12_who_leaves_is_home_and_the_others_are_told(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    await bob.say("remember me")
    code = bob.code
    await bob.pick("Leave the room")
    await bob.page.get_by_role("dialog").get_by_role("button", name="Stay").click()
    await bob.pick("Leave the room")
    await bob.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await expect(bob.page).to_have_url(f"{bob.url}/")
    await expect(bob.page.get_by_role("link", name="Continue as")).to_have_count(0)
    await ann.sees("Bob has left the room.")
    await bob.join(code)
    assert await bob.texts() == ["remember me"]


async def test_b12_who_leaves_in_one_tab_has_left_in_the_other(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    other = await bob.tab()
    await bob.pick("Leave the room")
    await bob.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await expect(bob.page).to_have_url(f"{bob.url}/")
    await expect(other.page.get_by_role("heading", name="You have left this room")).to_be_visible()
    await ann.sees("Bob has left the room.")
    await expect(ann.log.get_by_text("Bob has entered")).to_have_count(1)
    await other.page.get_by_role("link", name="Come back").click()
    await other.arrived()


@pytest.mark.parametrize("private", [False, True], ids=["open", "private"])
async def test_b12_who_leaves_in_one_tab_has_left_in_another_that_had_no_connection(
    visitors: Visitors, person: Callable[..., Person], private: bool
) -> None:
    code = person("Owner").create_room(private=private)
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    bob.expected += ["WebSocket", "ERR_FAILED"]
    wire = await Wire.tap(bob)
    await ann.join(code)
    await bob.join(code)
    other = await bob.tab()
    await wire.block()
    await other.pick("Leave the room")
    await other.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await ann.sees("Bob has left the room.")
    wire.unblock()
    await expect(bob.page.get_by_role("heading", name="You have left this room")).to_be_visible()
    await expect(bob.page.get_by_text("or it is gone")).to_have_count(1 if private else 0)
    await expect(ann.log.get_by_text("Bob has entered")).to_have_count(1)
    await bob.page.get_by_role("link", name="Come back").click()
    await bob.arrived()


async def test_b12_who_can_not_leave_is_told_why(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    wire = await Wire.tap(ann)
    await ann.create()
    wire.refuse("leave_room", "slow_down", "That was a little fast.")
    await ann.pick("Leave the room")
    await ann.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await expect(ann.page.get_by_role("alert")).to_have_text("That was a little fast.")
    wire.allow("leave_room")
    await ann.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    await expect(ann.page).to_have_url(f"{ann.url}/")


async def test_a_new_name_is_told_and_stays(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    await bob.say("as Bob")
    await bob.pick("Change your name")
    field = bob.page.get_by_role("textbox", name="Your name")
    await field.fill("ann")
    await bob.page.get_by_role("button", name="Save").click()
    await expect(bob.page.get_by_role("alert")).to_be_visible()
    await field.fill("Rob")
    await bob.page.get_by_role("button", name="Save").click()
    await expect(bob.page.get_by_role("dialog")).to_have_count(0)
    await ann.sees("Bob is now called Rob.")
    await expect(ann.log.locator(".name")).to_have_text(["Rob"])
    await expect(ann.people.get_by_text("Rob")).to_be_visible()
    await bob.page.reload()
    await bob.arrived()
    await expect(bob.page.get_by_role("button", name="Rob you")).to_be_visible()
