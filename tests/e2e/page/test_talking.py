"""Talk in one room: who hears what, and how it looks (rows A15 to A18, A26, A28, A29, B15, B17)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.e2e.page.chromium import Visitors

pytestmark = pytest.mark.anyio

MARKUP = """<img src=x onerror="document.title='broken'"> "double" 'single' </script><script>alert(1)</script>"""


async def test_a16_what_is_said_in_one_room_shows_in_no_other(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    (cyd,) = await visitors.in_room("Cyd")
    assert cyd.code != ann.code
    await cyd.say("only here")
    await ann.say("only there")
    await bob.sees("only there")
    assert await bob.texts() == ["only there"]
    assert await cyd.texts() == ["only here"]


async def test_a17_a18_and_b17_own_messages_right_others_left_with_name_trimmed(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    await ann.composer.fill("   from Ann \n ")
    await ann.page.get_by_role("button", name="Send").click()
    await expect(ann.composer).to_be_focused()
    await expect(ann.composer).to_have_value("")
    await bob.sees("from Ann")
    await bob.say("from Bob")
    for each in (ann, bob):
        await each.sees("from Bob")
        assert await each.texts() == ["from Ann", "from Bob"]
    await expect(bob.log.locator(".group:not(.mine) .name")).to_have_text(["Ann"])
    await expect(bob.line("from Ann")).to_have_accessible_name(re.compile("^Ann, "))
    await expect(bob.line("from Bob")).to_have_accessible_name(re.compile("^You, "))
    log = await bob.log.bounding_box()
    mine = await bob.line("from Bob").locator(".bubble").bounding_box()
    other = await bob.line("from Ann").locator(".bubble").bounding_box()
    assert log
    assert mine
    assert other
    assert mine["x"] + mine["width"] > log["x"] + 0.9 * log["width"]
    assert other["x"] < log["x"] + 0.1 * log["width"]
    colour = "bubble => getComputedStyle(bubble).backgroundColor"
    assert await bob.line("from Bob").locator(".bubble").evaluate(colour) != await bob.line("from Ann").locator(
        ".bubble"
    ).evaluate(colour)


async def test_a26_empty_text_is_not_sent(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    send = ann.page.get_by_role("button", name="Send")
    await send.click(force=True)
    await ann.composer.fill(" \n\t ")
    await send.click(force=True)
    await ann.composer.press("Enter")
    await ann.say("the first")
    assert await ann.texts() == ["the first"]


async def test_a28_b16_and_e5_times_are_those_of_sending_in_the_viewers_zone(visitors: Visitors) -> None:
    ann = await visitors.come("Ann", timezone_id="Asia/Tokyo", locale="en-GB")
    bob = await visitors.come("Bob", timezone_id="America/New_York", locale="en-US")
    await ann.create()
    await ann.say("when")
    await bob.join(ann.code)
    stamp = bob.line("when").locator("time")
    sent = datetime.fromisoformat(await stamp.get_attribute("datetime") or "")
    assert abs(datetime.now(UTC) - sent) < timedelta(minutes=2)
    await bob.page.reload()
    await bob.arrived()
    await expect(stamp).to_have_attribute("datetime", sent.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    east, west = sent + timedelta(hours=9), sent + timedelta(hours=-5)
    assert await ann.line("when").locator("time").text_content() == f"{east:%H:%M}"
    shown = (await stamp.text_content() or "").replace("\u202f", " ")
    assert shown in {f"{west:%-I:%M %p}", f"{west + timedelta(hours=1):%-I:%M %p}"}
    assert f"{west:%B}" in (await stamp.get_attribute("title") or "")


async def test_a29_markup_quotes_and_newlines_are_shown_as_text(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann <b>'\"", "Bob")
    await ann.composer.fill(f"{MARKUP}\nsecond line")
    await ann.composer.press("Enter")
    for each in (ann, bob):
        await each.sees("second line")
        shown = (await each.texts())[0]
        assert shown == f"{MARKUP}\nsecond line"
        assert await each.page.locator(".log img, .log script").count() == 0
        await expect(each.page).to_have_title(re.compile(ann.code))
    await expect(bob.log.locator(".name").first).to_have_text("Ann <b>'\"")


async def test_a29_two_tabs_of_one_person_are_one(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    second = await ann.tab()
    await second.counts(2)
    await second.say("from the second tab")
    await ann.sees("from the second tab")
    await expect(ann.line("from the second tab")).to_have_accessible_name(re.compile("^You, "))
    await bob.sees("from the second tab")
    await bob.counts(2)
    await expect(bob.people.get_by_role("listitem")).to_have_count(2)
    await expect(bob.log.get_by_text("Ann has entered")).to_have_count(0)


async def test_b17_who_reads_further_up_is_not_yanked_down(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    for part in range(4):
        await ann.say("\n".join(f"line {part}-{number}" for number in range(15)))
    await bob.sees("line 3-14")
    await bob.at_end()
    await ann.say("Bob follows")
    await bob.sees("Bob follows")
    await bob.at_end()
    await bob.scroll(-400)
    where = await bob.box.evaluate("box => box.scrollTop")
    await ann.say("Bob stays")
    await expect(bob.pill).to_contain_text("1 new")
    assert await bob.box.evaluate("box => box.scrollTop") == where
    await bob.say("own words lead to the end")
    await bob.at_end()
    await expect(bob.pill).to_have_count(0)


async def test_a20_to_a22_and_b15_notices_and_the_count_go_one_two_one(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    await ann.sees("Bob has entered the room.")
    await ann.counts(2)
    await bob.counts(2)
    await expect(ann.people.get_by_text("Bob")).to_be_visible()
    await bob.page.reload()
    await bob.arrived()
    await bob.say("a refresh is no leaving")
    await ann.sees("a refresh is no leaving")
    await bob.page.close()
    await ann.sees("Bob has left the room.")
    await ann.counts(1)
    await expect(ann.log.get_by_text("has entered")).to_have_count(1)
    await expect(ann.log.get_by_text("has left")).to_have_count(1)
