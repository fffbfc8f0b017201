"""One's own messages on their way: shown at once, delivered once and in order, whatever happens (ux 17 and 34)."""

import re
from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.e2e.page.chromium import Visitors
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.wire import Wire
from tests.people import Person

pytestmark = pytest.mark.anyio

PENDING, SENT, FAILED = (re.compile(rf"\b{status}\b") for status in ("pending", "sent", "failed"))
NO_CONNECTION = ["WebSocket", "ERR_FAILED"]


async def tapped(visitors: Visitors, name: str = "Ann") -> tuple[Visitor, Wire]:
    """Return somebody in a new room, and their wire."""
    visitor = await visitors.come(name)
    visitor.expected += NO_CONNECTION
    wire = await Wire.tap(visitor)
    await visitor.create()
    return visitor, wire


async def test_ux17_a_message_is_shown_at_once_and_confirmed_where_it_stands(visitors: Visitors) -> None:
    ann, wire = await tapped(visitors)
    wire.hold()
    await ann.type("one")
    await ann.type("two")
    await expect(ann.line("one")).to_have_class(PENDING)
    await expect(ann.line("one").get_by_text("On its way")).to_be_attached()
    faint = await ann.line("one").locator(".bubble").evaluate("bubble => getComputedStyle(bubble).opacity")
    assert float(faint) < 1
    await ann.line("one").evaluate("line => { line.same = true }")
    wire.release()
    await expect(ann.line("two")).to_have_class(SENT)
    await expect(ann.line("two").get_by_text("Delivered")).to_be_attached()
    assert await ann.line("one").evaluate("line => line.same === true"), "the line was drawn anew"
    assert await ann.texts() == ["one", "two"]


async def test_ux17_what_was_refused_offers_retry_and_delete(visitors: Visitors) -> None:
    ann, wire = await tapped(visitors)
    wire.refuse("send_message", message="You may not write here now.")
    await ann.type("again")
    await ann.type("never")
    for text in ("again", "never"):
        await expect(ann.line(text)).to_have_class(FAILED)
        await expect(ann.line(text)).to_contain_text("Not delivered. You may not write here now.")
    await expect(ann.page.get_by_role("status")).to_have_text(re.compile("Not delivered"))
    await ann.line("never").get_by_role("button", name="Delete").click()
    await expect(ann.line("never")).to_have_count(0)
    await ann.page.reload()
    await ann.arrived()
    await expect(ann.line("again")).to_have_class(FAILED)
    wire.allow("send_message")
    await ann.line("again").get_by_role("button", name="Retry").click()
    await expect(ann.line("again")).to_have_class(SENT)
    await ann.page.reload()
    await ann.arrived()
    await ann.sees("again")
    assert await ann.texts() == ["again"]


async def say_unanswered(ann: Visitor, wire: Wire, bob: Person, text: str) -> None:
    """Say something that reaches the room, and of which the page hears nothing."""
    wire.hold()
    await ann.type(text)
    await expect(ann.line(text)).to_have_class(PENDING)
    assert bob.events(ann.code, since=bob.messages(ann.code)["last_seq"] - 1, wait=20)["events"]


async def test_ux17_a_message_whose_reply_was_lost_is_not_said_twice(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    ann, wire = await tapped(visitors)
    bob = person("Bob")
    bob.join(ann.code)
    await say_unanswered(ann, wire, bob, "only once")
    await wire.cut()
    await expect(ann.line("only once")).to_have_class(SENT)
    assert wire.opened == 2
    await ann.say("after it")
    assert await ann.texts() == bob.texts(ann.code) == ["only once", "after it"]


async def test_ux17_a_message_whose_reply_was_lost_is_shown_once_after_a_reload(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    ann, wire = await tapped(visitors)
    bob = person("Bob")
    bob.join(ann.code)
    await ann.say("before it")
    await say_unanswered(ann, wire, bob, "only once")
    await wire.block()
    await ann.page.reload()
    await expect(ann.banner).to_be_visible()
    wire.unblock()
    await ann.banner.click()
    await ann.arrived()
    await expect(ann.line("only once")).to_have_class(SENT)
    await ann.say("after it")
    assert await ann.texts() == bob.texts(ann.code) == ["before it", "only once", "after it"]


async def test_ux34_what_is_written_without_a_connection_waits_over_a_reload_and_goes_in_order(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    ann, wire = await tapped(visitors)
    bob = person("Bob")
    bob.join(ann.code)
    await wire.block()
    for text in ("one", "two", "three"):
        await ann.type(text)
    await expect(ann.line("three")).to_have_class(PENDING)
    await expect(ann.banner).to_be_visible()
    await ann.composer.fill("still writing")
    await ann.page.reload()
    await expect(ann.composer).to_have_value("still writing")
    assert bob.texts(ann.code) == []
    await expect(ann.banner).to_be_visible()
    wire.unblock()
    await ann.banner.click()
    await ann.arrived()
    await expect(ann.line("three")).to_have_class(SENT)
    await expect(ann.banner).to_have_count(0)
    assert await ann.texts() == bob.texts(ann.code) == ["one", "two", "three"]
    await ann.page.reload()
    await ann.arrived()
    await ann.say("four")
    assert bob.texts(ann.code) == ["one", "two", "three", "four"]


async def test_ux34_two_tabs_deliver_each_message_once(visitors: Visitors, person: Callable[..., Person]) -> None:
    ann, wire = await tapped(visitors)
    bob = person("Bob")
    bob.join(ann.code)
    code = ann.code
    second = await ann.tab()
    other = await Wire.tap(second)
    await second.page.reload()
    await second.arrived()
    await wire.block()
    await other.block()
    await ann.type("from the first")
    await second.type("from the second")
    await expect(second.line("from the second")).to_have_class(PENDING)
    other.unblock()
    wire.unblock()
    for tab in (ann, second):
        await expect(tab.line("from the first")).to_have_class(SENT)
        await expect(tab.line("from the second")).to_have_class(SENT)
    await ann.say("the end")
    await second.sees("the end")
    assert sorted(bob.texts(code)) == ["from the first", "from the second", "the end"]
    assert await ann.texts() == await second.texts() == bob.texts(code)


async def test_ux34_a_message_that_waited_goes_to_the_room_it_was_written_in(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    ann, wire = await tapped(visitors)
    bob = person("Bob")
    bob.join(ann.code)
    here, there = ann.code, bob.create_room(title="There")
    await ann.page.goto(f"{ann.url}/r/{there}")
    await ann.arrived()
    await ann.page.goto(f"{ann.url}/r/{here}")
    await ann.arrived()
    rooms = ann.page.get_by_role("navigation", name="Rooms")
    await expect(rooms.get_by_role("link", name="There")).to_be_visible()
    await wire.block()
    await ann.type("for here")
    await expect(ann.line("for here")).to_have_class(PENDING)
    await rooms.get_by_role("link", name="There").click()
    await expect(ann.page).to_have_url(f"{ann.url}/r/{there}")
    await ann.type("for there")
    await expect(ann.line("for there")).to_have_class(PENDING)
    wire.unblock()
    await expect(ann.line("for there")).to_have_class(SENT)
    await rooms.get_by_role("link", name=re.compile(here)).click()
    await expect(ann.line("for here")).to_have_class(SENT)
    assert (bob.texts(here), bob.texts(there)) == (["for here"], ["for there"])
