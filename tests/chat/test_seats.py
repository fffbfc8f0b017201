"""Who is here has a seat, whatever they ask, and nobody speaks without one."""

import asyncio

import pytest

from hubbub.core import command as commands
from hubbub.core.command import Command
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import MessageSent
from hubbub.session import Session
from tests.chat.conftest import House

pytestmark = pytest.mark.anyio


async def refused(house: House, session: Session, command: Command) -> ErrorCode:
    """Return the refusal of a command."""
    with pytest.raises(ChatError) as caught:
        await house.do(session, command)
    return caught.value.code


async def here(house: House, session: Session, code: str) -> int:
    """Return how many people are here, by a look that makes nobody be here."""
    return int((await house.do(session, commands.GetRoom(code=code))).here)


async def seats(house: House, code: str) -> set[str]:
    """Return who has a seat, by their ids."""
    return {user_id for of, user_id in await house.context.store.seats() if of == code}


def asking(code: str) -> list[Command]:
    """Return the requests about a room that say that somebody is here."""
    return [
        commands.Events(code=code),
        commands.Messages(code=code),
        commands.Members(code=code),
        commands.Read(code=code, number=0),
        commands.SendMessage(code=code, text="hello"),
    ]


async def with_lost_seat(house: House, code: str, name: str = "Mallory") -> Session:
    """Return a member who was silent for too long."""
    session = await house.guest(name)
    await house.do(session, commands.JoinRoom(code=code))
    await house.pass_time(62)
    return session


async def test_nobody_without_a_seat_speaks_under_the_name_of_somebody_who_has_one(house: House) -> None:
    owner, bob = await house.listener("Owner"), await house.listener("Bob")
    code = await house.room(owner)
    await house.do(bob, commands.JoinRoom(code=code))
    mallory = await with_lost_seat(house, code)
    await house.do(mallory, commands.ChangeName(name="Bob"))
    assert await refused(house, mallory, commands.SendMessage(code=code, text="I am Bob")) is ErrorCode.NAME_TAKEN
    assert not [event for event in bob.heard if isinstance(event, MessageSent)]
    await house.do(mallory, commands.ChangeName(name="Mallory"))
    await house.do(mallory, commands.SendMessage(code=code, text="I am not"))
    assert [event.by.name for event in bob.heard if isinstance(event, MessageSent)] == ["Mallory"]


async def test_nor_does_a_live_session_that_has_closed_the_room(house: House) -> None:
    bob, mallory = await house.listener("Bob"), await house.listener("Mallory")
    code = await house.room(bob)
    await house.do(bob, commands.JoinRoom(code=code))
    await house.do(mallory, commands.JoinRoom(code=code))
    await house.do(mallory, commands.UnwatchRoom(code=code))
    await house.pass_time(12)
    await house.do(mallory, commands.ChangeName(name="Bob"))
    assert await refused(house, mallory, commands.SendMessage(code=code, text="I am Bob")) is ErrorCode.NAME_TAKEN


async def test_who_finds_no_seat_reads_and_is_not_here(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann, capacity=2)
    await house.do(ann, commands.JoinRoom(code=code))
    late = await with_lost_seat(house, code, "Late")
    await house.do(bob, commands.JoinRoom(code=code))
    *reading, saying = asking(code)
    for command in reading:
        await house.do(late, command)
        assert await here(house, ann, code) == 2
    assert await refused(house, late, saying) is ErrorCode.ROOM_FULL
    house.chat.end(bob)
    await house.pass_time(11)
    await house.do(late, commands.Events(code=code))
    assert await here(house, ann, code) == 2
    assert late.user
    assert late.user.id in await seats(house, code), "who asks again when one is free gets it"


@pytest.mark.parametrize("number", range(len(asking(""))))
async def test_every_request_about_a_room_makes_its_member_here_for_a_minute_with_a_seat(
    house: House, number: int
) -> None:
    ann, eve = await house.listener("Ann"), await house.guest("Eve")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    bob = await with_lost_seat(house, code, "Bob")
    assert bob.user
    for silent in (0, 59, 62):
        await house.pass_time(silent)
        await house.do(bob, asking(code)[number])
        assert await here(house, eve, code) == 2
        await house.pass_time(1)
        assert bob.user.id in await seats(house, code)
    await house.pass_time(59)
    assert await here(house, eve, code) == 1
    assert bob.user.id not in await seats(house, code)


async def test_who_only_says_things_keeps_seat_and_name(house: House) -> None:
    ann, other = await house.listener("Ann"), await house.guest("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    bob = await house.guest("Bob")
    await house.do(bob, commands.JoinRoom(code=code))
    for _ in range(5):
        await house.pass_time(50)
        await house.do(bob, commands.SendMessage(code=code, text="still here"))
    assert await refused(house, other, commands.JoinRoom(code=code)) is ErrorCode.NAME_TAKEN


async def test_a_live_session_that_speaks_without_hearing_has_a_seat_for_as_long_as_the_grace(house: House) -> None:
    ann = await house.listener("Ann")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    bob = await house.listener("Bob")
    await house.do(bob, commands.JoinRoom(code=code))
    await house.do(bob, commands.UnwatchRoom(code=code))
    await house.pass_time(11)
    assert await here(house, ann, code) == 1
    await house.do(bob, commands.SendMessage(code=code, text="hello"))
    await house.pass_time(9)
    assert (await here(house, ann, code), len(await seats(house, code))) == (2, 2)
    await house.pass_time(2)
    assert (await here(house, ann, code), len(await seats(house, code))) == (1, 1)


async def test_what_a_live_session_has_asked_last_does_not_stretch_its_grace(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.do(bob, commands.JoinRoom(code=code))
    house.chat.end(bob)
    for command in asking(code):
        await house.do(bob, command)
    await house.pass_time(11)
    assert await here(house, ann, code) == 1


async def test_a_seat_that_was_taken_for_what_was_refused_is_given_up(house: House) -> None:
    ann = await house.listener("Ann")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    bob = await with_lost_seat(house, code, "Bob")
    said = commands.SendMessage(code=code, text="what?", reply_to=99)
    assert await refused(house, bob, said) is ErrorCode.MESSAGE_NOT_FOUND
    await house.pass_time(1)
    assert (await here(house, ann, code), len(await seats(house, code))) == (1, 1)


async def test_who_hangs_up_while_coming_in_leaves_no_seat_behind(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.guest("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    store, taken = house.context.store, asyncio.Event()
    add_member = store.add_member

    async def slow(*args: object) -> object:
        found = await add_member(*args)  # type: ignore[arg-type]
        taken.set()
        await asyncio.Event().wait()  # until it is cancelled
        return found

    store.add_member = slow  # type: ignore[assignment, method-assign]
    joining = asyncio.ensure_future(house.do(bob, commands.JoinRoom(code=code)))
    await taken.wait()
    assert len(await seats(house, code)) == 2
    joining.cancel()
    await asyncio.wait({joining})
    await house.pass_time(1)
    assert len(await seats(house, code)) == 1


async def test_to_watch_a_room_takes_a_seat_again_and_a_membership(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    with pytest.raises(ChatError) as refused_watch:
        await house.chat.watch(bob, code)
    assert refused_watch.value.code is ErrorCode.NOT_A_MEMBER
    await house.do(bob, commands.JoinRoom(code=code))
    house.chat.end(bob)
    await house.pass_time(11)
    assert len(await seats(house, code)) == 1
    await house.chat.watch(bob, code.lower())
    assert (bob.rooms, len(await seats(house, code))) == ({code}, 2)


async def test_to_watch_a_room_takes_no_name_that_is_taken_meanwhile(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.do(bob, commands.JoinRoom(code=code))
    house.chat.end(bob)
    await house.pass_time(11)
    await house.do(ann, commands.ChangeName(name="bob"))
    with pytest.raises(ChatError) as refused_watch:
        await house.chat.watch(bob, code)
    assert refused_watch.value.code is ErrorCode.NAME_TAKEN
    assert (bob.rooms, await here(house, ann, code)) == (set(), 1)


async def test_who_can_not_be_given_a_seat_at_the_moment_reads_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await house.listener("Ann")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    bob = await with_lost_seat(house, code, "Bob")

    async def full(*_: object) -> None:
        raise ChatError(ErrorCode.STORAGE_FULL)

    monkeypatch.setattr(house.context.store, "take_seat", full)
    assert (await house.do(bob, commands.Events(code=code))).last_seq == 3
    assert await here(house, ann, code) == 1


async def test_who_is_losing_their_seat_and_can_not_be_given_it_again_does_not_keep_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.listener("Ann"), await house.guest("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.do(bob, commands.JoinRoom(code=code))
    store = house.context.store

    async def full(*_: object) -> None:
        raise ChatError(ErrorCode.STORAGE_FULL)

    async def full_after_a_while(*_: object) -> None:
        await house.chat.tick()
        await full()

    with monkeypatch.context() as disk:
        disk.setattr(store, "free_seats", full)
        with pytest.raises(ChatError):
            await house.pass_time(62)
        assert len(await seats(house, code)) == 2, "need a seat that could not be freed for this test to mean anything"
    with monkeypatch.context() as disk:
        disk.setattr(store, "take_seat", full_after_a_while)
        await house.do(bob, commands.Events(code=code))
    await house.pass_time(1)
    assert len(await seats(house, code)) == 1
