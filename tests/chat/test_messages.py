"""Read positions: what was acknowledged is told from then on, and is stored when the server stops, if not before."""

import asyncio
from typing import cast

import pytest

from hubbub.chat import Chat
from hubbub.chat.reads import WRITE_EVERY
from hubbub.chat.together import MOST_AT_ONCE
from hubbub.core import command as commands
from hubbub.core.error import ChatError, ErrorCode
from hubbub.session import Session
from hubbub.store.sqlite import SqliteStore
from tests.chat.conftest import House, OpenHouse

pytestmark = pytest.mark.anyio


async def readers(house: House, count: int, unread: int = 0) -> tuple[str, list[Session]]:
    """Return a room and people in it who have read up to the second message, while the store knows of the first."""
    ann = await house.guest()
    code = await house.room(ann)
    people = [await house.guest(f"Guest {number}") for number in range(count)]
    for each in people:
        await house.do(each, commands.JoinRoom(code=code))
    for number in range(2 + unread):
        await house.do(ann, commands.SendMessage(code=code, text=str(number)))
    for number in (1, 2):
        for each in people:
            assert (await house.do(each, commands.Read(code=code, number=number))).read_number == number
    return code, people


async def read_number(house: House, who: Session) -> int:
    """Return what somebody is told of their position."""
    return int((await house.do(who, commands.MyRooms())).rooms[0].read_number)


async def stored(house: House, code: str, who: Session) -> int:
    """Return the position that would be left if the server were killed."""
    assert who.user
    found = await house.context.store.find_member(code, who.user.id)
    assert found
    return found.member.read_number


class Blocked:
    """A store whose read positions wait until they may go on, as on a disk that is slow; `full` when so many wait."""

    def __init__(self, house: House, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
        self._free = count
        self.full = asyncio.Event()
        self.go_on = asyncio.Event()
        self._set_read = house.context.store.set_read
        monkeypatch.setattr(house.context.store, "set_read", self._set_read_later)

    async def _set_read_later(self, code: str, user_id: str, number: int) -> int:
        self._free -= 1
        if not self._free:
            self.full.set()
        await self.go_on.wait()
        return await self._set_read(code, user_id, number)


async def test_a_position_never_goes_back_while_it_is_written(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    code, people = await readers(house, 3)
    blocked = Blocked(house, monkeypatch, 3)
    house.clock.advance(WRITE_EVERY)
    ticking = asyncio.create_task(house.chat.tick())
    await asyncio.wait_for(blocked.full.wait(), 10)
    for each in people:
        assert await read_number(house, each) == 2
        assert (await house.do(each, commands.Read(code=code, number=1))).read_number == 2
        assert (await house.do(each, commands.JoinRoom(code=code))).read_number == 2
    blocked.go_on.set()
    await ticking
    assert [await stored(house, code, each) for each in people] == [2, 2, 2]


async def test_what_is_read_while_a_position_is_written_is_written_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, (bob,) = await readers(house, 1, unread=1)
    blocked = Blocked(house, monkeypatch, 1)
    house.clock.advance(WRITE_EVERY)
    ticking = asyncio.create_task(house.chat.tick())
    await asyncio.wait_for(blocked.full.wait(), 10)
    await house.do(bob, commands.Read(code=code, number=3))
    blocked.go_on.set()
    await ticking
    assert (await stored(house, code, bob), await read_number(house, bob)) == (2, 3)
    await house.pass_time(WRITE_EVERY)
    assert await stored(house, code, bob) == 3


async def test_who_stops_while_positions_are_written_loses_none(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    code, people = await readers(house, 3)
    blocked = Blocked(house, monkeypatch, 3)
    monkeypatch.setattr("hubbub.chat.service.TICK", 0)
    house.clock.advance(WRITE_EVERY)
    async with house.chat:
        await asyncio.wait_for(blocked.full.wait(), 10)
        asyncio.get_running_loop().call_soon(blocked.go_on.set)
    assert [await stored(house, code, each) for each in people] == [2, 2, 2]


async def test_positions_that_are_due_together_are_few_commits(open_house: OpenHouse) -> None:
    house = await open_house(throttle=False)
    code, people = await readers(house, MOST_AT_ONCE + 10)
    stats = cast("SqliteStore", house.context.store).stats
    before = stats.commits
    await house.pass_time(WRITE_EVERY)
    assert stats.commits - before <= 3, "one of each group, and one of the seats"
    assert {await stored(house, code, each) for each in people} == {2}


async def test_what_can_not_be_stored_waits_for_the_next_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    code, people = await readers(house, 2)

    async def full(*_: object) -> int:
        raise ChatError(ErrorCode.STORAGE_FULL)

    with monkeypatch.context() as patched:
        patched.setattr(house.context.store, "set_read", full)
        with pytest.raises(ChatError) as refused:
            await house.pass_time(WRITE_EVERY)
        assert refused.value.code is ErrorCode.STORAGE_FULL
        await house.chat.tick()  # too soon to try again
    assert [await read_number(house, each) for each in people] == [2, 2]
    await house.pass_time(WRITE_EVERY)
    assert [await stored(house, code, each) for each in people] == [2, 2]


async def test_who_leaves_and_comes_back_has_read_as_far_as_before(house: House) -> None:
    code, (bob, eve) = await readers(house, 2)
    await house.do(bob, commands.LeaveRoom(code=code))
    await house.pass_time(WRITE_EVERY)
    assert await stored(house, code, eve) == 2, "nobody else's position waits for who is gone"
    assert (await house.do(bob, commands.JoinRoom(code=code))).read_number == 2


async def test_positions_that_are_lost_at_the_end_are_in_the_log(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[tuple[str, object]] = []

    class Log:
        def warning(self, event: str, **fields: object) -> None:
            warned.append((event, fields["error"]))

    async def full(*_: object) -> int:
        raise ChatError(ErrorCode.STORAGE_FULL)

    await readers(house, 2)
    monkeypatch.setattr(house.context, "log", Log())
    monkeypatch.setattr(house.context.store, "set_read", full)
    async with Chat(house.context):
        pass
    assert warned == [("read_positions_lost", "storage_full")]
