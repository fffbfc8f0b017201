"""The connection or the server goes away under an open page, and both come back (rows A27, A29, B16; ux 34 and 35)."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.page.chromium import Visitors
from tests.e2e.page.own_server import OwnServer
from tests.e2e.page.visitor import Visitor
from tests.e2e.page.wire import Wire, newer_page

pytestmark = pytest.mark.anyio


async def test_a29_and_ux34_a_killed_server_costs_nothing_but_time(regulars: Visitors, own_server: OwnServer) -> None:
    ann, bob = await regulars.in_room("Ann", "Bob")
    await ann.say("\n".join(f"line {number}" for number in range(60)))
    await ann.say("the last one before")
    await bob.sees("the last one before")
    await bob.scroll(-400)
    where = await bob.box.evaluate("box => box.scrollTop")
    await own_server.kill()
    for text in ("one", "two", "three"):
        await ann.type(text)
    await expect(ann.banner).to_be_visible()
    await expect(ann.page.get_by_role("main").get_by_text("Reconnecting… You can keep writing.")).to_be_visible()
    await expect(ann.page.get_by_role("status")).to_have_text("Reconnecting… You can keep writing.")
    await expect(ann.line("three")).to_have_class(re.compile("pending"))
    await ann.composer.fill("half a word")
    await own_server.start()
    await ann.banner.click()
    await expect(ann.line("three")).to_have_class(re.compile("sent"))
    await expect(ann.banner).to_have_count(0)
    await expect(ann.page.get_by_role("status")).to_have_text("Reconnected.")
    await expect(ann.composer).to_have_value("half a word")
    await expect(bob.pill).to_contain_text("3 new")
    assert await bob.box.evaluate("box => box.scrollTop") == where, "Bob lost his place"
    assert (await ann.texts())[-4:] == (await bob.texts())[-4:] == ["the last one before", "one", "two", "three"]
    await bob.page.reload()
    await bob.arrived()
    assert (await bob.texts())[-4:] == ["the last one before", "one", "two", "three"]


async def test_a27_and_b16_a_stopped_server_says_so_and_keeps_order_and_times(
    regulars: Visitors, own_server: OwnServer
) -> None:
    ann, bob = await regulars.in_room("Ann", "Bob")
    await ann.say("one")
    await bob.say("two")
    await ann.sees("two")
    times = "times => times.map(time => time.dateTime)"
    before = await ann.log.locator("article time").evaluate_all(times)
    await own_server.stop()
    await expect(ann.page.get_by_role("main").get_by_text("Hubbub is restarting. Back in a moment.")).to_be_visible()
    await own_server.start()
    await bob.page.reload()
    await bob.arrived()
    await ann.say("three")
    await bob.sees("three")
    assert await bob.texts() == ["one", "two", "three"]
    assert (await bob.log.locator("article time").evaluate_all(times))[:2] == before
    await ann.counts(2)
    await expect(ann.log.get_by_text("has left")).to_have_count(0)


async def test_a29_a_pulled_cable_is_noticed_and_what_was_missed_comes(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    ann.expected += ["WebSocket", "ERR_INTERNET_DISCONNECTED"]
    await ann.page.context.set_offline(True)
    await ann.type("from the dark")
    await expect(ann.banner).to_be_visible()
    await bob.say("what Ann missed")
    await expect(bob.log.get_by_text("Ann has left")).to_have_count(0)
    await ann.page.context.set_offline(False)
    await ann.sees("what Ann missed")
    await bob.sees("from the dark")
    await expect(ann.banner).to_have_count(0)
    await expect(ann.line("from the dark")).to_have_class(re.compile("sent"))
    assert await ann.texts() == await bob.texts() == ["what Ann missed", "from the dark"]


async def test_ux34_a_short_loss_is_nobodys_business(visitors: Visitors) -> None:
    ann, (bob,) = await visitors.come("Ann"), await visitors.in_room("Bob")
    wire = await Wire.tap(ann)
    await ann.join(bob.code)
    await ann.page.evaluate(
        "() => { window.told = []; new MutationObserver(() => window.told.push(document.body.innerText))"
        ".observe(document.body, {childList: true, subtree: true, characterData: true}) }"
    )
    await wire.cut()
    await bob.say("meanwhile")
    await ann.sees("meanwhile")
    assert wire.opened == 2
    told = "\n".join(await ann.page.evaluate("window.told"))
    assert "meanwhile" in told
    assert "Reconnect" not in told
    await expect(bob.log.get_by_text("Ann has left")).to_have_count(0)


async def test_a_restored_database_is_read_from_anew(regulars: Visitors, own_server: OwnServer) -> None:
    ann, bob = await regulars.in_room("Ann", "Bob")
    await ann.say("before the backup")
    await bob.sees("before the backup")
    backup = own_server.data.with_name("backup.db")
    database = own_server.data / "hubbub.db"
    await own_server.replaced(lambda: _copy(database, backup))
    await ann.say("lost by the backup")
    await bob.sees("lost by the backup")
    await own_server.replaced(lambda: _copy(backup, database))
    await expect(ann.log.get_by_text("lost by the backup")).to_have_count(0)
    await ann.say("after it")
    await bob.sees("after it")
    assert await ann.texts() == await bob.texts() == ["before the backup", "after it"]


def _copy(source: Path, target: Path) -> None:
    for tail in ("-wal", "-shm"):
        target.with_name(target.name + tail).unlink(missing_ok=True)
    shutil.copy(source, target)


async def reconnected(visitor: Visitor, wire: Wire) -> None:
    opened = wire.opened
    await wire.cut()
    await visitor.say(f"again {opened}")
    assert wire.opened == opened + 1


async def test_ux35_a_newer_page_is_offered_and_never_forced(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    wire = await Wire.tap(ann)
    await ann.create()
    await reconnected(ann, wire)
    toast = ann.page.get_by_text("A new version of Hubbub is ready.", exact=True)
    await expect(toast).to_have_count(0)
    await ann.page.route("**/api/version", newer_page)
    await ann.page.evaluate("() => { window.same = true }")
    await reconnected(ann, wire)
    await expect(toast).to_be_visible()
    await ann.composer.fill("a draft")
    await ann.page.get_by_role("button", name="Not now").click()
    await expect(toast).to_have_count(0)
    assert await ann.page.evaluate("window.same === true")
    await ann.page.unroute("**/api/version", newer_page)
    await ann.page.reload()
    await ann.arrived()
    await expect(ann.composer).to_have_value("a draft")
    await ann.page.route("**/api/version", newer_page)
    await reconnected(ann, wire)
    await ann.page.get_by_role("button", name="Reload").click()
    await expect(toast).to_have_count(0)
    await ann.arrived()
