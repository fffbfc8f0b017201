"""The one door: shared checks before any command."""

from typing import ClassVar

import pytest

from hubbub.chat.service import HANDLERS
from hubbub.core import command as commands
from hubbub.core.error import ChatError
from hubbub.core.throttle import LIMITS, Throttle
from hubbub.core.value import value
from hubbub.session import Session
from tests.chat.conftest import House, OpenHouse

pytestmark = pytest.mark.anyio


def test_every_command_has_a_handler() -> None:
    assert set(HANDLERS) == set(commands.COMMANDS.values())


async def test_a_command_nobody_knows_is_refused(house: House) -> None:
    @value(frozen=True, slots=True, kw_only=True)
    class Unheard(commands.Command):
        type: ClassVar[str] = "unheard"

    with pytest.raises(ChatError, match="no such command"):
        await house.do(await house.guest(), Unheard())


async def test_a_stranger_may_become_somebody_and_nothing_else(house: House) -> None:
    with pytest.raises(ChatError) as refused:
        await house.do(Session("127.0.0.1"), commands.MyRooms())
    assert refused.value.code == "not_logged_in"
    assert (await house.do(Session("127.0.0.1"), commands.CreateGuest(name="Ann"))).user.name == "Ann"


async def test_who_is_too_fast_waits_and_then_goes_on(house: House) -> None:
    ann = await house.guest()
    code = await house.room(ann)
    for number in range(LIMITS[Throttle.SEND].burst):
        await house.do(ann, commands.SendMessage(code=code, text=str(number)))
    with pytest.raises(ChatError) as refused:
        await house.do(ann, commands.SendMessage(code=code, text="too much"))
    assert (refused.value.code, refused.value.retry_after) == ("slow_down", 1)
    house.clock.advance(1)
    await house.do(ann, commands.SendMessage(code=code, text="patient"))


async def test_reading_too_often_is_dropped_and_told_only_to_who_waits_for_a_reply(house: House) -> None:
    ann, bob = await house.guest("Ann"), await house.guest("Bob")
    code = await house.room(ann)
    await house.do(bob, commands.JoinRoom(code=code))
    await house.do(ann, commands.SendMessage(code=code, text="hello"))
    for _ in range(LIMITS[Throttle.SIGNAL].burst):
        await house.do(bob, commands.Read(code=code, number=0))
    with pytest.raises(ChatError) as refused:
        await house.do(bob, commands.Read(code=code, number=1))
    assert (refused.value.code, refused.value.silent) == ("slow_down", True)
    assert (await house.do(bob, commands.MyRooms())).rooms[0].read_number == 0, "nothing of it was done"


async def test_guests_are_counted_by_network_not_by_single_ipv6_address(house: House) -> None:
    for number in range(LIMITS[Throttle.NEW_GUEST].burst):
        await house.guest(address=f"2001:db8::{number:x}")
    with pytest.raises(ChatError) as refused:
        await house.guest(address="2001:db8::ffff")
    assert refused.value.code == "slow_down"
    await house.guest(address="2001:db8:0:1::1")


async def test_without_throttles_nothing_is_counted(open_house: OpenHouse) -> None:
    house = await open_house(throttle=False)
    ann = await house.guest()
    code = await house.room(ann)
    for number in range(LIMITS[Throttle.SEND].burst * 2):
        await house.do(ann, commands.SendMessage(code=code, text=str(number)))


async def test_inside_its_context_time_passes_for_the_rooms(house: House) -> None:
    bob = await house.listener("Bob")
    code = await house.room(bob)
    await house.do(bob, commands.JoinRoom(code=code))
    async with house.chat:
        await house.chat.tick()
    assert [event.type for event in bob.heard] == ["presence"]


async def test_closing_tells_every_session_and_wakes_who_waits(house: House) -> None:
    ann = await house.listener("Ann")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    house.chat.close(retry_after=1.0)
    assert ann.heard[-1].type == "closing"
    assert ann.ended == ["closing"]
    page = await house.do(ann, commands.Events(code=code, since=99, wait=60))
    assert page.events == (), "nobody waits any longer"
