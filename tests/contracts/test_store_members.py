"""What the store's port promises of members: who came, who left, how far they have read."""

import asyncio

import pytest

from hubbub.core.error import ErrorCode
from hubbub.core.event import MemberJoined, MemberLeft, Person
from hubbub.core.member import Role
from hubbub.store.base import Commit, Store
from tests.contracts import given
from tests.contracts.given import AT, EVERYTHING

pytestmark = pytest.mark.anyio


async def test_a_newcomer_becomes_a_member_with_a_seat_and_nothing_unread(store: Store, told: list[Commit]) -> None:
    owner = await given.guest(store, "Olga")
    await store.add_room(given.draft(owner))
    await given.say(store, owner)
    ann = await given.guest(store, "Ann")
    told.clear()
    found = await store.add_member("ABCD", ann, AT + 1)
    assert found == await given.find_member(store, ann)
    assert (found.room.last_seq, found.room.last_number) == (4, 1)
    member = found.member
    assert (member.user, member.role, member.joined_at, member.read_number) == (ann, Role.GUEST, AT + 1, 1)
    assert member.seated
    (event,) = told[0].events
    assert isinstance(event, MemberJoined)
    assert (event.seq, event.at, event.user, event.role) == (4, AT + 1, Person(ann.id, "Ann"), Role.GUEST)


async def test_an_account_comes_in_as_a_member_and_not_as_a_guest(store: Store) -> None:
    await given.room(store)
    bob = await given.account(store, "Bob")
    assert (await store.add_member("ABCD", bob, AT)).member.role is Role.MEMBER


async def test_who_is_a_member_already_is_not_told_again(store: Store, told: list[Commit]) -> None:
    await given.room(store)
    ann = await given.member(store)
    before = await given.find_member(store, ann)
    told.clear()
    assert await store.add_member("ABCD", ann, AT + 1) == before
    await store.free_seats("ABCD", [ann.id])
    assert await store.add_member("ABCD", ann, AT + 2) == before
    assert told == []


async def test_nobody_comes_into_a_room_that_is_not_there(store: Store) -> None:
    ann = await given.guest(store)
    error = await given.refusal(store.add_member("NONE", ann, AT))
    assert (error.code, error.field) == (ErrorCode.ROOM_NOT_FOUND, "code")


async def test_leaving_ends_the_membership_and_frees_the_seat(store: Store, told: list[Commit]) -> None:
    room = await given.room(store)
    ann = await given.member(store)
    told.clear()
    await store.end_membership("ABCD", ann.id, AT + 1)
    assert await store.find_member("ABCD", ann.id) is None
    assert ann.id not in [member.user.id for member in await store.members(room.id, "", EVERYTHING)]
    assert ("ABCD", ann.id) not in await store.seats()
    (event,) = told[0].events
    assert isinstance(event, MemberLeft)
    assert (event.seq, event.at, event.user, event.by.id) == (4, AT + 1, Person(ann.id, "Ann"), ann.id)


async def test_only_a_member_can_leave(store: Store) -> None:
    await given.room(store)
    stranger, ann = await given.guest(store, "Stranger"), await given.member(store)
    await store.end_membership("ABCD", ann.id, AT)
    for user, code in ((stranger, "ABCD"), (ann, "ABCD"), (ann, "NONE")):
        assert (await given.refusal(store.end_membership(code, user.id, AT))).code is ErrorCode.NOT_A_MEMBER


async def test_who_comes_back_keeps_role_and_read_position(store: Store, told: list[Commit]) -> None:
    owner = await given.guest(store, "Olga")
    await store.add_room(given.draft(owner))
    await given.say(store, owner)
    ann = await given.member(store)
    await store.end_membership("ABCD", owner.id, AT)
    await given.say(store, ann)
    told.clear()
    member = (await store.add_member("ABCD", owner, AT + 9)).member
    assert (member.role, member.read_number, member.joined_at) == (Role.OWNER, 1, AT + 9)
    assert [type(event) for commit in told for event in commit.events] == [MemberJoined]


async def test_members_come_page_by_page_in_order_of_their_ids(store: Store) -> None:
    await given.room(store, "AAAA")
    owner = await given.guest(store, "Olga")
    room = await store.add_room(given.draft(owner, "BBBB"))
    people = [await given.guest(store, f"Person {n}") for n in range(7)]
    for person in reversed(people):
        await store.add_member("BBBB", person, AT)
    await store.end_membership("BBBB", people[3].id, AT)
    await store.free_seats("BBBB", [people[5].id])
    expected = [owner.id, *(people[n].id for n in (0, 1, 2, 4, 5, 6))]
    pages: list[list[str]] = []
    while not pages or pages[-1]:
        after = pages[-1][-1] if pages else ""
        pages.append([member.user.id for member in await store.members(room.id, after, 3)])
    assert pages == [expected[:3], expected[3:6], expected[6:], []]
    assert await store.members(room.id + 100, "", 3) == []


async def test_a_member_is_found_in_their_room_alone(store: Store) -> None:
    await given.room(store, "AAAA")
    await given.room(store, "BBBB")
    ann = await given.member(store, "Ann", "AAAA")
    found = await given.find_member(store, ann, "AAAA")
    assert (found.room, found.member.user) == (await store.find_room("AAAA"), ann)
    assert await store.find_member("BBBB", ann.id) is None
    assert await store.find_member("NONE", ann.id) is None
    assert await store.find_member("AAAA", "nobody") is None


async def test_a_read_position_goes_forward_up_to_the_last_message(store: Store) -> None:
    await given.room(store)
    ann, bob = await given.member(store, "Ann"), await given.member(store, "Bob")
    for _ in range(5):
        await given.say(store, bob)
    answers = [await store.set_read("ABCD", ann.id, number) for number in (2, 1, -1, 4, 99, 3)]
    assert answers == [2, 2, 2, 4, 5, 5]
    assert (await given.find_member(store, ann)).member.read_number == 5


async def test_of_read_positions_written_at_once_the_furthest_stays(store: Store) -> None:
    await given.room(store)
    ann, bob = await given.member(store, "Ann"), await given.member(store, "Bob")
    for _ in range(20):
        await given.say(store, bob)
    answers = await asyncio.gather(*(store.set_read("ABCD", ann.id, number) for number in (3, 17, 9, 18, 1, 12)))
    assert list(answers) == [3, 17, 17, 18, 18, 18]
    assert (await given.find_member(store, ann)).member.read_number == 18


async def test_only_a_member_has_a_read_position(store: Store) -> None:
    await given.room(store)
    stranger = await given.guest(store)
    for code in ("ABCD", "NONE"):
        assert (await given.refusal(store.set_read(code, stranger.id, 1))).code is ErrorCode.NOT_A_MEMBER
