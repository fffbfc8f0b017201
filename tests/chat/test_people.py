"""Being somebody: how long a login lasts, and what one is called on all sessions."""

import pytest

from hubbub.chat.people import LOOK_AT_LOGINS_EVERY
from hubbub.core import command as commands
from hubbub.core.clock import DAY, SECOND
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import Typing
from hubbub.session import Session
from tests.chat.conftest import House, Listener

pytestmark = pytest.mark.anyio

A_DAY = DAY / SECOND


async def token_of(house: House, name: str = "Ann") -> str:
    """Return the token of a new guest."""
    return str((await house.do(Session("127.0.0.1"), commands.CreateGuest(name=name))).token)


async def connected(house: House, token: str) -> Listener:
    """Return a live session with this token."""
    session = Listener("127.0.0.1")
    await house.chat.log_in(session, token)
    house.chat.begin(session)
    return session


async def logs_in(house: House, token: str) -> bool:
    """Tell whether a token proves somebody."""
    session = Session("127.0.0.1")
    await house.chat.log_in(session, token)
    return session.user is not None


async def test_a_login_that_lies_unused_lapses(house: House) -> None:
    token = await token_of(house)
    await house.pass_time(31 * A_DAY)
    assert not await logs_in(house, token)


async def test_a_login_that_is_used_over_one_live_connection_does_not_lapse(house: House) -> None:
    token = await token_of(house)
    bot = await connected(house, token)
    code = await house.room(bot)
    for _ in range(31):
        await house.pass_time(A_DAY)
        await house.do(bot, commands.SendMessage(code=code, text="Good morning."))
    house.chat.end(bot)
    assert await logs_in(house, token)


async def test_who_only_listens_uses_the_login_too_and_who_is_gone_does_not(house: House) -> None:
    tokens = [await token_of(house, name) for name in ("Ann", "Bob")]
    ann, bob = [await connected(house, token) for token in tokens]
    await house.do(ann, commands.JoinRoom(code=await house.room(bob)))
    house.chat.end(bob)
    for _ in range(31):
        await house.pass_time(A_DAY)
    assert [await logs_in(house, token) for token in tokens] == [True, False]


async def test_a_stream_of_one_room_uses_the_login_too(house: House) -> None:
    token = await token_of(house)
    stream = Listener("127.0.0.1")
    await house.chat.log_in(stream, token)
    await house.do(stream, commands.JoinRoom(code=await house.room(stream)))
    for _ in range(31):
        await house.pass_time(A_DAY)
    assert await logs_in(house, token)


async def test_that_a_login_is_in_use_is_written_four_times_a_day_at_most(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connected(house, await token_of(house))
    touch_login, touched = house.context.store.touch_login, list[int]()

    async def count(token_hash: bytes, at: int) -> None:
        touched.append(at)
        await touch_login(token_hash, at)

    monkeypatch.setattr(house.context.store, "touch_login", count)
    for _ in range(24 * 4):
        await house.pass_time(A_DAY / 24 / 4)
    assert 3 <= len(touched) <= 4


async def test_what_can_not_be_written_of_a_login_is_written_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await token_of(house)
    ann = await connected(house, token)

    async def full(*_: object) -> None:
        raise ChatError(ErrorCode.STORAGE_FULL)

    with monkeypatch.context() as patched:
        patched.setattr(house.context.store, "touch_login", full)
        with pytest.raises(ChatError):
            await house.pass_time(29 * A_DAY)
    await house.pass_time(LOOK_AT_LOGINS_EVERY)
    house.chat.end(ann)
    await house.pass_time(29 * A_DAY)
    assert await logs_in(house, token)


@pytest.mark.parametrize("live", [True, False])
async def test_who_is_renamed_has_the_new_name_on_all_their_sessions(house: House, live: bool) -> None:
    token = await token_of(house)
    ann, tab = await connected(house, token), await connected(house, token)
    bob = await connected(house, await token_of(house, "Bob"))
    code = await house.room(ann)
    for each in (tab, bob):
        await house.do(each, commands.JoinRoom(code=code))
    request = Session("127.0.0.1")
    await house.chat.log_in(request, token)
    renaming = ann if live else request
    assert (await house.do(renaming, commands.ChangeName(name="Anna"))).user.name == "Anna"
    await house.do(tab, commands.Typing(code=code))
    assert [event.user.name for event in bob.heard if isinstance(event, Typing)] == ["Anna"]
    names = [(await house.do(each, commands.WhoAmI())).user.name for each in (renaming, ann, tab, bob)]
    assert names == ["Anna", "Anna", "Anna", "Bob"]
