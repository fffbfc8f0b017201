"""What the store's port promises of strangers who try codes: finding is free, guessing is counted."""

import asyncio

import pytest

from hubbub.core.clock import DAY, HOUR, MINUTE, SECOND
from hubbub.core.room import CODE_RESTS
from hubbub.store.base import CodeTry, Store
from tests.contracts import given
from tests.contracts.given import AT

pytestmark = pytest.mark.anyio

FREE = 10


async def _miss(store: Store, *keys: str, at: int = AT, times: int = 1) -> CodeTry:
    """Miss so often; return the last answer."""
    for _ in range(times - 1):
        await store.try_code("NONE", keys, at, private=True)
    return await store.try_code("NONE", keys, at, private=True)


async def test_a_room_that_is_found_is_not_counted(store: Store) -> None:
    room = await given.room(store)
    for _ in range(3 * FREE):
        assert await store.try_code("ABCD", ["key"], AT, private=False) == CodeTry(room)
    assert await _miss(store, "key") == CodeTry(None, misses_of_all=1)


async def test_ten_misses_are_free_and_then_one_waits(store: Store) -> None:
    free = [await _miss(store, "key") for _ in range(FREE)]
    assert free == [CodeTry(None, wait=0, misses_of_all=n + 1) for n in range(FREE)]
    assert (await _miss(store, "key")).wait == 15 * SECOND
    assert (await _miss(store, "key", at=AT + SECOND)).wait == 14 * SECOND


async def test_each_further_miss_doubles_the_wait_up_to_an_hour(store: Store) -> None:
    await _miss(store, "key", times=FREE)
    waits, at = [], AT
    for _ in range(11):
        wait = (await _miss(store, "key", at=at)).wait
        waits.append(wait)
        at += wait
        assert (await _miss(store, "key", at=at)).wait == 0
    assert waits == [min(15 * SECOND * 2**n, HOUR) for n in range(11)]
    assert waits[-1] == HOUR


async def test_nothing_is_found_while_one_has_to_wait(store: Store) -> None:
    room = await given.room(store)
    await _miss(store, "key", times=FREE)
    assert await store.try_code("ABCD", ["key"], AT, private=False) == CodeTry(None, wait=15 * SECOND)
    assert await store.try_code("ABCD", ["another"], AT, private=False) == CodeTry(room)
    assert await store.try_code("ABCD", ["key"], AT + 15 * SECOND, private=False) == CodeTry(room)


async def test_trying_while_one_has_to_wait_costs_nothing_more(store: Store) -> None:
    await _miss(store, "key", times=FREE)
    await _miss(store, "key", times=20)
    assert (await _miss(store, "key", at=AT + 15 * SECOND)).misses_of_all == FREE + 1
    assert (await _miss(store, "key", at=AT + 15 * SECOND)).wait == 30 * SECOND


@pytest.mark.parametrize("keys", [("address",), ("user",), ("address", "user")])
async def test_guessing_in_parallel_gains_nothing(store: Store, keys: tuple[str, ...]) -> None:
    await given.room(store)
    tries = await asyncio.gather(*(store.try_code("NONE", keys, AT, private=False) for _ in range(60)))
    assert [tried.wait for tried in tries].count(0) == FREE
    assert (await store.try_code("ABCD", keys[:1], AT, private=False)).wait == 15 * SECOND


async def test_each_key_is_counted_and_any_may_have_to_wait(store: Store) -> None:
    await _miss(store, "address", "ann", times=FREE - 1)
    assert (await _miss(store, "address", "bob")).wait == 0
    assert (await _miss(store, "address", "bob")).wait == 15 * SECOND
    assert (await _miss(store, "elsewhere", "ann")).wait == 0
    assert (await _miss(store, "elsewhere", "ann")).wait == 15 * SECOND
    assert (await _miss(store, "elsewhere", "bob")).wait == 0


async def test_a_private_room_counts_as_missing(store: Store) -> None:
    room = await given.room(store, "SECRET", private=True)
    tries = [await store.try_code("SECRET", ["key"], AT, private=False) for _ in range(FREE)]
    assert tries == [CodeTry(None, misses_of_all=n + 1) for n in range(FREE)]
    assert (await store.try_code("SECRET", ["key"], AT, private=False)).wait == 15 * SECOND
    assert await store.try_code("SECRET", ["another"], AT, private=True) == CodeTry(room)


async def test_a_deleted_room_is_missing(store: Store) -> None:
    await given.room(store)
    await store.delete_room("ABCD", AT, by=None)
    assert await store.try_code("ABCD", ["key"], AT, private=True) == CodeTry(None, misses_of_all=1)


async def test_a_code_that_rests_is_answered_as_a_miss_and_is_not_counted(store: Store) -> None:
    await given.room(store)
    await store.delete_room("ABCD", AT, by=None)
    tries = [await store.try_code("ABCD", ["address", "user"], AT, private=True) for _ in range(3 * FREE)]
    assert set(tries) == {CodeTry(None, misses_of_all=1)}
    assert await _miss(store, "address", "user") == CodeTry(None, misses_of_all=1)
    assert await store.try_code("ABCD", ["elsewhere"], AT, private=False) == CodeTry(None, misses_of_all=2)
    assert (await _miss(store, "address", times=FREE - 1)).wait == 0
    assert (await store.try_code("ABCD", ["address"], AT, private=True)).wait == 15 * SECOND, "as with any other code"


async def test_a_code_that_has_rested_is_counted_again(store: Store) -> None:
    await given.room(store)
    await store.delete_room("ABCD", AT, by=None)
    for _ in range(FREE):
        assert (await store.try_code("ABCD", ["key"], AT + CODE_RESTS, private=True)).wait == 0
    over = AT + CODE_RESTS + 1
    tries = [await store.try_code("ABCD", ["key"], over, private=True) for _ in range(FREE + 1)]
    assert tries[:-1] == [CodeTry(None, misses_of_all=n + 1) for n in range(FREE)]
    assert tries[-1].wait == 15 * SECOND


async def test_what_was_counted_is_kept_while_codes_that_rest_are_tried(store: Store) -> None:
    await given.room(store)
    await store.delete_room("ABCD", AT, by=None)
    await _miss(store, "key", times=FREE - 1)
    await store.try_code("ABCD", ["key"], AT, private=True)
    assert (await _miss(store, "key")).wait == 0
    assert (await _miss(store, "key")).wait == 15 * SECOND


async def test_misses_are_forgotten_after_ten_minutes(store: Store) -> None:
    await _miss(store, "key", times=FREE - 1)
    late = AT + 10 * MINUTE + 1
    assert await _miss(store, "key", at=late) == CodeTry(None, misses_of_all=1)
    assert (await _miss(store, "key", at=late, times=FREE - 1)).wait == 0
    assert (await _miss(store, "key", at=late)).wait == 15 * SECOND


async def test_misses_of_a_clock_that_was_ahead_are_forgotten(store: Store) -> None:
    room = await given.room(store)
    await _miss(store, "key", at=AT + 365 * DAY, times=FREE)
    assert await store.try_code("ABCD", ["key"], AT, private=False) == CodeTry(room)
    assert await _miss(store, "key") == CodeTry(None, misses_of_all=1)


async def test_everybodys_misses_are_counted_together(store: Store) -> None:
    for n in range(30):
        assert (await _miss(store, f"key {n}")).misses_of_all == n + 1
    assert (await _miss(store)).misses_of_all == 31
