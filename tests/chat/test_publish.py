"""Publishing: told once durable, in order, and logged without a word of what was said."""

import asyncio

import pytest
from structlog.testing import capture_logs

from hubbub.broker.base import Ring
from hubbub.broker.memory import Exchange, MemoryBroker
from hubbub.core import command as commands
from hubbub.core.event import MessageSent
from tests.chat.conftest import House

pytestmark = pytest.mark.anyio


async def test_what_many_say_at_once_is_heard_in_the_order_of_the_log(house: House) -> None:
    ann = await house.listener("Ann")
    code = await house.room(ann)
    joined = await house.do(ann, commands.JoinRoom(code=code))
    others = [await house.guest(f"Guest {number}") for number in range(20)]
    for each in others:
        await house.do(each, commands.JoinRoom(code=code))
    await asyncio.gather(*(house.do(each, commands.SendMessage(code=code, text="hi")) for each in others))
    heard = [event.seq for event in ann.heard if isinstance(event, MessageSent)]
    assert len(heard) == 20
    assert heard == list(range(joined.last_seq + 21, joined.last_seq + 41))


async def test_a_sender_who_hangs_up_is_heard_all_the_same(house: House) -> None:
    ann, bob = await house.listener("Ann"), await house.guest("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.do(bob, commands.JoinRoom(code=code))
    sending = asyncio.ensure_future(house.do(bob, commands.SendMessage(code=code, text="last words")))
    await asyncio.sleep(0)
    sending.cancel()
    await house.do(ann, commands.SendMessage(code=code, text="after"))
    assert [event.text for event in ann.heard if isinstance(event, MessageSent)] == ["last words", "after"]


async def test_the_other_nodes_are_rung_with_code_and_seq(house: House) -> None:
    exchange = Exchange()
    house.context.broker, other = MemoryBroker(exchange), MemoryBroker(exchange)
    rings: list[Ring] = []
    other.on_ring(rings.append)
    ann = await house.guest("Ann")
    code = await house.room(ann)
    sent = await house.do(ann, commands.SendMessage(code=code, text="hello"))
    assert rings == [Ring(code, 2), Ring(code, sent.seq)]


async def test_the_log_says_who_where_and_what_but_no_text_and_no_private_code(house: House) -> None:
    ann = await house.guest("Ann")
    with capture_logs() as lines:
        private, open_room = await house.room(ann, private=True), await house.room(ann)
        for code in (private, open_room):
            await house.do(ann, commands.SendMessage(code=code, text="a canary"))
    assert [line["event"] for line in lines].count("message_sent") == 2
    assert ann.user
    assert all(line["user"] == ann.user.id and line["room"] and line["seq"] for line in lines)
    assert "canary" not in str(lines)
    assert private not in str(lines)
    assert open_room in str(lines)
