"""The timeline: where it opens, when it follows, how it groups (ux 11 to 13, 15, 16, 27, 36, 41)."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from hubbub.bench.filling import make_room, run
from hubbub.core.user import User
from hubbub.store.base import NewMessage
from hubbub.store.sqlite import SqliteStore
from tests.e2e.page.chromium import Visitors
from tests.e2e.page.wire import Wire
from tests.people import Person
from tests.server_process import ServerProcess, running

pytestmark = pytest.mark.anyio

LONG = "\n".join(f"row {number}" for number in range(12))


async def test_ux11_it_opens_at_the_first_unread_else_at_the_end(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    (ann,) = await visitors.in_room("Ann")
    code, bob = ann.code, person("Bob")
    bob.join(code)
    await ann.home()
    bob.send(code, f"the first unread\n{LONG}")
    for number in range(11):
        bob.send(code, f"message {number}\n{LONG}")
    await ann.page.get_by_role("link", name="Continue as").click()
    await ann.arrived()
    await expect(ann.log.locator("[data-new]")).to_have_text(re.compile(r"12 new\s*messages below"))
    await expect(ann.log.locator("[data-new]")).to_be_in_viewport()
    await expect(ann.line("the first unread")).to_be_in_viewport()
    await expect(ann.pill).to_have_accessible_name("Jump to latest · 12 new")
    await expect(ann.page).to_have_title(re.compile(r"^\(12\) "))
    await ann.pill.click()
    await ann.at_end()
    await expect(ann.page).to_have_title(re.compile(rf"^{code}"))
    await ann.page.reload()
    await ann.arrived()
    await ann.at_end()
    await expect(ann.log.locator("[data-new]")).to_have_count(0)
    bob.send(code, "read as it comes")
    await ann.sees("read as it comes")
    await ann.at_end()
    await expect(ann.log.locator("[data-new]")).to_have_count(0)
    await expect(ann.page).to_have_title(re.compile(rf"^{code}"))


async def test_ux11_coming_back_shows_the_first_of_what_was_missed(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    ann, bob = await visitors.come("Ann"), person("Bob")
    wire = await Wire.tap(ann)
    code = bob.create_room()
    for number in range(3):
        bob.send(code, f"message {number}\n{LONG}")
    await ann.join(code)
    await ann.at_end()
    await wire.block()
    await expect(ann.banner).to_be_visible()
    bob.send(code, f"the first missed\n{LONG}")
    for number in range(4):
        bob.send(code, f"missed {number}\n{LONG}")
    wire.unblock()
    await ann.banner.click()
    await expect(ann.log.locator("[data-new]")).to_have_text(re.compile(r"5 new\s*messages below"))
    await expect(ann.log.locator("[data-new]")).to_be_in_viewport()
    await expect(ann.line("the first missed")).to_be_in_viewport()
    await expect(ann.page).to_have_title(re.compile(r"^\(5\) "))
    await ann.pill.click()
    await ann.at_end()
    await expect(ann.page).to_have_title(re.compile(rf"^{code}"))


async def test_ux11_and_so_does_a_room_that_was_open_before(visitors: Visitors, person: Callable[..., Person]) -> None:
    (ann,) = await visitors.in_room("Ann")
    bob = person("Bob")
    bob.join(first := ann.code)
    for number in range(3):
        bob.send(first, f"message {number}\n{LONG}")
    await ann.sees("message 2")
    await ann.create()
    await ann.page.get_by_role("complementary", name="Your rooms").get_by_text(first).first.click()
    await ann.arrived()
    await ann.page.go_back()
    await expect(ann.page).not_to_have_url(re.compile(first))
    bob.send(first, f"the first missed\n{LONG}")
    for number in range(4):
        bob.send(first, f"missed {number}\n{LONG}")
    await ann.page.get_by_role("complementary", name="Your rooms").get_by_text(first).first.click()
    await expect(ann.log.locator("[data-new]")).to_have_text(re.compile(r"5 new\s*messages below"))
    await expect(ann.line("the first missed")).to_be_in_viewport()


async def test_b17_own_words_lead_to_the_end_however_late_they_are_drawn(visitors: Visitors) -> None:
    ann, (bob,) = await visitors.come("Ann"), await visitors.in_room("Bob")
    await ann.page.add_init_script(
        "const frame = requestAnimationFrame; window.requestAnimationFrame = (deed) => setTimeout(frame, 300, deed);"
    )
    await ann.join(bob.code)
    for part in range(4):
        await bob.say(f"part {part}\n{LONG}")
    await ann.sees("part 3")
    await ann.at_end()
    await ann.scroll(-400)
    await ann.type("my own words")
    await ann.sees("my own words")
    await ann.at_end()


async def test_ux15_today_is_yesterday_after_midnight(visitors: Visitors) -> None:
    ann = await visitors.come("Ann", timezone_id="UTC", locale="en-GB")
    await ann.page.clock.install(time=datetime.now(UTC).replace(hour=23, minute=59, second=30))
    await ann.create()
    await ann.say("late")
    await expect(ann.log.locator(".day > time")).to_have_text(["Today"])
    await ann.page.clock.fast_forward("01:00")
    await expect(ann.log.locator(".day > time")).to_have_text(["Yesterday"])


async def test_ux12_and_13_it_follows_only_near_the_end(visitors: Visitors, person: Callable[..., Person]) -> None:
    (ann,) = await visitors.in_room("Ann")
    bob = person("Bob")
    bob.join(ann.code)
    for number in range(8):
        bob.send(ann.code, f"message {number}\n{LONG}")
    await ann.sees("message 7")
    await ann.at_end()
    await ann.scroll(-60)
    bob.send(ann.code, "near enough")
    await ann.sees("near enough")
    await ann.at_end()
    await ann.scroll(-200)
    where = await ann.box.evaluate("box => box.scrollTop")
    for number in range(12):
        bob.send(ann.code, f"further up {number}")
    await expect(ann.pill).to_have_accessible_name("Jump to latest · 12 new")
    assert await ann.box.evaluate("box => box.scrollTop") == where
    await ann.pill.click()
    await ann.at_end()
    await expect(ann.pill).to_have_count(0)
    await ann.scroll(-200)
    await ann.page.set_viewport_size({"width": 700, "height": 500})
    await expect(ann.pill).to_be_visible()
    await ann.pill.click()
    await ann.at_end()
    await ann.page.set_viewport_size({"width": 500, "height": 300})
    await ann.at_end()
    await ann.composer.fill("\n" * 9)
    await ann.at_end()


NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
SAID = [
    *[("ann", f"old {number}\n{LONG}", -2 * 1440 + number) for number in range(3)],
    *[("ann", "yesterday", -1440), ("ann", "a minute later", -1439), ("ann", "ten minutes later", -1430)],
    *[("bob", "from another", -1429), ("ann", "and back", -1428)],
]
"""Who said what, in minutes from today's noon."""


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server with a room DAYS, in which people talked on several days."""
    data = tmp_path_factory.mktemp("days") / "data"
    data.mkdir()
    people = {"ann": User("aaaaaaaaaaaaaaaa", "Ann"), "bob": User("bbbbbbbbbbbbbbbb", "Bob")}

    async def talk(path: Path) -> None:
        await make_room(path, people["ann"], "DAYS")
        async with SqliteStore.open(path) as store:
            await store.add_guest(people["bob"], b"other hash", 0)
            await store.add_member("DAYS", people["bob"], 0)
            for number, (who, text, minutes) in enumerate(SAID):
                at = int((NOON + timedelta(minutes=minutes)).timestamp() * 1000)
                await store.append_message(NewMessage("DAYS", people[who], text, f"id-{number}", None, at))

    run(talk(data / "hubbub.db"))
    with running(data, throttle="off") as server:
        yield server


async def test_ux15_and_16_grouped_by_person_in_five_minutes_under_days_that_stick(
    browser: Browser, days: ServerProcess
) -> None:
    async with Visitors(browser, days.url) as visitors:
        cyd = await visitors.come("Cyd", timezone_id="UTC", locale="en-GB")
        await cyd.page.clock.set_fixed_time(NOON)  # midnight may come while tests run
        await cyd.join("DAYS")
        groups = cyd.log.locator(".group")
        texts = await groups.evaluate_all(
            "groups => groups.map(group => [...group.querySelectorAll('.bubble')].map(line => line.innerText))"
        )
        assert texts[1:] == [["yesterday", "a minute later"], ["ten minutes later"], ["from another"], ["and back"]]
        assert [len(texts), len(texts[0])] == [5, 3]
        await expect(groups.locator(".avatar")).to_have_count(5)
        yesterday = NOON - timedelta(days=1)
        stamp = cyd.line("a minute later").locator("time")
        await expect(stamp).to_have_attribute("datetime", f"{yesterday:%Y-%m-%d}T12:01:00.000Z")
        await expect(stamp).to_have_attribute("title", re.compile(f"{yesterday:%-d %B %Y}.*12:01"))
        assert await stamp.text_content() == "12:01"
        names = [f"{NOON - timedelta(days=2):%A}", "Yesterday"]
        await expect(cyd.log.locator(".day > time")).to_have_text(names)
        assert await cyd.log.evaluate("log => log.compareDocumentPosition(log.querySelector('time')) > 0")
        await cyd.scroll(-5000)
        await cyd.scroll(200)
        day, box = await cyd.log.locator(".day > time").first.bounding_box(), await cyd.box.bounding_box()
        assert day
        assert box
        assert 0 <= day["y"] - box["y"] < 20, "the day does not stick"


async def test_ux27_emoji_alone_are_large_actions_and_system_lines_are_quiet(
    visitors: Visitors, person: Callable[..., Person]
) -> None:
    (ann,) = await visitors.in_room("Ann")
    bob = person("Bob")
    bob.join(ann.code)
    await ann.say("🎉👩🏽‍🚀")
    await ann.say("not large 🎉")
    await ann.type("/me waves")
    await expect(ann.line("waves")).to_contain_text("Ann waves")
    size = "bubble => parseFloat(getComputedStyle(bubble.querySelector('p')).fontSize)"
    assert await ann.line("👩🏽‍🚀").locator(".bubble").evaluate(size) >= 32
    assert await ann.line("not large").locator(".bubble").evaluate(size) < 20
    for name in ("Rob", "Robin", "Bobby", "Robert", "Bert"):
        bob.ask("PATCH", "/users/me", json={"name": name})
    await ann.sees("Robert is now called Bert.")
    await expect(ann.log.get_by_text("Robin is now called Bobby.")).to_have_count(0)
    await ann.log.get_by_role("button", name=re.compile(r"Show \d more")).click()
    await expect(ann.log.get_by_text("Robin is now called Bobby.")).to_be_visible()
    await ann.log.get_by_role("button", name="Show less").click()
    await expect(ann.log.get_by_text("Robin is now called Bobby.")).to_have_count(0)


async def test_ux36_an_empty_room_teaches_and_a_slow_one_shows_its_shape(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    await ann.create()
    await expect(ann.page.get_by_role("heading", name="Nobody here yet. Share the code.")).to_be_visible()
    await ann.page.get_by_role("button", name="Show the code").click()
    code = ann.page.get_by_role("dialog", name="Room code")
    await expect(code.get_by_role("img", name="QR code")).to_be_visible()
    assert await code.get_by_role("img", name="QR code").evaluate("img => img.decode().then(() => img.naturalWidth)")
    await ann.page.keyboard.press("Escape")
    await expect(code).to_have_count(0)
    await ann.say("not empty")
    wire = await Wire.tap(ann)
    wire.hold()
    await ann.page.reload()
    await expect(ann.page.locator(".skeleton")).to_be_visible()
    await expect(ann.log).to_have_attribute("aria-busy", "true")
    await expect(ann.composer).to_be_editable()
    wire.release()
    await ann.sees("not empty")
    await expect(ann.page.locator(".skeleton")).to_have_count(0)
    ann.expected.append("404")
    await ann.page.goto(f"{ann.url}/r/nothing-of-ours")
    await expect(ann.page.get_by_text("room_not_found")).to_be_visible()
    await expect(ann.page.get_by_role("link", name="Go home")).to_be_visible()


async def test_ux41_every_script_has_its_direction_and_names_play_no_tricks(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Eve\u202e\u2066nnA")
    await ann.say("مرحبا بالعالم")
    await ann.say("hello")
    direction = "bubble => getComputedStyle(bubble.firstElementChild).direction"
    assert await ann.line("مرحبا").locator(".bubble").evaluate(direction) == "rtl"
    assert await ann.line("hello").locator(".bubble").evaluate(direction) == "ltr"
    await bob.say("who am I")
    name = await ann.log.locator(".group:not(.mine) .name").inner_text()
    assert json.dumps(name) == json.dumps("EvennA")
    await ann.say("wide" * 400)
    await ann.say("漢字" * 300)
    await ann.say("👩🏽‍🚀" * 100)
    assert await ann.box.evaluate("box => box.scrollWidth <= box.clientWidth")
    assert await ann.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
