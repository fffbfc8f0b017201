"""What the store's port promises of seats: how many there are, and that each holds its name."""

import pytest

from hubbub.core.error import ErrorCode
from hubbub.core.user import User
from hubbub.store.base import Commit, Store
from tests.contracts import given
from tests.contracts.given import AT, EVERYTHING

pytestmark = pytest.mark.anyio


async def test_a_full_room_lets_nobody_in_until_a_seat_is_free(store: Store) -> None:
    await given.room(store, capacity=3)
    ann, _ = await given.member(store, "Ann"), await given.member(store, "Bob")
    late = await given.guest(store, "Late")
    error = await given.refusal(store.add_member("ABCD", late, AT))
    assert (error.code, error.message) == (ErrorCode.ROOM_FULL, "The room is full (3/3).")
    await store.free_seats("ABCD", [ann.id])
    assert (await store.add_member("ABCD", late, AT)).member.seated


async def test_who_has_a_seat_in_a_full_room_may_come_again(store: Store) -> None:
    await given.room(store, capacity=2)
    ann = await given.member(store, "Ann")
    assert (await store.add_member("ABCD", ann, AT)).member.seated


async def test_a_guest_who_gave_up_the_seat_waits_for_another_and_stays_a_member(store: Store) -> None:
    await given.room(store, capacity=2)
    ann = await given.member(store, "Ann")
    await store.free_seats("ABCD", [ann.id])
    await given.member(store, "Bob")
    assert (await given.refusal(store.add_member("ABCD", ann, AT))).code is ErrorCode.ROOM_FULL
    assert not (await given.find_member(store, ann)).member.seated


async def test_an_account_counts_while_it_is_a_member_seat_or_not(store: Store) -> None:
    await given.room(store, capacity=2)
    bob = await given.account(store, "Bob")
    await store.add_member("ABCD", bob, AT)
    await store.free_seats("ABCD", [bob.id])
    late = await given.guest(store, "Late")
    assert (await given.refusal(store.add_member("ABCD", late, AT))).code is ErrorCode.ROOM_FULL
    assert (await store.add_member("ABCD", bob, AT)).member.seated
    await store.end_membership("ABCD", bob.id, AT)
    assert (await store.add_member("ABCD", late, AT)).member.seated


async def test_an_account_that_left_counts_no_longer_and_waits_like_anybody(store: Store) -> None:
    await given.room(store, capacity=2)
    bob = await given.account(store, "Bob")
    await store.add_member("ABCD", bob, AT)
    await store.end_membership("ABCD", bob.id, AT)
    await given.member(store, "Ann")
    assert (await given.refusal(store.add_member("ABCD", bob, AT))).code is ErrorCode.ROOM_FULL


async def test_of_50_who_join_at_once_as_many_come_in_as_there_are_seats(store: Store) -> None:
    room = await given.room(store, capacity=10)
    people = [await given.guest(store, f"Guest {n}") for n in range(25)]
    people += [await given.account(store, f"Account {n}") for n in range(25)]
    joined, refusals = await given.at_once(*(store.add_member("ABCD", person, AT) for person in people))
    assert len(joined) == 9
    assert refusals == [ErrorCode.ROOM_FULL] * 41
    assert len(await store.members(room.id, "", EVERYTHING)) == 10
    assert (await given.find_room(store)).last_seq == 2 + 9


@pytest.mark.parametrize("alike", ["Bob", "bob", "B o b", "B\N{CYRILLIC SMALL LETTER O}b"])
async def test_a_name_like_that_of_someone_with_a_seat_is_taken(store: Store, alike: str) -> None:
    await given.room(store)
    await given.member(store, "Bob")
    ann = await given.guest(store, alike)
    error = await given.refusal(store.add_member("ABCD", ann, AT))
    assert (error.code, error.field) == (ErrorCode.NAME_TAKEN, "name")
    assert error.suggestion
    await store.change_name(ann.id, error.suggestion, AT)
    assert (await store.add_member("ABCD", ann, AT)).member.user.name == error.suggestion


async def test_an_accounts_name_is_taken_in_every_room(store: Store) -> None:
    await given.room(store)
    await given.account(store, "Bob")
    guest = await given.guest(store, "bob")
    error = await given.refusal(store.add_member("ABCD", guest, AT))
    assert (error.code, error.suggestion) == (ErrorCode.NAME_TAKEN, "bob 2")


async def test_a_guest_without_a_seat_holds_no_name_and_may_lose_it(store: Store) -> None:
    await given.room(store)
    first = await given.member(store, "Bob")
    await store.free_seats("ABCD", [first.id])
    second = await given.guest(store, "Bob")
    assert (await store.add_member("ABCD", second, AT)).member.seated
    assert (await given.refusal(store.add_member("ABCD", first, AT))).code is ErrorCode.NAME_TAKEN


async def test_a_name_held_in_another_room_is_free_in_this_one(store: Store) -> None:
    await given.room(store, "AAAA")
    await given.room(store, "BBBB")
    await given.member(store, "Bob", "AAAA")
    assert (await given.member(store, "Bob", "BBBB")).name == "Bob"


async def test_of_many_with_one_name_who_join_at_once_one_comes_in(store: Store) -> None:
    await given.room(store)
    people = [await given.guest(store, name) for name in ("Bob", "bob", "BOB", "B o b") * 5]
    joined, refusals = await given.at_once(*(store.add_member("ABCD", person, AT) for person in people))
    assert len(joined) == 1
    assert refusals == [ErrorCode.NAME_TAKEN] * 19


async def test_the_name_that_counts_is_the_present_one_and_not_what_a_session_remembers(
    store: Store, told: list[Commit]
) -> None:
    await given.room(store, "AAAA")
    await given.room(store, "BBBB")
    await given.member(store, "Bob", "AAAA")
    remembered = await given.guest(store, "Ann")
    await store.change_name(remembered.id, "Bob", AT)
    assert (await given.refusal(store.add_member("AAAA", remembered, AT))).code is ErrorCode.NAME_TAKEN
    told.clear()
    assert (await store.add_member("BBBB", remembered, AT)).member.user.name == "Bob"
    await given.say(store, remembered, code="BBBB")
    await store.add_room(given.draft(remembered, "CCCC"))
    assert {event.by.name for commit in told for event in commit.events} == {"Bob"}


async def test_a_member_takes_a_seat_again_and_nobody_is_told(store: Store, told: list[Commit]) -> None:
    await given.room(store)
    ann = await given.member(store)
    before = await given.find_member(store, ann)
    await store.free_seats("ABCD", [ann.id])
    told.clear()
    assert await store.take_seat("ABCD", ann.id) == before == await given.find_member(store, ann)
    assert await store.take_seat("ABCD", ann.id) == before
    assert told == []


async def test_only_a_member_takes_a_seat_again(store: Store) -> None:
    await given.room(store)
    stranger, gone = await given.guest(store, "Stranger"), await given.member(store, "Gone")
    await store.end_membership("ABCD", gone.id, AT)
    for user, code in ((stranger, "ABCD"), (gone, "ABCD"), (gone, "NONE")):
        assert (await given.refusal(store.take_seat(code, user.id))).code is ErrorCode.NOT_A_MEMBER
    assert await store.find_member("ABCD", gone.id) is None


async def test_a_seat_is_taken_again_as_long_as_there_is_one_and_the_name_is_free(store: Store) -> None:
    await given.room(store, capacity=2)
    bob = await given.member(store, "Bob")
    await store.free_seats("ABCD", [bob.id])
    other = await given.member(store, "Other")
    assert (await given.refusal(store.take_seat("ABCD", bob.id))).code is ErrorCode.ROOM_FULL
    await store.change_name(other.id, "bob", AT)
    error = await given.refusal(store.take_seat("ABCD", bob.id))
    assert (error.code, error.suggestion) == (ErrorCode.NAME_TAKEN, "Bob 2")
    assert not (await given.find_member(store, bob)).member.seated


async def test_freeing_seats_leaves_memberships_alone(store: Store) -> None:
    room = await given.room(store)
    ann, bob, cat = [await given.member(store, name) for name in ("Ann", "Bob", "Cat")]
    await store.free_seats("ABCD", [ann.id, cat.id, "nobody"])
    seated = {member.user.id: member.seated for member in await store.members(room.id, "", EVERYTHING)}
    assert (seated[ann.id], seated[bob.id], seated[cat.id]) == (False, True, False)
    await store.free_seats("NONE", [bob.id])
    assert (await given.find_member(store, bob)).member.seated


async def test_every_seat_is_listed(store: Store) -> None:
    people: dict[str, User] = {}
    for code in ("AAAA", "BBBB"):
        people[code] = await given.guest(store, f"Owner of {code}")
        await store.add_room(given.draft(people[code], code))
    ann = await given.member(store, "Ann", "AAAA", "BBBB")
    await store.free_seats("BBBB", [people["BBBB"].id])
    assert sorted(await store.seats()) == [("AAAA", people["AAAA"].id), ("AAAA", ann.id), ("BBBB", ann.id)]
