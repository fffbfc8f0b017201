"""The main job: make a room, share four letters, talk, come back."""

import pytest
from playwright.async_api import expect

from tests.e2e.page.chromium import PHONE, Visitors

pytestmark = pytest.mark.anyio


async def test_a1_a5_and_a17_two_people_talk_without_a_refresh(visitors: Visitors) -> None:
    ann, bob = await visitors.in_room("Ann", "Bob")
    await ann.say("Hello, Bob!")
    await bob.sees("Hello, Bob!")
    await bob.say("Hello, Ann!")
    await ann.sees("Hello, Ann!")
    assert await ann.texts() == await bob.texts() == ["Hello, Bob!", "Hello, Ann!"]


async def test_a15_what_was_said_is_there_after_a_refresh_and_on_a_phone(visitors: Visitors) -> None:
    (ann,) = await visitors.in_room("Ann")
    for text in ("one", "two", "three"):
        await ann.say(text)
    await ann.page.reload()
    await ann.arrived()
    bob = await visitors.come("Bob", **PHONE)
    await bob.join(ann.code.lower())
    assert await ann.texts() == await bob.texts() == ["one", "two", "three"]
    await expect(bob.page.get_by_role("button", name="people here")).to_be_visible()
