"""What the store's port promises of reading a room's log: pages in order of seq, told as things are now."""

import pytest

from hubbub.core.event import MemberJoined, MemberLeft, MemberRenamed, MessageSent, Person
from hubbub.core.member import Role
from hubbub.store.base import Store
from tests.contracts import given
from tests.contracts.given import AT

pytestmark = pytest.mark.anyio


async def test_events_come_in_pages_oldest_first(store: Store) -> None:
    room = await given.room(store)
    ann = await given.member(store)
    for _ in range(6):
        await given.say(store, ann)

    async def page(since: int, limit: int) -> list[int]:
        return [event.seq for event in await store.events(room.id, since, limit)]

    assert await page(0, 100) == list(range(1, 10))
    assert await page(0, 4) == [1, 2, 3, 4]
    assert await page(4, 4) == [5, 6, 7, 8]
    assert await page(8, 4) == [9]
    assert await page(9, 4) == []
    assert await page(99, 4) == []
    assert await store.events(room.id + 100, 0, 4) == []


async def test_a_log_holds_its_own_rooms_events_alone(store: Store) -> None:
    rooms = [await given.room(store, code) for code in ("AAAA", "BBBB")]
    ann = await given.member(store, "Ann", "AAAA", "BBBB")
    await given.say(store, ann, code="BBBB")
    for room, count in zip(rooms, (3, 4), strict=True):
        log = await given.log_of(store, room)
        assert [event.seq for event in log] == list(range(1, count + 1))
        assert {event.code for event in log} == {room.code}


async def test_names_are_read_back_as_they_are_now(store: Store) -> None:
    room = await given.room(store)
    ann = await given.member(store, "Ann")
    await given.say(store, ann, "hello")
    await store.change_name(ann.id, "Bea", AT)
    await store.end_membership("ABCD", ann.id, AT)
    await store.change_name(ann.id, "Cleo", AT)
    joined, said, renamed, left = (await given.log_of(store, room))[2:]
    assert isinstance(joined, MemberJoined)
    assert isinstance(said, MessageSent)
    assert isinstance(renamed, MemberRenamed)
    assert isinstance(left, MemberLeft)
    assert {event.by.name for event in (joined, said, renamed, left)} == {"Cleo"}
    assert joined.user == renamed.user == left.user == Person(ann.id, "Cleo")
    assert renamed.name == "Bea", "which name was taken then is the fact itself"
    assert said.text == "hello"
    assert await given.messages_of(store, room) == [said]


async def test_an_event_keeps_its_author_after_they_have_left(store: Store) -> None:
    owner = await given.guest(store, "Olga")
    room = await store.add_room(given.draft(owner))
    await given.say(store, owner)
    await store.end_membership("ABCD", owner.id, AT)
    log = await given.log_of(store, room)
    assert [event.seq for event in log] == [1, 2, 3, 4]
    assert {(event.by.id, event.by.role) for event in log} == {(owner.id, Role.OWNER)}
