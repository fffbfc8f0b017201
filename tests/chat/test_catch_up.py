"""Coming back: what the answer tells and what is pushed after it make the log, without a gap or a repetition."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, cast

import pytest

from hubbub.core import command as commands
from hubbub.core.command import Command
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import MemberJoined, MessageSent, StoredEvent
from hubbub.core.reply import Joined, MessagePage
from hubbub.hub import Hub
from hubbub.hub.ring import MOST_EVENTS
from hubbub.store.sqlite import SqliteStore
from tests.chat.conftest import House, Listener

pytestmark = pytest.mark.anyio


@pytest.fixture
def later(house: House) -> list[Callable[[], None]]:
    """What the hub does in the loop's next turn, which comes when `turn` says so."""
    waiting: list[Callable[[], None]] = []
    house.context.hub = Hub(house.clock.steady, soon=waiting.append)
    return waiting


def turn(later: list[Callable[[], None]]) -> None:
    while later:
        later.pop(0)()


async def say(house: House, who: Listener, code: str, text: str = "hello") -> int:
    return int((await house.do(who, commands.SendMessage(code=code, text=text))).seq)


def say_before_messages_are_read(house: House, who: Listener, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have something said whenever the store is asked for messages, just before it reads them."""
    messages = house.context.store.messages

    async def say_something_first(*question: Any) -> list[MessageSent]:
        await say(house, who, code)
        return await messages(*question)

    monkeypatch.setattr(house.context.store, "messages", say_something_first)


async def come_back(house: House, who: Listener, code: str, since: int, epoch: str) -> Joined:
    """Come back on another connection, and note what is heard only from the answer on."""
    joined: Joined = await house.do(who, commands.JoinRoom(code=code, since=since, epoch=epoch))
    who.heard.clear()
    return joined


def seqs(events: object) -> list[int]:
    assert isinstance(events, list | tuple)
    return [event.seq for event in events if isinstance(event, StoredEvent)]


async def test_what_the_answer_tells_is_not_pushed_after_it(house: House, later: list[Callable[[], None]]) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    epoch = (await house.do(ann, commands.JoinRoom(code=code))).epoch
    last = (await house.do(bob, commands.JoinRoom(code=code))).last_seq
    missed = [await say(house, ann, code) for _ in range(3)]
    assert later, "need messages that haven't been handed on for this test to mean anything"
    joined = await come_back(house, bob, code, last, epoch)
    next_one = await say(house, ann, code)
    turn(later)
    assert seqs(joined.events) == missed
    assert joined.last_seq == missed[-1]
    assert seqs(bob.heard) == [next_one]


async def test_who_comes_new_is_told_the_latest_and_hears_what_follows(
    house: House, later: list[Callable[[], None]]
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    before = [await say(house, ann, code) for _ in range(3)]
    joined: Joined = await house.do(bob, commands.JoinRoom(code=code))
    bob.heard.clear()
    next_one = await say(house, ann, code)
    turn(later)
    assert joined.reset
    assert seqs(joined.messages) == before
    assert joined.last_seq == before[-1] + 1, "the last is that Bob has joined"
    assert seqs(bob.heard) == [next_one]


async def test_what_is_said_while_the_latest_are_read_comes_once(
    house: House, later: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    say_before_messages_are_read(house, ann, code, monkeypatch)
    joined: Joined = await house.do(bob, commands.JoinRoom(code=code))
    bob.heard.clear()
    turn(later)
    assert seqs(joined.messages) == [joined.last_seq]
    assert seqs(bob.heard) == []


async def test_what_is_said_after_the_latest_were_read_is_in_the_answer_too(
    house: House, later: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    first = await say(house, ann, code)
    messages = house.context.store.messages

    async def say_something_then(*question: Any) -> list[MessageSent]:
        page = await messages(*question)
        await say(house, ann, code)
        return page

    monkeypatch.setattr(house.context.store, "messages", say_something_then)
    joined: Joined = await house.do(bob, commands.JoinRoom(code=code))
    bob.heard.clear()
    turn(later)
    assert seqs(joined.messages) == [first, joined.last_seq]
    assert joined.last_number == 2
    assert seqs(bob.heard) == []


async def test_what_is_said_before_a_page_is_read_is_in_its_last_seq_too(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await house.listener("Ann")
    code = await house.room(ann)
    say_before_messages_are_read(house, ann, code, monkeypatch)
    page: MessagePage = await house.do(ann, commands.Messages(code=code))
    assert seqs(page.messages) == [page.last_seq]


async def test_where_more_is_said_than_is_remembered_the_latest_are_read_again(
    house: House, later: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    messages, reads = house.context.store.messages, 0

    async def say_much_then(*question: Any) -> list[MessageSent]:
        nonlocal reads
        page, reads = await messages(*question), reads + 1
        for _ in range(0 if reads > 1 else MOST_EVENTS + 2):
            await say(house, ann, code)
        return page

    house.context.settings = replace(house.context.settings, throttle=False)
    monkeypatch.setattr(house.context.store, "messages", say_much_then)
    joined: Joined = await house.do(bob, commands.JoinRoom(code=code))
    assert joined.messages
    assert reads == 2
    assert [message.number for message in joined.messages] == list(range(MOST_EVENTS + 3 - 50, MOST_EVENTS + 3))
    reads = -10
    with pytest.raises(ChatError) as refused:
        await house.do(ann, commands.JoinRoom(code=code))
    assert refused.value.code is ErrorCode.UNAVAILABLE


@pytest.mark.parametrize("count", [3, 250, MOST_EVENTS + 5])
async def test_what_is_said_after_the_missed_were_read_is_in_the_answer_or_asked_for(
    house: House, later: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    epoch = (await house.do(bob, commands.JoinRoom(code=code))).epoch
    missed = await say(house, ann, code)
    house.context.settings = replace(house.context.settings, throttle=False)
    house.context.hub = Hub(house.clock.steady, soon=later.append)  # as after a restart: nothing is remembered
    events = house.context.store.events

    async def say_something_then(*question: Any) -> list[StoredEvent]:
        page = await events(*question)
        monkeypatch.undo()
        for _ in range(count):
            await say(house, ann, code)
        return page

    monkeypatch.setattr(house.context.store, "events", say_something_then)
    joined = await come_back(house, bob, code, missed - 1, epoch)
    told = seqs(joined.events)
    assert told == list(range(missed, missed + len(told)))
    assert joined.more is (told[-1] < joined.last_seq)
    assert joined.more is (count > 200 - 1)
    assert joined.last_seq == missed + count


async def test_who_has_missed_nothing_costs_no_query(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = await house.listener("Ann")
    code = await house.room(ann)
    seq = await say(house, ann, code)
    joined = await house.do(ann, commands.JoinRoom(code=code))

    def never(*_: object) -> None:
        raise AssertionError("the log was asked")

    monkeypatch.setattr(house.context.store, "events", never)
    house.context.hub = Hub(house.clock.steady, soon=lambda do: do())  # as after a restart: nothing is remembered
    again = await come_back(house, ann, code, seq, joined.epoch)
    assert (again.reset, again.events, again.last_seq, again.more) == (False, (), seq, False)
    assert [type(event) for event in ann.heard] == []


async def test_what_happens_while_one_comes_in_is_missed_by_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    last = (await house.do(ann, commands.JoinRoom(code=code))).last_seq
    epoch = (await house.do(bob, commands.JoinRoom(code=code))).epoch
    house.context.hub = Hub(house.clock.steady, soon=lambda do: do())
    find_member = house.context.store.find_member
    said: list[int] = []

    async def find_and_hear_something(code: str, user_id: str) -> object:
        found = await find_member(code, user_id)
        if not said and bob.user and user_id == bob.user.id:
            said.append(0)
            said[0] = await say(house, ann, code)
        return found

    monkeypatch.setattr(house.context.store, "find_member", find_and_hear_something)
    joined = await come_back(house, bob, code, last + 1, epoch)
    assert seqs(joined.events) == said, "Bob was found before it was said"
    assert joined.last_seq == said[0]


async def test_what_is_in_the_log_but_not_published_yet_comes_when_it_is(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    first = await house.do(bob, commands.JoinRoom(code=code))
    publish = house.context.hub.publish
    held: list[StoredEvent] = []
    monkeypatch.setattr(house.context.hub, "publish", held.append)
    seq = await say(house, ann, code)
    monkeypatch.setattr(house.context.hub, "recent", lambda *_: None)
    joined = await come_back(house, bob, code, first.last_seq, first.epoch)
    assert (joined.events, joined.last_seq) == ((), first.last_seq)
    for event in held:
        publish(event)
    assert seqs(bob.heard) == [seq]


async def test_a_newcomer_s_arrival_is_told_to_all_but_once(house: House, later: list[Callable[[], None]]) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    await house.do(bob, commands.JoinRoom(code=code))
    turn(later)
    arrivals = [event for event in ann.heard if isinstance(event, MemberJoined)]
    assert [event.user.name for event in arrivals] == ["Bob"]
    assert not [event for event in bob.heard if isinstance(event, MessageSent)]


async def test_what_is_said_while_the_latest_are_read_is_in_the_answer_though_the_memory_of_it_is_gone(
    house: House, later: list[Callable[[], None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    first = await say(house, ann, code)
    messages, reads, said = house.context.store.messages, 0, []

    async def say_something_and_be_renamed_then(*question: Any) -> list[MessageSent]:
        nonlocal reads
        page, reads = await messages(*question), reads + 1
        if reads == 1:
            said.append(await say(house, ann, code))
            await house.do(ann, commands.ChangeName(name="Anna"))
        return page

    monkeypatch.setattr(house.context.store, "messages", say_something_and_be_renamed_then)
    joined: Joined = await house.do(bob, commands.JoinRoom(code=code))
    bob.heard.clear()
    turn(later)
    assert seqs(joined.messages) == [first, *said]
    assert joined.last_seq == said[0] + 1, "the last is that Ann was renamed"
    assert seqs(bob.heard) == []
    assert reads == 2


@pytest.mark.parametrize("unpublished", [1, 20, 60])
@pytest.mark.parametrize("remembered", [True, False], ids=["remembered", "only in the log"])
async def test_who_is_told_the_latest_while_some_are_not_published_yet_is_told_that_there_are_older_ones(
    house: House, monkeypatch: pytest.MonkeyPatch, unpublished: int, remembered: bool
) -> None:
    house.context.settings = replace(house.context.settings, throttle=False)
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(bob, commands.JoinRoom(code=code))
    for _ in range(60):
        await say(house, ann, code)
    if not remembered:
        await house.do(ann, commands.ChangeName(name="Anna"))
    last = await say(house, ann, code)
    monkeypatch.setattr(house.context.hub, "publish", lambda _: None)
    for _ in range(unpublished):
        await say(house, ann, code)
    joined: Joined = await house.do(bob, commands.JoinRoom(code=code))
    assert joined.messages, "older ones are asked for by the first that is there"
    assert joined.messages[-1].seq == joined.last_seq == last
    numbers = [message.number for message in joined.messages]
    assert numbers == list(range(numbers[0], 62))
    assert joined.more


@pytest.mark.parametrize(
    "ask",
    [
        lambda code, since, epoch: commands.Events(code=code, since=since),
        lambda code, since, epoch: commands.Messages(code=code),
        lambda code, since, epoch: commands.JoinRoom(code=code, since=since, epoch=epoch),
        lambda code, since, epoch: commands.JoinRoom(code=code),
    ],
    ids=["events", "messages", "resume", "join"],
)
async def test_nobody_is_answered_with_what_is_committed_and_not_yet_published(
    house: House, ask: Callable[[str, int, str], Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    joined = await house.do(bob, commands.JoinRoom(code=code))
    monkeypatch.setattr(house.context.hub, "recent", lambda *_: None)  # the room remembers nothing: the log is read
    with held_back(house, monkeypatch) as (is_committed, publish):
        saying = asyncio.ensure_future(house.do(bob, commands.SendMessage(code=code, text="hello")))
        await is_committed.wait()
        bob.heard.clear()
        asking = asyncio.ensure_future(house.do(bob, ask(code, joined.last_seq, joined.epoch)))
        for _ in range(30):
            await house.context.store.ping()
        assert not asking.done(), "it has read the log by now"
        publish()
    page = await asking
    said = (await saying).seq
    assert seqs(getattr(page, "events", None) or page.messages) == [said]
    assert seqs(bob.heard) == [said], "it was told before the answer, and never after it"


@pytest.mark.parametrize("remembers", [True, False], ids=["from memory", "from the log"])
@pytest.mark.parametrize(
    "ask",
    [lambda code, last: commands.Events(code=code, since=last), lambda code, _: commands.Messages(code=code)],
    ids=["events", "messages"],
)
async def test_who_asks_for_what_was_not_handed_on_yet_hears_it_before_the_answer_and_not_again(
    house: House,
    later: list[Callable[[], None]],
    ask: Callable[[str, int], Command],
    remembers: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ann, bob = await house.listener("Ann"), await house.listener("Bob")
    code = await house.room(ann)
    await house.do(ann, commands.JoinRoom(code=code))
    last = (await house.do(bob, commands.JoinRoom(code=code))).last_seq
    if not remembers:
        monkeypatch.setattr(house.context.hub, "recent", lambda *_: None)
    said = await say(house, ann, code)
    bob.heard.clear()
    page = await house.do(bob, ask(code, last))
    assert seqs(getattr(page, "events", None) or page.messages) == [said]
    assert seqs(bob.heard) == [said]
    turn(later)
    assert seqs(bob.heard) == [said]


async def test_who_reads_a_room_that_nobody_hears_waits_for_no_commit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = await house.guest("Ann"), await house.guest("Bob")
    code = await house.room(ann)
    await house.do(bob, commands.JoinRoom(code=code))
    await house.do(ann, commands.SendMessage(code=code, text="hello"))
    with held_back(house, monkeypatch) as (is_committed, _):
        making = asyncio.ensure_future(house.room(ann))
        await is_committed.wait()
        async with asyncio.timeout(30):
            assert len((await house.do(bob, commands.Messages(code=code))).messages) == 1
        assert not making.done(), "need a commit that hangs for this test to mean anything"
    await making


@contextmanager
def held_back(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[asyncio.Event, Callable[[], None]]]:
    """Keep the next commit from being published; give what says that it is durable, and what publishes it."""
    writer, batches, is_committed = cast("SqliteStore", house.context.store)._writer, list[Any](), asyncio.Event()
    deliver = writer._deliver

    def keep(batch: Any) -> None:
        batches.append(batch)
        is_committed.set()

    def publish() -> None:
        while batches:
            deliver(batches.pop())

    with monkeypatch.context() as patch:
        patch.setattr(writer, "_deliver", keep)
        try:
            yield is_committed, publish
        finally:
            publish()
