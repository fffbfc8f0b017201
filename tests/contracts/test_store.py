"""What the store's port promises of every change: whole or not at all, in a dense order, told once it is durable."""

import asyncio
import contextlib

import pytest

from hubbub.core.error import ErrorCode
from hubbub.core.event import MemberJoined, MemberLeft, MemberRenamed, MessageSent, RoomCreated, RoomDeleted
from hubbub.store.base import Commit, Store
from tests.contracts import given
from tests.contracts.given import AT

pytestmark = pytest.mark.anyio

HOLDS = (
    "hubbub.store.base",
    "hubbub.store.memory",
    "hubbub.store.memory_room",
    "hubbub.store.queries",
    "hubbub.store.reads",
    "hubbub.store.sqlite.members",
    "hubbub.store.sqlite.messages",
    "hubbub.store.sqlite.people",
    "hubbub.store.sqlite.rooms",
    "hubbub.store.sqlite.rows",
    "hubbub.store.sqlite.store",
)
"""The modules whose every promise the suites `test_store*.py` of this folder hold."""


async def test_a_store_that_can_be_read_answers_a_ping(store: Store) -> None:
    await store.ping()


async def test_seqs_and_numbers_are_dense_however_many_write_at_once(store: Store) -> None:
    room = await given.room(store)
    people = [await given.member(store, f"Person {n}") for n in range(5)]
    before = (await given.find_room(store)).last_seq
    newcomers = [await given.guest(store, f"Newcomer {n}") for n in range(20)]
    sent, _ = await given.at_once(*(given.say(store, person) for _ in range(20) for person in people))
    await given.at_once(*(store.add_member("ABCD", user, AT) for user in newcomers))
    assert sorted(each.number for each in sent) == list(range(1, 101))
    assert sorted(each.seq for each in sent) == list(range(before + 1, before + 101))
    log = await given.log_of(store, room)
    assert [event.seq for event in log] == list(range(1, before + 121))
    assert [event.number for event in log if isinstance(event, MessageSent)] == list(range(1, 101))
    kept = await given.find_room(store)
    assert (kept.last_seq, kept.last_number) == (before + 120, 100)


async def test_each_room_counts_for_itself(store: Store) -> None:
    await given.room(store, "AAAA")
    await given.room(store, "BBBB")
    ann = await given.member(store, "Ann", "AAAA", "BBBB")
    first = await given.say(store, ann, code="AAAA")
    for _ in range(3):
        await given.say(store, ann, code="BBBB")
    second = await given.say(store, ann, code="AAAA")
    assert (second.seq, second.number) == (first.seq + 1, first.number + 1) == (5, 2)


async def test_a_change_is_told_before_it_returns(store: Store) -> None:
    await given.room(store)
    ann = await given.member(store)
    diary: list[str] = []
    store.on_commit(lambda commit: diary.extend(f"told {event.seq}" for event in commit.events))

    async def say() -> None:
        sent = await given.say(store, ann)
        diary.append(f"returned {sent.seq}")

    await asyncio.gather(*(say() for _ in range(30)))
    assert len(diary) == 60
    for line in [line for line in diary if line.startswith("returned")]:
        assert diary.index(line.replace("returned", "told")) < diary.index(line)


async def test_a_cancelled_change_is_told_all_the_same(store: Store, told: list[Commit]) -> None:
    room = await given.room(store)
    ann = await given.member(store)
    told.clear()
    loop = asyncio.get_running_loop()
    saying = asyncio.create_task(given.say(store, ann, "cancelled"))
    loop.call_soon(saying.cancel)  # right behind the task's first step, which hands the change over
    with contextlib.suppress(asyncio.CancelledError):
        await saying
    await given.say(store, ann, "next")
    assert [commit.events[0].seq for commit in told] == [4, 5]
    assert [message.text for message in await given.messages_of(store, room)] == ["cancelled", "next"]


async def test_a_rooms_commits_are_told_in_order_of_seq(store: Store, told: list[Commit]) -> None:
    await given.room(store)
    people = [await given.member(store, f"Person {n}") for n in range(5)]
    await asyncio.gather(*(given.say(store, person) for _ in range(20) for person in people))
    seqs = [event.seq for commit in told for event in commit.events]
    assert seqs == list(range(1, 108))


async def test_each_kind_of_event_is_told_as_it_is_read_back(store: Store, told: list[Commit]) -> None:
    owner = await given.guest(store, "Olga")
    room = await store.add_room(given.draft(owner, capacity=9))
    ann = await given.member(store)
    hello = await given.say(store, ann)
    await store.append_message(given.message(ann, "and again", "my-id", reply_to=hello.seq, at=AT + 1))
    await store.end_membership("ABCD", owner.id, AT + 2)
    events = [event for commit in told for event in commit.events]
    assert [type(event) for event in events] == [
        *(RoomCreated, MemberJoined, MemberJoined),
        *(MessageSent, MessageSent, MemberLeft),
    ]
    assert await given.log_of(store, room) == events


async def test_a_commit_says_which_room_and_whether_it_is_private(store: Store, told: list[Commit]) -> None:
    closed = await given.room(store, "SECRET", private=True)
    opened = await given.room(store, "OPEN")
    ann = await given.member(store, "Ann", "SECRET", "OPEN")
    await given.say(store, ann, code="SECRET")
    await store.change_name(ann.id, "Anna", AT)
    await store.end_membership("SECRET", ann.id, AT)
    await store.delete_room("SECRET", AT, by=None)
    await store.delete_room("OPEN", AT, by=None)
    assert {(commit.room_id, commit.private, event.code) for commit in told for event in commit.events} == {
        (closed.id, True, "SECRET"),
        (opened.id, False, "OPEN"),
    }
    assert [type(commit.events[-1]) for commit in told].count(MemberRenamed) == 2
    assert [type(commit.events[-1]) for commit in told].count(RoomDeleted) == 2


async def test_a_refused_change_takes_no_seq_and_is_not_told(store: Store, told: list[Commit]) -> None:
    room = await given.room(store, capacity=2)
    ann = await given.member(store, "Ann")
    await store.append_message(given.message(ann, "hello", "my-id"))
    log, before = await given.log_of(store, room), await given.find_member(store, ann)
    told.clear()
    late = await given.guest(store, "Late")
    refusals = [
        await given.refusal(store.append_message(given.message(ann, "another", "my-id"))),
        await given.refusal(store.append_message(given.message(ann, reply_to=99))),
        await given.refusal(store.append_message(given.message(late))),
        await given.refusal(store.add_member("ABCD", late, AT)),
        await given.refusal(store.end_membership("ABCD", late.id, AT)),
        await given.refusal(store.change_name(ann.id, "owner of abcd", AT)),
    ]
    assert [each.code for each in refusals] == [
        ErrorCode.CLIENT_MESSAGE_ID_REUSED,
        ErrorCode.MESSAGE_NOT_FOUND,
        ErrorCode.NOT_A_MEMBER,
        ErrorCode.ROOM_FULL,
        ErrorCode.NOT_A_MEMBER,
        ErrorCode.NAME_TAKEN,
    ]
    assert told == []
    assert await given.log_of(store, room) == log
    assert await given.find_member(store, ann) == before
    assert await store.find_member("ABCD", late.id) is None
    assert (await given.say(store, ann)).seq == log[-1].seq + 1


async def test_a_rename_that_one_room_forbids_happens_in_none(store: Store, told: list[Commit]) -> None:
    rooms = [await given.room(store, code) for code in ("AAAA", "BBBB", "CCCC")]
    ann = await given.member(store, "Ann", "AAAA", "BBBB", "CCCC")
    await given.member(store, "Bob", "BBBB")
    logs = [await given.log_of(store, room) for room in rooms]
    told.clear()
    assert (await given.refusal(store.change_name(ann.id, "Bob", AT))).code is ErrorCode.NAME_TAKEN
    assert told == []
    assert [await given.log_of(store, room) for room in rooms] == logs
    login = await store.find_login(ann.id.encode())
    assert login
    assert login.user == ann


async def test_what_no_event_tells_is_not_told(store: Store, told: list[Commit]) -> None:
    await given.room(store)
    ann = await given.member(store)
    await given.say(store, ann)
    told.clear()
    await store.touch_login(ann.id.encode(), AT + 1)
    await store.set_read("ABCD", ann.id, 1)
    await store.free_seats("ABCD", [ann.id])
    await store.try_code("NONE", ["key"], AT, private=False)
    assert told == []
    assert (await given.find_room(store)).last_seq == 4


async def test_closing_finishes_the_changes_that_wait(store: Store, told: list[Commit]) -> None:
    await given.room(store)
    ann = await given.member(store)
    told.clear()
    saying = [asyncio.create_task(given.say(store, ann)) for _ in range(20)]
    await asyncio.gather(*saying, store.close())
    assert [each.result().number for each in saying] == list(range(1, 21))
    assert len(told) == 20
