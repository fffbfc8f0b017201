"""What the store's port promises of messages: kept once, however often they are sent, and read back in pages."""

import asyncio

import pytest

from hubbub.core.error import ErrorCode
from hubbub.core.event import MessageSent
from hubbub.core.member import Role
from hubbub.core.reply import Sent
from hubbub.store.base import Commit, Store
from tests.contracts import given
from tests.contracts.given import AT

pytestmark = pytest.mark.anyio


async def test_a_message_is_kept_as_it_was_sent(store: Store, told: list[Commit]) -> None:
    room = await given.room(store)
    ann = await given.member(store)
    first = await given.say(store, ann)
    told.clear()
    text = "Grüße 👋\nsecond line"
    sent = await store.append_message(given.message(ann, text, "my-id", reply_to=first.seq, at=AT + 7))
    assert sent == Sent(seq=5, number=2, at=AT + 7)
    (event,) = told[0].events
    assert isinstance(event, MessageSent)
    assert (event.code, event.seq, event.number, event.at) == ("ABCD", 5, 2, AT + 7)
    assert (event.text, event.client_message_id, event.reply_to) == (text, "my-id", first.seq)
    assert (event.by.id, event.by.name, event.by.role) == (ann.id, "Ann", Role.GUEST)
    assert (await given.messages_of(store, room))[-1] == event


async def test_a_message_moves_its_authors_read_position_and_no_other(store: Store) -> None:
    await given.room(store)
    ann, bob = await given.member(store, "Ann"), await given.member(store, "Bob")
    for _ in range(3):
        await given.say(store, ann)
    assert (await given.find_member(store, ann)).member.read_number == 3
    assert (await given.find_member(store, bob)).member.read_number == 0


async def test_a_message_sent_again_is_answered_as_the_first_time(store: Store, told: list[Commit]) -> None:
    room = await given.room(store)
    ann, bob = await given.member(store, "Ann"), await given.member(store, "Bob")
    first = await store.append_message(given.message(ann, "hello", "my-id"))
    await given.say(store, bob)
    told.clear()
    again = await store.append_message(given.message(ann, "hello", "my-id", at=AT + 99))
    assert again == first
    assert told == []
    assert len(await given.messages_of(store, room)) == 2
    assert (await given.find_member(store, ann)).member.read_number == first.number
    assert (await given.find_room(store)).last_seq == first.seq + 1


async def test_100_retries_at_once_are_one_message_and_100_equal_answers(store: Store, told: list[Commit]) -> None:
    room = await given.room(store)
    ann = await given.member(store)
    told.clear()
    retries = (store.append_message(given.message(ann, "hello", "my-id", at=AT + n)) for n in range(100))
    answers = await asyncio.gather(*retries)
    assert len(answers) == 100
    assert set(answers) == {answers[0]}
    assert len(told) == 1
    assert [message.seq for message in await given.messages_of(store, room)] == [answers[0].seq]


async def test_another_text_under_the_same_id_is_refused(store: Store) -> None:
    room = await given.room(store)
    ann = await given.member(store)
    await store.append_message(given.message(ann, "hello", "my-id"))
    error = await given.refusal(store.append_message(given.message(ann, "bye", "my-id")))
    assert (error.code, error.field) == (ErrorCode.CLIENT_MESSAGE_ID_REUSED, "client_message_id")
    assert [message.text for message in await given.messages_of(store, room)] == ["hello"]


async def test_an_id_is_its_authors_own_and_its_rooms(store: Store) -> None:
    await given.room(store, "AAAA")
    await given.room(store, "BBBB")
    ann, bob = await given.member(store, "Ann", "AAAA", "BBBB"), await given.member(store, "Bob", "AAAA")
    drafts = [
        given.message(ann, "first", "my-id", code="AAAA"),
        given.message(bob, "second", "my-id", code="AAAA"),
        given.message(ann, "third", "my-id", code="BBBB"),
    ]
    assert [(await store.append_message(draft)).number for draft in drafts] == [1, 2, 1]


async def test_a_retry_after_coming_back_is_still_the_same_message(store: Store) -> None:
    await given.room(store)
    ann = await given.member(store)
    first = await store.append_message(given.message(ann, "hello", "my-id"))
    await store.end_membership("ABCD", ann.id, AT)
    await store.add_member("ABCD", ann, AT)
    assert await store.append_message(given.message(ann, "hello", "my-id")) == first


async def test_only_a_member_can_send(store: Store) -> None:
    await given.room(store)
    stranger, gone = await given.guest(store, "Stranger"), await given.member(store, "Gone")
    await store.end_membership("ABCD", gone.id, AT)
    for author, code in ((stranger, "ABCD"), (gone, "ABCD"), (stranger, "NONE")):
        error = await given.refusal(given.say(store, author, code=code))
        assert error.code is ErrorCode.NOT_A_MEMBER


async def test_a_member_without_a_seat_takes_one_by_sending(store: Store, told: list[Commit]) -> None:
    await given.room(store)
    ann = await given.member(store)
    await store.free_seats("ABCD", [ann.id])
    told.clear()
    assert (await given.say(store, ann)).number == 1
    assert (await given.find_member(store, ann)).member.seated
    assert [type(event) for commit in told for event in commit.events] == [MessageSent]


async def test_who_finds_no_seat_sends_nothing_and_is_still_answered_what_was_sent_before(store: Store) -> None:
    room = await given.room(store, capacity=2)
    ann = await given.member(store)
    draft = given.message(ann, "hello", "my-id")
    sent = await store.append_message(draft)
    await store.free_seats("ABCD", [ann.id])
    await given.member(store, "Bob")
    assert (await given.refusal(given.say(store, ann))).code is ErrorCode.ROOM_FULL
    assert await store.append_message(draft) == sent
    assert not (await given.find_member(store, ann)).member.seated
    assert len(await given.messages_of(store, room)) == 1


async def test_nobody_sends_under_the_name_of_someone_who_has_a_seat(store: Store) -> None:
    await given.room(store)
    await given.member(store, "Bob")
    ann = await given.member(store)
    await given.say(store, ann)
    await store.free_seats("ABCD", [ann.id])
    await store.change_name(ann.id, "B o b", AT)
    error = await given.refusal(given.say(store, ann))
    assert (error.code, error.field) == (ErrorCode.NAME_TAKEN, "name")
    assert error.suggestion
    await store.change_name(ann.id, error.suggestion, AT)
    assert (await given.say(store, ann)).number == 2


async def test_of_many_who_send_without_a_seat_as_many_take_one_as_there_are(store: Store) -> None:
    await given.room(store, capacity=6)
    people = []
    for number in range(10):
        people.append(await given.member(store, f"Person {number}"))
        await store.free_seats("ABCD", [people[-1].id])
    sent, refusals = await given.at_once(*(given.say(store, person) for person in people * 2))
    assert (len(sent), refusals) == (10, [ErrorCode.ROOM_FULL] * 10)
    assert len(await store.seats()) == 6


async def test_a_reply_must_be_to_a_message_of_the_room(store: Store) -> None:
    await given.room(store, "AAAA")
    await given.room(store, "BBBB")
    ann = await given.member(store, "Ann", "AAAA", "BBBB")
    for _ in range(3):
        elsewhere = await given.say(store, ann, code="BBBB")
    here = await given.say(store, ann, code="AAAA")
    assert elsewhere.seq > here.seq, "need a seq that only the other room has"
    for seq in (elsewhere.seq, here.seq - 1, 0, -1):
        error = await given.refusal(store.append_message(given.message(ann, code="AAAA", reply_to=seq)))
        assert (error.code, error.field) == (ErrorCode.MESSAGE_NOT_FOUND, "reply_to")
    assert (await store.append_message(given.message(ann, code="AAAA", reply_to=here.seq))).number == 2


async def test_a_stranger_learns_nothing_of_a_room_by_replying_in_it(store: Store) -> None:
    await given.room(store, "AAAA")
    there = await given.say(store, await given.member(store, "Ann", "AAAA"), code="AAAA")
    eve = await given.guest(store, "Eve")
    for code, seq in (("AAAA", there.seq), ("AAAA", 1), ("ZZZZ", 1)):
        error = await given.refusal(store.append_message(given.message(eve, code=code, reply_to=seq)))
        assert error.code is ErrorCode.NOT_A_MEMBER


async def test_messages_come_in_pages_oldest_first(store: Store) -> None:
    room = await given.room(store)
    ann = await given.member(store)
    first = (await given.say(store, ann, "0")).seq
    for n in range(1, 5):
        await given.say(store, ann, str(n))
    bob = await given.member(store, "Bob")
    for n in range(5, 9):
        await given.say(store, bob, str(n))

    async def page(before: int | None, after: int | None, limit: int) -> str:
        return "".join(message.text or "?" for message in await store.messages(room.id, before, after, limit))

    assert await page(None, None, 100) == "012345678"
    assert await page(None, None, 3) == "678"
    assert await page(first + 4, None, 3) == "123"
    assert await page(first + 1, None, 3) == "0"
    assert await page(first, None, 3) == ""
    assert await page(None, first, 3) == "123"
    assert await page(None, first + 3, 3) == "456", "a join lies between"
    assert await page(None, 0, 2) == "01"
    assert await page(None, 99, 2) == ""
    assert await store.messages(room.id + 100, None, None, 3) == []
