"""Trouble of all kinds: bad input, browsers that keep nothing, wrong clocks, networks without WebSocket, errors."""

import json
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.e2e.page.chromium import PHONE, Visitors
from tests.e2e.page.visitor import Visitor
from tests.e2e.test_bad_input import BAD_NAMES, BAD_TEXTS
from tests.server_process import ServerProcess
from tests.waiting import eventually

pytestmark = pytest.mark.anyio

FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };"
BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
CLOCK = """
{
  const Real = Date, off = %d;
  window.Date = class extends Real {
    constructor(...given) { if (given.length) super(...given); else super(Real.now() + off); }
    static now() { return Real.now() + off; }
  };
}
"""
NO_SOCKETS = {
    "missing": "delete window.WebSocket;",
    "throws": "window.WebSocket = class { constructor() { throw new DOMException('no', 'SecurityError'); } };",
    "fails": "window.WebSocket = class { constructor() { setTimeout(() => this.onerror({})); } close() {} };",
    "silent": "window.WebSocket = class { constructor() { setTimeout(() => this.onopen?.()); } send() {} close() {} };",
}


# What people type


async def test_a_bad_name_is_answered_under_its_field_and_stays_there(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    ann.expected.append("the server responded with a status of 4")
    await ann.home()
    for name in BAD_NAMES:
        await ann.page.get_by_label("Room code").fill("ABCD")
        await ann.page.get_by_label("Your name").fill(name)
        await ann.page.get_by_role("button", name="Join").click()
        await ann.page.wait_for_load_state()
        field = ann.page.get_by_label("Your name")
        await expect(field).to_have_attribute("aria-invalid", "true")
        assert await field.evaluate(
            "(field) => document.getElementById(field.getAttribute('aria-describedby')).textContent"
        )
        await expect(ann.page.get_by_label("Room code")).to_have_value("ABCD")
        if name.strip() and "\0" not in name:
            await expect(field).to_have_value(name)


async def test_a_bad_new_name_is_answered_under_its_field_and_the_old_one_stays(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    await ann.page.get_by_title("Change your name").click()
    dialog = ann.page.get_by_role("dialog", name="Change your name")
    for name in BAD_NAMES:
        await dialog.get_by_role("textbox").fill(name)
        await dialog.get_by_role("button", name="Save").click()
        field = dialog.get_by_role("textbox")
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(dialog.locator(".field-error, [role=alert]")).not_to_be_empty()
        assert await field.input_value() == name.replace("\n", "")
    await dialog.get_by_role("textbox").fill("Ann B.")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await ann.say("Hello")
    await expect(ann.page.get_by_role("complementary", name="People here")).to_contain_text("Ann B.")


async def test_a_bad_text_goes_nowhere_and_none_of_it_is_lost(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    for text in BAD_TEXTS:
        await ann.composer.fill(text)
        await ann.composer.press("Enter")
        if not text.strip():
            await expect(ann.log.get_by_role("article")).to_have_count(0)
        elif len(text) > 10_000:
            await expect(ann.composer).to_have_value(text)
            await expect(ann.composer).to_have_attribute("aria-invalid", "true")
            await expect(ann.page.locator(".composer").get_by_text("1 character too long")).to_be_visible()
        else:
            failed = ann.log.get_by_role("article").filter(has_text="Not delivered.")
            await expect(failed).to_contain_text("NUL")
            await failed.get_by_role("button", name="Delete").click()
            await expect(failed).to_have_count(0)
    await ann.say("Hello")
    assert await ann.texts() == ["Hello"]


async def test_ten_thousand_characters_arrive_and_one_more_waits_to_be_shortened(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    text = "é" * 9_999
    await ann.composer.fill(text + "xy")
    await ann.composer.press("Enter")
    await expect(ann.page.locator(".composer").get_by_text("too long")).to_be_visible()
    await expect(ann.log.get_by_role("article")).to_have_count(0)
    await ann.composer.press("Backspace")
    await ann.composer.press("Enter")
    await bob.sees(text + "x")
    assert await bob.texts() == [text + "x"]
    await expect(ann.composer).to_have_value("")


# Browsers


@pytest.mark.parametrize("script", [FULL, BLOCKED], ids=["full", "blocked"])
async def test_a_browser_that_keeps_nothing_can_do_everything_but_remember(visitors: Visitors, script: str) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    await ann.page.context.add_init_script(script)
    await bob.create()
    await ann.join(bob.code)
    await ann.say("Nothing is kept here.")
    await bob.sees("Nothing is kept here.")
    await ann.page.context.set_offline(True)
    await expect(ann.page.get_by_role("main").get_by_text("Reconnecting")).to_be_visible()
    await ann.composer.fill("Said while away.")
    await ann.composer.press("Enter")
    await ann.page.context.set_offline(False)
    await bob.sees("Said while away.")
    await ann.composer.fill("half a")
    await ann.page.get_by_role("button", name="More").click()
    await ann.page.get_by_role("menuitemcheckbox", name="Enter sends").click()
    await ann.page.keyboard.press("Escape")
    await expect(ann.composer).to_have_value("half a")
    await ann.page.reload()
    await ann.arrived()
    assert await ann.texts() == await bob.texts() == ["Nothing is kept here.", "Said while away."]
    ann.expected.append("ERR_INTERNET_DISCONNECTED")


async def test_two_tabs_of_one_person_are_one_person_and_say_everything_once(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    again = Visitor("Ann", ann.url, await ann.page.context.new_page())
    await again.page.goto(ann.page.url)
    await again.arrived()
    await ann.say("From the first tab.")
    await again.say("From the second.")
    for tab in (ann, again, bob):
        await tab.sees("From the second.")
        assert await tab.texts() == ["From the first tab.", "From the second."]
        assert await tab.log.locator(".group").count() == 1
        await expect(tab.page.get_by_role("complementary", name="People here").get_by_role("listitem")).to_have_count(2)
    await again.page.close()
    await ann.say("Still here.")
    await bob.sees("Still here.")
    await expect(bob.page.get_by_text("Ann has left")).to_have_count(0)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_clock_that_is_an_hour_off_changes_neither_order_nor_groups(visitors: Visitors, hours: int) -> None:
    ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
    await ann.page.context.add_init_script(CLOCK % (hours * 3_600_000))
    await ann.create()
    await bob.join(ann.code)
    await ann.sees("Bob has entered the room.")
    for number in range(3):
        await ann.say(f"Ann's {number}")
        await ann.say(f"Ann's {number}, more")
        await bob.sees(f"Ann's {number}, more")
        await bob.say(f"Bob's {number}")
        await ann.sees(f"Bob's {number}")
    assert await ann.texts() == await bob.texts()
    for each in (ann, bob):
        groups = await each.log.locator(".group").evaluate_all(
            "(all) => all.map((one) => one.querySelectorAll('.line').length)"
        )
        assert groups == [2, 1, 2, 1, 2, 1]
        assert await each.log.locator("time").first.get_attribute("datetime") == await times(bob)
    await ann.page.reload()
    await ann.sees("Bob's 2")
    assert await ann.texts() == await bob.texts()


async def times(visitor: Visitor) -> str | None:
    return await visitor.log.locator("time").first.get_attribute("datetime")


# Networks


@pytest.mark.parametrize("how", NO_SOCKETS)
async def test_without_websocket_it_goes_on_over_long_polling_within_seconds(visitors: Visitors, how: str) -> None:
    ann, bob = await visitors.come("Ann", **PHONE), await visitors.come("Bob")
    await ann.page.context.add_init_script(NO_SOCKETS[how])
    polls: list[str] = []
    ann.page.on("request", lambda request: polls.append(request.url) if "transport=polling" in request.url else None)
    await bob.create()
    await ann.join(bob.code)
    await ann.say("No WebSocket here.")
    await bob.sees("No WebSocket here.")
    await bob.say("But it works.")
    await ann.sees("But it works.")
    assert polls


# Errors


@pytest.fixture
async def alone(browser: Browser, start: Callable[..., ServerProcess]) -> AsyncIterator[tuple[Visitor, ServerProcess]]:
    """Ann in a room of a server with a log of its own."""
    server = start(throttle="off")
    async with Visitors(browser, server.url) as visitors:
        ann = await visitors.come("Ann")
        await ann.create()
        yield ann, server


async def test_an_error_and_a_rejection_are_told_to_the_log_once_each(alone: tuple[Visitor, ServerProcess]) -> None:
    ann, server = alone
    ann.expected += ["made up", "given up"]
    for _ in range(5):
        await ann.page.evaluate("setTimeout(() => { throw new TypeError('made up') })")
        await ann.page.evaluate("void Promise.reject(new RangeError('given up'))")
    eventually(lambda: len(reports(server)) == 2)
    await ann.say("The page goes on.")
    assert sorted(report["message"] for report in reports(server)) == ["RangeError: given up", "TypeError: made up"]


async def test_a_flood_of_errors_is_ten_lines_of_the_log_at_most(alone: tuple[Visitor, ServerProcess]) -> None:
    ann, server = alone
    ann.expected += ["number", "429"]
    await ann.page.evaluate(
        "for (let i = 0; i < 200; i++) setTimeout(() => { throw new Error(`number ${i} ${'x'.repeat(5000)}`) })"
    )
    await ann.say("The page goes on.")
    eventually(lambda: len(reports(server)) >= 5)
    assert len(reports(server)) <= 10
    assert max(len(report["message"]) for report in reports(server)) <= 300


def reports(server: ServerProcess) -> list[dict[str, Any]]:
    """Return the lines of the log that are about pages."""
    lines = [line for line in server.log.splitlines() if "page_failed" in line]
    return [json.loads(line) if line.startswith("{") else {"message": message_in(line)} for line in lines]


def message_in(line: str) -> str:
    found = re.search(r"message=(?:'([^']*)'|\"([^\"]*)\"|(\S+))", line)
    assert found, line
    return next(group for group in found.groups() if group is not None)
