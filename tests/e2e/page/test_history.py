"""A room with a hundred thousand messages: quick to open, easy to walk, never all in memory (row C9, ux 14)."""

from collections.abc import Iterator
from time import monotonic

import pytest
from playwright.async_api import Browser, expect

from hubbub.bench.filling import fill, make_room, run
from hubbub.core.user import User
from tests.e2e.page.chromium import Visitors
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.wire import Wire
from tests.server_process import ServerProcess, running

pytestmark = pytest.mark.anyio

COUNT = 100_000

ANCHOR = """box => {
  const edge = box.getBoundingClientRect().top;
  const line = [...box.querySelectorAll("[data-line]")].find(line => line.getBoundingClientRect().bottom > edge);
  return [line.dataset.line, Math.round(line.getBoundingClientRect().top)];
}"""
"""The line on top of the window, and where it stands."""

WHERE = "(box, key) => Math.round(box.querySelector(`[data-line='${key}']`).getBoundingClientRect().top)"


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with a room FULL of messages."""
    data = tmp_path_factory.mktemp("crowded") / "data"
    data.mkdir()
    author = User("aaaaaaaaaaaaaaaa", "Ada")
    run(make_room(data / "hubbub.db", author, "FULL"))
    run(fill(data / "hubbub.db", author, "FULL", COUNT, 2_000))
    with running(data, throttle="off") as server:
        yield server


async def test_c9_and_ux14_a_hundred_thousand_messages_are_walked_page_by_page(
    browser: Browser, crowded: ServerProcess
) -> None:
    async with Visitors(browser, crowded.url) as visitors:
        ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
        began = monotonic()
        await ann.join("FULL")
        assert monotonic() - began < 10
        await ann.at_end()
        await bob.join("FULL")
        nodes = await count(ann)
        began = monotonic()
        await bob.say("as quick as ever")
        await ann.sees("as quick as ever")
        assert monotonic() - began < 5
        await ann.at_end()
        for _ in range(3):
            await older_page(ann)
        assert await count(ann) > nodes
        await bob.say("not followed")
        await expect(ann.pill).to_contain_text("1 new")
        for _ in range(42):
            if not await more_above(ann):
                break
        lines = await ann.log.get_by_role("article").count()
        assert 1_500 < lines <= 2_000, "need a reader who went far up for this test to mean anything"
        await ann.pill.click()
        await ann.sees("not followed")
        await ann.at_end()
        assert await count(ann) < 2 * nodes
        assert await ann.log.get_by_role("article").count() < 400


async def test_ux24_a_link_to_a_message_leads_there_and_marks_it(browser: Browser, crowded: ServerProcess) -> None:
    async with Visitors(browser, crowded.url) as visitors:
        dan = await visitors.come("Dan")
        await dan.page.goto(f"{dan.url}/r/FULL#m50000")
        await dan.page.get_by_label("Your name").fill("Dan")
        await dan.page.get_by_role("button", name="Join").click()
        await dan.arrived()
        marked = dan.log.locator("[data-marked]")
        await expect(marked).to_have_attribute("data-line", "seq:50000")
        await expect(marked).to_be_in_viewport(ratio=1)
        assert await marked.locator(".bubble").evaluate("bubble => getComputedStyle(bubble).boxShadow") != "none"
        await expect(dan.pill).to_be_visible()
        await expect(dan.log).to_have_attribute("aria-live", "off")
        await expect(marked.locator("a.when")).to_have_attribute("href", "#m50000")
        await dan.page.evaluate("location.hash = '#m50001'")
        await expect(marked).to_have_attribute("data-line", "seq:50001")
        await dan.page.evaluate("location.hash = '#m999999'")
        await expect(dan.page.get_by_role("status")).to_have_text("The message in this link isn't here.")
        await expect(marked).to_have_count(0)
        await dan.pill.click()
        await dan.at_end()
        await expect(dan.log.locator("article[tabindex='0']")).to_have_count(1)
        await dan.say("at the end")
        await dan.page.goto(f"{dan.url}/r/FULL")
        await dan.arrived()
        await dan.at_end()


async def test_ux14_older_messages_come_to_who_reached_the_top_without_a_connection(
    browser: Browser, crowded: ServerProcess
) -> None:
    async with Visitors(browser, crowded.url) as visitors:
        eve = await visitors.come("Eve")
        eve.expected += ["WebSocket", "ERR_FAILED"]
        wire = await Wire.tap(eve)
        await eve.join("FULL")
        await eve.at_end()
        first = await eve.log.get_by_role("article").first.get_attribute("data-line")
        await wire.block()
        await eve.box.evaluate("box => { box.scrollTop = 0 }")
        await expect(eve.banner).to_be_visible()
        assert await eve.log.get_by_role("article").first.get_attribute("data-line") == first
        wire.unblock()
        await eve.until(f"box.querySelector('[data-line]').dataset.line !== '{first}'")


async def count(visitor: Visitor) -> int:
    found = await visitor.page.evaluate("document.querySelectorAll('*').length")
    assert isinstance(found, int)
    return found


async def older_page(visitor: Visitor) -> None:
    """Scroll until a page comes in above; what is being read must not move."""
    first = await visitor.log.get_by_role("article").first.get_attribute("data-line")
    key, top = await visitor.box.evaluate(f"box => {{ box.scrollTop = 300; return ({ANCHOR})(box) }}")
    await visitor.until(f"box.querySelector('[data-line]').dataset.line !== '{first}'")
    await expect(visitor.log).to_have_attribute("aria-busy", "false")
    moved = await visitor.box.evaluate(WHERE, key) - top
    assert abs(moved) <= 2, f"what was read has moved by {moved}"


async def more_above(visitor: Visitor) -> bool:
    """Go up a page, quickly; tell whether the window can still grow."""
    before = await visitor.log.get_by_role("article").count()
    first = await visitor.log.get_by_role("article").first.get_attribute("data-line")
    await visitor.box.evaluate("box => { box.scrollTop = 0 }")
    await visitor.until(f"box.querySelector('[data-line]').dataset.line !== '{first}'")
    return await visitor.log.get_by_role("article").count() > before
