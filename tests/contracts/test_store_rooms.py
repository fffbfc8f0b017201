"""What the store's port promises of rooms: made under a code of their own, listed, deleted with all they had."""

import pytest

from hubbub.core.clock import DAY
from hubbub.core.event import MemberJoined, MessageSent, Person, RoomCreated, RoomDeleted
from hubbub.core.member import Role
from hubbub.core.room import CODE_RESTS, Lifetime, Room
from hubbub.core.user import User
from hubbub.store.base import CodeTakenError, Commit, NewRoom, Store
from tests.contracts import given
from tests.contracts.given import AT, EVERYTHING

pytestmark = pytest.mark.anyio


async def test_a_room_is_found_as_it_was_drafted(store: Store) -> None:
    owner = await given.guest(store, "Olga")
    draft = NewRoom("SECRET", "epoch", "Tea & cake", True, 12, Lifetime.EXPIRES, 7, owner, AT)
    room = await store.add_room(draft)
    assert room == Room(room.id, "SECRET", "epoch", "Tea & cake", True, 12, Lifetime.EXPIRES, 7, AT, last_seq=2)
    assert await store.find_room("SECRET") == room
    assert await store.find_room("OTHER") is None


async def test_a_rooms_first_events_are_its_making_and_its_owner(store: Store, told: list[Commit]) -> None:
    owner = await given.guest(store, "Olga")
    room = await store.add_room(given.draft(owner, lifetime=Lifetime.EXPIRES, expires_days=3, capacity=5))
    created, joined = await given.log_of(store, room)
    assert isinstance(created, RoomCreated)
    assert (created.seq, created.title, created.private, created.capacity) == (1, "Tea", False, 5)
    assert (created.lifetime, created.expires_days, created.by.role) == (Lifetime.EXPIRES, 3, Role.OWNER)
    assert isinstance(joined, MemberJoined)
    assert (joined.seq, joined.user, joined.role) == (2, Person(owner.id, "Olga"), Role.OWNER)
    assert [commit.events for commit in told] == [(created, joined)]


async def test_the_owner_is_a_member_with_a_seat(store: Store) -> None:
    owner = await given.guest(store, "Olga")
    await store.add_room(given.draft(owner))
    member = (await given.find_member(store, owner)).member
    assert (member.user, member.role, member.joined_at, member.read_number) == (owner, Role.OWNER, AT, 0)
    assert member.seated


async def test_the_code_of_a_live_room_is_taken(store: Store, told: list[Commit]) -> None:
    room = await given.room(store)
    told.clear()
    with pytest.raises(CodeTakenError):
        await given.room(store)
    assert told == []
    assert await store.find_room("ABCD") == room


async def test_of_many_who_want_a_code_at_once_one_gets_it(store: Store) -> None:
    owner = await given.guest(store)
    made: list[Room] = []

    async def make() -> None:
        try:
            made.append(await store.add_room(given.draft(owner)))
        except CodeTakenError:
            return

    await given.at_once(*(make() for _ in range(10)))
    assert made == [await store.find_room("ABCD")]


async def test_the_code_of_a_dead_room_rests_for_30_days(store: Store) -> None:
    owner = await given.guest(store)
    await store.add_room(given.draft(owner))
    await store.delete_room("ABCD", AT, by=None)
    assert CODE_RESTS == 30 * DAY
    with pytest.raises(CodeTakenError):
        await store.add_room(given.draft(owner, at=AT + 30 * DAY - 1))
    room = await store.add_room(given.draft(owner, at=AT + 30 * DAY + 1))
    assert room.code == "ABCD"


async def test_a_reused_code_has_another_history(store: Store) -> None:
    old = await given.room(store)
    ann = await given.member(store)
    await store.append_message(given.message(ann, "old", "my-id"))
    await store.delete_room("ABCD", AT, by=None)
    new = await store.add_room(given.draft(ann, at=AT + 31 * DAY))
    assert (new.id != old.id, new.last_seq, new.last_number) == (True, 2, 0)
    sent = await store.append_message(given.message(ann, "new", "my-id"))
    assert (sent.seq, sent.number) == (3, 1)
    assert [message.text for message in await given.messages_of(store, new)] == ["new"]
    assert await given.log_of(store, old) == []


async def test_nothing_of_a_deleted_room_is_left(store: Store) -> None:
    room = await given.room(store)
    ann = await given.member(store)
    await given.say(store, ann)
    assert await store.delete_room("ABCD", AT, by=None)
    assert await store.find_room("ABCD") is None
    assert await store.find_member("ABCD", ann.id) is None
    assert await given.log_of(store, room) == []
    assert await given.messages_of(store, room) == []
    assert await store.members(room.id, "", EVERYTHING) == []
    assert await store.rooms_of(ann.id, EVERYTHING) == []
    assert await store.seats() == []


async def test_deleting_is_told_by_whom_as_the_rooms_last_event(store: Store, told: list[Commit]) -> None:
    owner = await given.guest(store, "Olga")
    for code in ("AAAA", "BBBB"):
        await store.add_room(given.draft(owner, code))
    ann = await given.member(store, "Ann", "AAAA")
    told.clear()
    await store.delete_room("AAAA", AT + 1, by=ann.id)
    await store.delete_room("BBBB", AT + 2, by=None)
    first, second = (commit.events[0] for commit in told)
    assert isinstance(first, RoomDeleted)
    assert (first.code, first.seq, first.at) == ("AAAA", 4, AT + 1)
    assert (first.by.id, first.by.name, first.by.role) == (ann.id, "Ann", Role.GUEST)
    assert (second.code, second.seq, second.at) == ("BBBB", 3, AT + 2)
    assert (second.by.id, second.by.name, second.by.role) == (owner.id, "Olga", Role.OWNER)


async def test_a_room_that_is_not_there_cannot_be_deleted(store: Store, told: list[Commit]) -> None:
    await given.room(store)
    assert await store.delete_room("ABCD", AT, by=None)
    told.clear()
    assert not await store.delete_room("ABCD", AT, by=None)
    assert not await store.delete_room("NONE", AT, by=None)
    assert told == []


async def test_a_missing_rooms_code_does_not_rest(store: Store) -> None:
    await store.delete_room("ABCD", AT, by=None)
    assert (await given.room(store)).code == "ABCD"


async def test_a_room_with_someone_in_it_is_not_deleted_as_empty(store: Store, told: list[Commit]) -> None:
    owner = await given.guest(store, "Olga")
    await store.add_room(given.draft(owner))
    told.clear()
    assert not await store.delete_room("ABCD", AT, by=None, if_empty=True)
    assert told == []
    assert await store.find_room("ABCD")
    await store.free_seats("ABCD", [owner.id])
    assert await store.delete_room("ABCD", AT, by=None, if_empty=True)
    assert await store.find_room("ABCD") is None


async def test_the_rooms_of_a_user_are_those_they_are_a_member_of(store: Store) -> None:
    for code in ("AAAA", "BBBB", "CCCC"):
        await given.room(store, code)
    ann = await given.member(store, "Ann", "AAAA", "BBBB")
    await store.free_seats("AAAA", [ann.id])
    await store.end_membership("BBBB", ann.id, AT)
    found = await store.rooms_of(ann.id, EVERYTHING)
    assert found == [await given.find_member(store, ann, "AAAA")]


async def test_the_room_with_the_latest_event_comes_first(store: Store) -> None:
    for code in ("AAAA", "BBBB", "CCCC"):
        await given.room(store, code)
    ann = await given.member(store, "Ann", "AAAA", "BBBB", "CCCC")

    async def order(limit: int = EVERYTHING) -> list[str]:
        return [found.room.code for found in await store.rooms_of(ann.id, limit)]

    await given.say(store, ann, code="BBBB", at=AT + 1)
    bob = await given.guest(store, "Bob")
    await store.add_member("AAAA", bob, AT + 2)
    assert await order() == ["AAAA", "BBBB", "CCCC"]
    await store.end_membership("AAAA", bob.id, AT + 3)
    await given.say(store, ann, code="CCCC", at=AT + 4)
    assert await order() == ["CCCC", "AAAA", "BBBB"]
    assert await order(limit=2) == ["CCCC", "AAAA"]


async def test_only_rooms_that_vanish_are_listed_as_vanishing(store: Store) -> None:
    owner = await given.guest(store)
    await _rooms_of_each_lifetime(store, owner)
    assert [room.code for room in await store.vanishing_rooms()] == ["VANI"]


async def test_a_room_expires_so_many_days_after_its_making(store: Store) -> None:
    owner = await given.guest(store)
    await _rooms_of_each_lifetime(store, owner)
    assert await store.expired_rooms(AT + 2 * DAY) == []
    assert [room.code for room in await store.expired_rooms(AT + 2 * DAY + 1)] == ["TWOD"]
    everything = await store.expired_rooms(AT + 365 * DAY)
    assert sorted(room.code for room in everything) == ["NINE", "TWOD"]


async def test_a_message_puts_the_end_off_and_a_newcomer_does_not(store: Store) -> None:
    owner = await given.guest(store)
    await _rooms_of_each_lifetime(store, owner)
    await given.say(store, owner, code="TWOD", at=AT + DAY)
    await store.add_member("TWOD", await given.guest(store, "Bob"), AT + 2 * DAY)
    assert await store.expired_rooms(AT + 3 * DAY) == []
    assert [room.code for room in await store.expired_rooms(AT + 3 * DAY + 1)] == ["TWOD"]
    room = await given.find_room(store, "TWOD")
    assert isinstance((await given.log_of(store, room))[-2], MessageSent)


async def _rooms_of_each_lifetime(store: Store, owner: User) -> None:
    await store.add_room(given.draft(owner, "KEPT"))
    await store.add_room(given.draft(owner, "VANI", lifetime=Lifetime.VANISHES))
    await store.add_room(given.draft(owner, "TWOD", lifetime=Lifetime.EXPIRES, expires_days=2))
    await store.add_room(given.draft(owner, "NINE", lifetime=Lifetime.EXPIRES, expires_days=9))
