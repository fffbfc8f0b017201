"""The reading thread: who asks together is answered together, and each gets their own answer."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from hubbub.core.error import ChatError, ErrorCode
from hubbub.store.sqlite import reader as reading
from hubbub.store.sqlite.reader import Reader
from hubbub.store.sqlite.rows import Database

pytestmark = pytest.mark.anyio


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[Reader]:
    """A reader of a file with nothing in it."""
    reader = Reader(tmp_path / "some.db", asyncio.get_running_loop())
    yield reader
    await reader.close()


def number(db: Database, value: int) -> int:
    return int(db.execute("SELECT ?", (value,)).fetchone()[0])


class Pause:
    """A question that takes until somebody ends it."""

    def __init__(self) -> None:
        self.begun, self.over = threading.Event(), threading.Event()

    def __call__(self, db: Database) -> None:
        self.begun.set()
        assert self.over.wait(30)


async def test_everybody_gets_their_own_answer(reader: Reader) -> None:
    count = reading.MOST_AT_ONCE * 3
    pause = Pause()
    pausing = asyncio.ensure_future(reader.ask(pause))
    asking = [asyncio.ensure_future(reader.ask(partial(number, value=value))) for value in range(count)]
    await asyncio.to_thread(pause.begun.wait, 30)
    pause.over.set()
    assert await asyncio.gather(*asking) == list(range(count))
    await pausing


async def test_a_question_that_fails_fails_alone(reader: Reader) -> None:
    def wrong(db: Database) -> None:
        raise ZeroDivisionError

    async def ask_nonsense() -> None:
        await reader.ask(lambda db: db.execute("SELECT nonsense"))

    answers = await asyncio.gather(
        reader.ask(lambda db: number(db, 1)), reader.ask(wrong), ask_nonsense(), reader.ask(lambda db: number(db, 2)),
        return_exceptions=True,
    )  # fmt: skip
    assert [answers[0], answers[3]] == [1, 2]
    assert isinstance(answers[1], ZeroDivisionError)
    assert isinstance(answers[2], ChatError)
    assert answers[2].code is ErrorCode.UNAVAILABLE
    assert isinstance(answers[2].__cause__, sqlite3.OperationalError)


async def test_who_no_longer_waits_takes_nobody_s_answer(reader: Reader) -> None:
    pause = Pause()
    impatient = asyncio.ensure_future(reader.ask(pause))
    patient = asyncio.ensure_future(reader.ask(lambda db: number(db, 7)))
    await asyncio.to_thread(pause.begun.wait, 30)
    impatient.cancel()
    pause.over.set()
    assert await patient == 7
    assert impatient.cancelled()


async def test_when_too_many_wait_the_next_is_refused(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_WAITING", 1)
    pause = Pause()
    first = asyncio.ensure_future(reader.ask(pause))
    await asyncio.to_thread(pause.begun.wait, 30)
    second = asyncio.ensure_future(reader.ask(lambda db: number(db, 2)))
    await asyncio.wait({second}, timeout=0)
    with pytest.raises(ChatError) as refused:
        await reader.ask(lambda db: number(db, 3))
    assert refused.value.code is ErrorCode.UNAVAILABLE
    pause.over.set()
    assert await second == 2
    await first


async def test_at_the_end_what_was_asked_is_answered_and_nothing_more(reader: Reader) -> None:
    pause = Pause()
    first = asyncio.ensure_future(reader.ask(pause))
    second = asyncio.ensure_future(reader.ask(lambda db: number(db, 2)))
    await asyncio.to_thread(pause.begun.wait, 30)
    closing = asyncio.ensure_future(reader.close())
    await asyncio.wait({closing}, timeout=0)
    pause.over.set()
    await closing
    assert await second == 2
    await first
    with pytest.raises(ChatError) as refused:
        await reader.ask(lambda db: number(db, 3))
    assert refused.value.code is ErrorCode.UNAVAILABLE
