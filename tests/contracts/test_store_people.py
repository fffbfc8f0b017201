"""What the store's port promises of people: logins and names."""

import pytest

from hubbub.core.clock import DAY
from hubbub.core.error import ErrorCode
from hubbub.core.event import MemberRenamed, Person
from hubbub.core.name import MAX_NAME
from hubbub.core.user import User, UserKind
from hubbub.store.base import Commit, Store
from tests.contracts import given
from tests.contracts.given import AT, LONG_AGO

pytestmark = pytest.mark.anyio


async def test_a_guest_is_found_by_their_token(store: Store) -> None:
    ann = User("ann0", "Ann")
    await store.add_guest(ann, b"hash", AT)
    login = await store.find_login(b"hash")
    assert login
    assert (login.token_hash, login.user, login.used_at) == (b"hash", ann, AT)
    assert await store.find_login(b"another") is None


async def test_a_login_is_found_even_if_it_has_lapsed(store: Store) -> None:
    await store.add_guest(User("ann0", "Ann"), b"hash", LONG_AGO)
    login = await store.find_login(b"hash")
    assert login
    assert login.lapsed(AT)


async def test_the_use_of_a_login_is_written_down(store: Store) -> None:
    await store.add_guest(User("ann0", "Ann"), b"hash", AT)
    await store.touch_login(b"hash", AT + DAY)
    login = await store.find_login(b"hash")
    assert login
    assert login.used_at == AT + DAY
    await store.touch_login(b"hash", AT + 1)
    assert await store.find_login(b"hash") == login


async def test_a_login_that_is_gone_can_be_touched_without_harm(store: Store) -> None:
    await store.touch_login(b"nobody's", AT)
    assert await store.find_login(b"nobody's") is None


async def test_who_is_not_kept_can_change_nothing(store: Store, told: list[Commit]) -> None:
    await given.room(store)
    told.clear()
    nobody = User("nobody", "Nobody")
    for change in (
        store.change_name("nobody", "Somebody", AT),
        store.add_member("ABCD", nobody, AT),
        store.add_room(given.draft(nobody, "WXYZ")),
    ):
        assert (await given.refusal(change)).code is ErrorCode.NOT_LOGGED_IN
    assert told == []
    assert await store.find_room("WXYZ") is None


async def test_each_room_of_a_user_is_told_of_their_new_name_and_no_other(store: Store, told: list[Commit]) -> None:
    for code in ("AAAA", "BBBB", "CCCC", "DDDD"):
        await given.room(store, code)
    ann = await given.member(store, "Ann", "AAAA", "BBBB", "CCCC")
    await store.free_seats("BBBB", [ann.id])
    await store.end_membership("CCCC", ann.id, AT)
    told.clear()
    assert await store.change_name(ann.id, "Zoë", AT + 5) == User(ann.id, "Zoë")
    renamed = [event for commit in told for event in commit.events]
    assert sorted((event.code, event.seq) for event in renamed) == [("AAAA", 4), ("BBBB", 4)]
    for event in renamed:
        assert isinstance(event, MemberRenamed)
        assert (event.at, event.name, event.user) == (AT + 5, "Zoë", Person(ann.id, "Zoë"))
        assert (event.by.id, event.by.name) == (ann.id, "Zoë")


async def test_a_login_and_a_membership_show_the_new_name(store: Store) -> None:
    await given.room(store)
    ann = await given.member(store)
    await store.change_name(ann.id, "Zoë", AT)
    login = await store.find_login(ann.id.encode())
    assert login
    assert login.user.name == "Zoë"
    assert (await given.find_member(store, ann)).member.user.name == "Zoë"


async def test_the_kind_of_a_user_survives_a_new_name(store: Store) -> None:
    ann = await given.account(store, "Ann")
    assert (await store.change_name(ann.id, "Zoë", AT)).kind is UserKind.ACCOUNT


async def test_an_accounts_name_is_taken_everywhere(store: Store) -> None:
    await given.account(store, "Bob")
    ann = await given.guest(store, "Ann")
    error = await given.refusal(store.change_name(ann.id, "BOB", AT))
    assert (error.code, error.field) == (ErrorCode.NAME_TAKEN, "name")
    assert error.suggestion
    assert (await store.change_name(ann.id, error.suggestion, AT)).name == error.suggestion


@pytest.mark.parametrize("alike", ["Bob", "BOB", "B o b", "B\N{CYRILLIC SMALL LETTER O}b", "B\N{ZERO WIDTH SPACE}ob"])
async def test_a_name_that_looks_like_that_of_someone_with_a_seat_is_taken(store: Store, alike: str) -> None:
    await given.room(store)
    await given.member(store, "Bob")
    ann = await given.member(store, "Ann")
    assert (await given.refusal(store.change_name(ann.id, alike, AT))).code is ErrorCode.NAME_TAKEN


async def test_a_suggestion_is_free_in_all_rooms_of_the_user(store: Store) -> None:
    await given.room(store, "AAAA")
    await given.room(store, "BBBB")
    ann = await given.member(store, "Ann", "AAAA", "BBBB")
    await given.member(store, "Bob", "AAAA")
    await given.member(store, "bob 2", "BBBB")
    await given.account(store, "Bob 3")
    gone = await given.member(store, "Bob 4", "AAAA")
    await store.free_seats("AAAA", [gone.id])
    error = await given.refusal(store.change_name(ann.id, "Bob", AT))
    assert error.suggestion == "Bob 4"
    assert (await store.change_name(ann.id, error.suggestion, AT)).name == "Bob 4"


async def test_a_suggestion_for_the_longest_name_is_free_too(store: Store) -> None:
    longest = "x" * MAX_NAME
    await given.account(store, longest)
    await given.account(store, "x" * (MAX_NAME - 2) + " 2")
    ann = await given.guest(store)
    error = await given.refusal(store.change_name(ann.id, longest, AT))
    assert error.suggestion
    assert (await store.change_name(ann.id, error.suggestion, AT)).name == error.suggestion


async def test_who_has_no_seat_holds_no_name(store: Store) -> None:
    await given.room(store)
    bob, ann = await given.member(store, "Bob"), await given.member(store, "Ann")
    await store.free_seats("ABCD", [bob.id])
    assert (await store.change_name(ann.id, "Bob", AT)).name == "Bob"


async def test_a_name_is_free_that_is_held_only_where_the_user_has_no_seat(store: Store) -> None:
    await given.room(store, "AAAA")
    await given.room(store, "BBBB")
    await given.member(store, "Bob", "AAAA", "BBBB")
    ann = await given.member(store, "Ann", "AAAA")
    await store.free_seats("AAAA", [ann.id])
    assert (await store.change_name(ann.id, "Bob", AT)).name == "Bob"


async def test_ones_own_name_may_be_written_another_way(store: Store) -> None:
    await given.room(store)
    ann = await given.member(store, "ann")
    assert (await store.change_name(ann.id, "Ann", AT)).name == "Ann"


async def test_of_many_who_want_a_name_at_once_one_gets_it(store: Store) -> None:
    await given.room(store)
    people = [await given.member(store, f"Person {n}") for n in range(10)]
    renamed, refusals = await given.at_once(*(store.change_name(person.id, "Zoë", AT) for person in people))
    assert len(renamed) == 1
    assert refusals == [ErrorCode.NAME_TAKEN] * 9
