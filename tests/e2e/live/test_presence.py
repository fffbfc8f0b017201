"""Who is here: people, not tabs, and what the others are told of their coming and going."""

import asyncio

import pytest

from hubbub.hub.presence import GRACE
from tests.e2e.live.client import open_room
from tests.e2e.live.visitors import Visitors, on_every_way
from tests.server_process import ServerProcess

pytestmark = pytest.mark.anyio


async def test_a20_a21_and_a22_the_room_sees_who_comes_and_goes_and_how_many_are_here(server: ServerProcess) -> None:
    async def story(visitors: Visitors) -> None:
        ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
        code = await open_room(ann)
        joined = await bob.ask("join_room", code=code)
        assert joined["here"] == 2
        await ann.hear("presence", here=2, went=[])
        assert (await ann.hear("member_joined"))["user"] == bob.me
        await bob.close()
        await ann.hear("presence", here=1, came=[], went=[bob.me["id"]])
        assert {each for event in ann.heard("presence") for each in event["came"]} - {ann.me["id"]} == {bob.me["id"]}
        assert (await ann.ask("members", code=code))["here"] == 1
        assert not ann.heard("member_left"), "closing a tab ends no membership"

    await on_every_way(server.url, story)


async def test_two_tabs_are_one_person_and_a_refresh_makes_no_notice(server: ServerProcess) -> None:
    async def story(visitors: Visitors) -> None:
        ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
        code = await open_room(ann, bob)
        await ann.hear("presence", here=2)
        other_tab = await visitors.come(token=bob.token)
        assert (await other_tab.ask("join_room", code=code))["here"] == 2
        await bob.close()
        await other_tab.close()
        refreshed = await visitors.come(token=bob.token)
        assert (await refreshed.ask("join_room", code=code))["here"] == 2
        cid = await visitors.come("Cid")
        await cid.ask("join_room", code=code)
        await ann.hear("presence", here=3, came=[cid.me["id"]], went=[])
        assert not any(event["went"] for event in ann.heard("presence")), "nothing was told in between"
        await refreshed.close()
        await ann.hear("presence", here=2, came=[], went=[bob.me["id"]])

    await on_every_way(server.url, story)


async def test_what_was_asked_before_the_tab_was_closed_is_done_and_nobody_stays_behind(server: ServerProcess) -> None:
    async def story(visitors: Visitors) -> None:
        ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
        code = await open_room(ann)
        await bob.emit("join_room", {"code": code})
        await bob.emit("send_message", {"code": code, "text": "in passing"})
        await bob.close()
        await ann.hear("message_sent", text="in passing")
        await ann.hear("presence", here=2)
        await ann.hear("presence", here=1)

    await on_every_way(server.url, story)


async def test_leaving_is_told_without_a_grace(server: ServerProcess) -> None:
    async def story(visitors: Visitors) -> None:
        ann, bob = await visitors.come("Ann"), await visitors.come("Bob")
        code = await open_room(ann, bob)
        await ann.hear("presence", here=2)
        left_at = asyncio.get_running_loop().time()
        await bob.ask("leave_room", code=code)
        await ann.hear("presence", here=1, came=[], went=[bob.me["id"]])
        assert asyncio.get_running_loop().time() - left_at < GRACE

    await on_every_way(server.url, story)
