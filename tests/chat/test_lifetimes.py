"""Rooms that vanish and rooms that expire."""

import pytest

from hubbub.core import command as commands
from hubbub.core.clock import DAY
from hubbub.core.error import ChatError
from hubbub.core.room import CODE_RESTS, Lifetime
from hubbub.session import Session
from tests.chat.conftest import House, OpenHouse

pytestmark = pytest.mark.anyio


async def is_there(house: House, session: Session, code: str) -> bool:
    """Tell whether a room lives."""
    try:
        await house.do(session, commands.GetRoom(code=code))
    except ChatError as refused:
        return refused.code != "room_not_found"
    return True


async def test_a_vanishing_room_outlives_a_lost_connection_and_dies_ten_minutes_after_the_last(house: House) -> None:
    ann, eve = await house.listener("Ann"), await house.guest("Eve")
    code = await house.room(ann, lifetime=Lifetime.VANISHES)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.pass_time(3600)
    house.chat.end(ann)
    await house.pass_time(10)
    await house.pass_time(599)
    assert await is_there(house, eve, code)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.pass_time(3600)
    assert await is_there(house, eve, code), "somebody came back in time"
    house.chat.end(ann)
    await house.pass_time(10)
    await house.pass_time(601)
    assert not await is_there(house, eve, code)


async def test_a_vanishing_room_lives_while_somebody_says_something_in_it(house: House) -> None:
    bot, eve = await house.guest("Bot"), await house.guest("Eve")
    code = await house.room(bot, lifetime=Lifetime.VANISHES)
    for seconds in (50,) * 15 + (300,) * 5:
        await house.pass_time(seconds)
        await house.do(bot, commands.SendMessage(code=code, text="still here"))
    await house.pass_time(1)
    assert await is_there(house, eve, code)
    assert (await house.do(bot, commands.Messages(code=code))).messages[-1].number == 20


async def test_an_expiring_room_lives_so_many_days_after_its_last_message(house: House) -> None:
    ann = await house.guest("Ann")
    code = await house.room(ann, lifetime=Lifetime.EXPIRES, expires_days=2)
    await house.pass_time(1.9 * DAY / 1000)
    await house.do(ann, commands.SendMessage(code=code, text="still here"))
    await house.pass_time(1.9 * DAY / 1000)
    assert await is_there(house, ann, code)
    await house.pass_time(0.2 * DAY / 1000)
    assert not await is_there(house, ann, code)


async def test_what_is_said_in_the_last_moment_saves_a_room_that_is_about_to_expire(house: House) -> None:
    ann = await house.guest("Ann")
    code = await house.room(ann, lifetime=Lifetime.EXPIRES, expires_days=1)
    house.clock.advance(1.1 * DAY / 1000)
    (room,) = await house.context.store.expired_rooms(house.clock.now())
    await house.do(ann, commands.SendMessage(code=code, text="wait!"))
    store, now = house.context.store, house.clock.now()
    assert not await store.delete_room(room.code, now, by=None, if_expired=True)
    assert await is_there(house, ann, code)


@pytest.mark.parametrize("jump", [-2 * DAY, 2 * DAY])
async def test_r16_a_clock_that_jumps_ends_no_expiring_room_early(house: House, jump: int) -> None:
    ann = await house.guest("Ann")
    before = await house.room(ann, lifetime=Lifetime.EXPIRES, expires_days=1)
    house.clock.jump(jump)
    after = await house.room(ann, lifetime=Lifetime.EXPIRES, expires_days=1)
    await house.pass_time(0.9 * DAY / 1000)
    assert await is_there(house, ann, before)
    assert await is_there(house, ann, after)
    await house.pass_time((abs(jump) + 0.2 * DAY) / 1000)
    assert not await is_there(house, ann, before)
    assert not await is_there(house, ann, after), "late by the jump at most"


@pytest.mark.parametrize("jump", [-3_600_000, 3_600_000])
async def test_r16_a_clock_that_jumps_ends_no_vanishing_room_early(house: House, jump: int) -> None:
    ann, eve = await house.listener("Ann"), await house.guest("Eve")
    code = await house.room(ann, lifetime=Lifetime.VANISHES)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.pass_time(61)  # that it was made is no visit any more
    house.clock.jump(jump)
    await house.pass_time(0)
    assert house.chat.here(code) == 1, "nobody is put out"
    house.chat.end(ann)
    await house.pass_time(10)
    house.clock.jump(jump)
    await house.pass_time(599)
    assert await is_there(house, eve, code)
    await house.pass_time(2)
    assert not await is_there(house, eve, code), "nor late"


async def test_a_kept_room_is_kept(house: House) -> None:
    ann = await house.guest("Ann")
    code = await house.room(ann)
    await house.pass_time(29 * DAY / 1000)
    assert await is_there(house, ann, code)


async def test_a_dead_rooms_code_rests_for_thirty_days(open_house: OpenHouse) -> None:
    house = await open_house(code_alphabet="A")
    ann = await house.guest("Ann")
    assert await house.room(ann) == "AAAA"
    await house.do(ann, commands.DeleteRoom(code="AAAA"))
    assert await house.room(ann) == "AAAAA"
    await house.pass_time(CODE_RESTS / 1000 + 1)
    first = await house.do(ann, commands.JoinRoom(code="AAAAA"))
    assert await house.room(ann) == "AAAA"
    assert (await house.do(ann, commands.JoinRoom(code="AAAA"))).epoch != first.epoch


async def test_what_was_going_on_when_the_server_stopped_gets_its_time_anew(house: House) -> None:
    ann = await house.guest("Ann")
    code = await house.room(ann, lifetime=Lifetime.VANISHES)
    house.context.empty_since.clear()
    async with house.chat:
        await house.pass_time(60)
        await house.pass_time(599)
        assert await is_there(house, ann, code)
        await house.pass_time(2)
        assert not await is_there(house, ann, code)
