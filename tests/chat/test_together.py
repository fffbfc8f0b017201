"""Changes that are made together."""

import asyncio

import pytest

from hubbub.chat.together import MOST_AT_ONCE, together

pytestmark = pytest.mark.anyio


async def test_changes_are_made_group_by_group() -> None:
    begun: list[int] = []
    may_end = asyncio.Event()

    async def change(number: int) -> None:
        begun.append(number)
        await may_end.wait()

    making = asyncio.create_task(together(change(number) for number in range(MOST_AT_ONCE + 1)))
    for _ in range(5):
        await asyncio.sleep(0)
    assert begun == list(range(MOST_AT_ONCE))
    may_end.set()
    await making
    assert begun == list(range(MOST_AT_ONCE + 1))


async def test_one_that_fails_lets_its_group_end_and_no_other_begin() -> None:
    ended: list[int] = []

    async def change(number: int) -> None:
        if number == 1:
            raise ValueError("the second")
        await asyncio.sleep(0)
        ended.append(number)

    with pytest.raises(ValueError, match="the second"):
        await together(change(number) for number in range(2 * MOST_AT_ONCE))
    assert ended == [0, *range(2, MOST_AT_ONCE)]


async def test_nothing_to_do_is_done_at_once() -> None:
    await together([])
