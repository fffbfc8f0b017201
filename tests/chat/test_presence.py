"""Who is here, as rooms are told, and the seats that follow."""

import asyncio

import pytest

from hubbub.core import command as commands
from hubbub.core.event import Presence
from tests.chat.conftest import House, Listener

pytestmark = pytest.mark.anyio


def presences(listener: Listener) -> list[Presence]:
    """Return what somebody was told of who is here."""
    return [event for event in listener.heard if isinstance(event, Presence)]


async def test_two_tabs_of_one_person_are_one_person(house: House) -> None:
    ann, tab = await house.listener("Ann"), Listener("127.0.0.1")
    tab.user = ann.user
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    assert (await house.do(tab, commands.JoinRoom(code=code))).here == 1
    await house.pass_time(1)
    house.chat.end(tab)
    await house.pass_time(60)
    assert [told.here for told in presences(ann)] == [1], "the other tab is still open"


async def test_a_refresh_is_no_leaving(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.do(bob, commands.JoinRoom(code=code))
    await house.pass_time(1)
    house.chat.end(bob)
    await house.pass_time(9)
    again = Listener("127.0.0.1")
    again.user = bob.user
    await house.do(again, commands.JoinRoom(code=code))
    await house.pass_time(60)
    assert [told.went for told in presences(ann)] == [()]


async def test_a_closed_tab_is_told_after_ten_seconds_and_ends_no_membership(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.do(bob, commands.JoinRoom(code=code))
    await house.pass_time(1)
    house.chat.end(bob)
    await house.pass_time(10)
    assert bob.user
    assert presences(ann)[-1].went == (bob.user.id,)
    assert presences(ann)[-1].here == 1
    members = (await house.do(ann, commands.Members(code=code))).members
    assert {member.name: member.here for member in members} == {"Ann": True, "Bob": False}


async def test_who_has_gone_gives_up_seat_and_name_but_keeps_role_and_read_position(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann, capacity=2)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.do(bob, commands.JoinRoom(code=code))
    await house.do(ann, commands.SendMessage(code=code, text="hello"))
    await house.do(bob, commands.Read(code=code, number=1))
    await house.pass_time(1)
    house.chat.end(bob)
    await house.pass_time(10)
    other = await house.listener("bob")
    assert (await house.do(other, commands.JoinRoom(code=code))).me.name == "bob"
    house.chat.end(other)
    await house.pass_time(10)
    assert (await house.do(bob, commands.JoinRoom(code=code))).read_number == 1


async def test_who_asks_without_a_connection_is_here_for_a_minute(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.guest("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.do(bob, commands.JoinRoom(code=code))
    await house.pass_time(59)
    assert (await house.do(bob, commands.Events(code=code))).last_seq == 3
    await house.pass_time(59)
    assert (await house.do(ann, commands.GetRoom(code=code))).here == 2
    await house.pass_time(1)
    assert (await house.do(ann, commands.GetRoom(code=code))).here == 1


async def test_presence_is_told_at_most_once_a_tick(house: House) -> None:
    ann = await house.listener("Ann")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    for number in range(150):
        await house.do(await house.guest(f"Guest {number}"), commands.JoinRoom(code=code))
    await house.pass_time(1)
    (told,) = presences(ann)
    assert (told.here, told.came) == (151, ()), "above a hundred nobody is named"


async def test_the_seats_of_many_rooms_are_freed_in_one_commit(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ann, rooms = await house.listener("Ann"), 5
    for code in [await house.room(ann) for _ in range(rooms)]:
        await house.do(ann, commands.JoinRoom(code=code))
    store, begun, all_begun = house.context.store, list[str](), asyncio.Event()
    free_seats = store.free_seats

    async def free_together(code: str, user_ids: list[str]) -> None:
        begun.append(code)
        if len(begun) == rooms:
            all_begun.set()
        await all_begun.wait()
        await free_seats(code, user_ids)

    monkeypatch.setattr(store, "free_seats", free_together)
    await house.pass_time(61)  # that they were made is no visit any more
    house.chat.end(ann)
    async with asyncio.timeout(30):
        await house.pass_time(11)
    assert len(begun) == rooms
    assert await store.seats() == []
