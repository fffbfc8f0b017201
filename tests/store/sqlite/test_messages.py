"""Appending many messages at once: what is remembered stays true, and what is wrong with one concerns it alone."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import MessageSent
from hubbub.core.reply import Sent
from hubbub.store.base import Commit, NewMessage
from hubbub.store.sqlite import SqliteStore
from hubbub.store.sqlite.files import prepare
from hubbub.store.sqlite.messages import Appender
from tests.contracts import given
from tests.contracts.given import AT

pytestmark = pytest.mark.anyio


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that is ready to be opened."""
    path = tmp_path / "hubbub.db"
    prepare(path, lambda _: None)
    return path


@pytest.fixture
async def store(path: Path) -> AsyncIterator[SqliteStore]:
    """A store with a room in it."""
    async with SqliteStore.open(path) as store:
        await given.room(store)
        yield store


async def send(store: SqliteStore, *drafts: NewMessage) -> list[Sent | BaseException]:
    """Append messages that wait together: one commit."""
    commits = store.stats.commits
    outcomes = await asyncio.gather(*(store.append_message(draft) for draft in drafts), return_exceptions=True)
    assert store.stats.commits == commits + 1
    return outcomes


def codes(outcomes: list[Sent | BaseException]) -> list[ErrorCode | None]:
    """Return what was refused, None for what was kept."""
    return [outcome.code if isinstance(outcome, ChatError) else None for outcome in outcomes]


async def test_what_is_wrong_with_some_messages_concerns_no_other(store: SqliteStore) -> None:
    ann, bob, eve = await given.member(store), await given.member(store, "Bob"), await given.guest(store, "Eve")
    start = (await given.say(store, ann, "the first")).seq
    known = given.message(ann, "hello", "known")
    [before] = await send(store, known)
    outcomes = await send(
        store,
        given.message(ann, "one"),
        known,
        given.message(ann, "another text", "known"),
        given.message(eve, "may I?"),
        given.message(bob, "to what?", reply_to=99),
        given.message(bob, "known", "known"),
        given.message(bob, "two"),
    )
    assert codes(outcomes) == [
        None, None, ErrorCode.CLIENT_MESSAGE_ID_REUSED, ErrorCode.NOT_A_MEMBER, ErrorCode.MESSAGE_NOT_FOUND, None, None,
    ]  # fmt: skip
    assert outcomes[1] == before
    kept = await given.messages_of(store, await given.find_room(store))
    assert [message.text for message in kept] == ["the first", "hello", "one", "known", "two"]
    assert [message.seq for message in kept] == list(range(start, start + 5))
    assert [message.number for message in kept] == [1, 2, 3, 4, 5]


async def test_a_message_that_no_database_takes_fails_alone(store: SqliteStore) -> None:
    ann = await given.member(store)
    outcomes = await send(store, given.message(ann, "one"), given.message(ann, "\ud800"), given.message(ann, "two"))
    assert isinstance(outcomes[1], UnicodeEncodeError)
    kept = await given.messages_of(store, await given.find_room(store))
    assert [(message.text, message.number) for message in kept] == [("one", 1), ("two", 2)]


async def test_the_same_message_twice_in_one_commit_is_kept_once(store: SqliteStore) -> None:
    commits: list[Commit] = []
    store.on_commit(commits.append)
    ann = await given.member(store)
    commits.clear()
    draft = given.message(ann, "hello", "my-id")
    one, two, other = await send(store, draft, draft, given.message(ann, "and more"))
    assert one == two
    assert isinstance(other, Sent)
    assert [event.text for commit in commits for event in commit.events if isinstance(event, MessageSent)] == [
        "hello",
        "and more",
    ]


async def test_a_message_can_answer_one_of_the_same_commit(store: SqliteStore) -> None:
    ann = await given.member(store)
    first = await given.say(store, ann)
    outcomes = await send(
        store,
        given.message(ann, "a question"),
        given.message(ann, "its answer", reply_to=first.seq + 1),
        given.message(ann, "an answer to nothing", reply_to=first.seq + 3),
    )
    assert codes(outcomes) == [None, None, ErrorCode.MESSAGE_NOT_FOUND]


async def test_who_was_renamed_speaks_under_the_new_name(store: SqliteStore) -> None:
    told: list[str] = []
    ann = await given.member(store)
    await given.say(store, ann)
    await store.change_name(ann.id, "Anna", AT)
    store.on_commit(lambda commit: told.extend(event.by.name for event in commit.events))
    await given.say(store, ann)
    assert told == ["Anna"]


async def test_who_has_left_is_no_member_even_in_the_same_commit(store: SqliteStore) -> None:
    ann, bob = await given.member(store), await given.member(store, "Bob")
    before = await given.say(store, ann)
    refusal = asyncio.create_task(store.end_membership("ABCD", ann.id, AT))
    await asyncio.sleep(0)  # it waits now, in front of what follows
    outcomes = await send(store, given.message(ann, "still here?"), given.message(bob, "yes"))
    await refusal
    assert codes(outcomes) == [ErrorCode.NOT_A_MEMBER, None]
    assert isinstance(outcomes[1], Sent)
    assert (outcomes[1].seq, outcomes[1].number) == (before.seq + 2, before.number + 1)  # Ann's leaving is between


async def test_what_another_process_has_written_counts(store: SqliteStore, path: Path) -> None:
    ann = await given.member(store)
    before = await given.say(store, ann)
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE rooms SET last_seq = last_seq + 10, last_number = last_number + 5")
    after = await given.say(store, ann)
    assert (after.seq, after.number) == (before.seq + 11, before.number + 6)


async def test_only_so_many_places_are_remembered(
    store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.store.sqlite.messages.MOST_REMEMBERED", 2)
    people = [await given.member(store, f"Guest {number}") for number in range(5)]
    for count in range(1, 4):
        for person in people:
            await given.say(store, person, f"for the {count}. time")
    kept = await given.messages_of(store, await given.find_room(store))
    assert [message.number for message in kept] == list(range(1, 16))


def test_tables_that_are_missing_are_noticed_at_once() -> None:
    with closing(sqlite3.connect(":memory:")) as db, pytest.raises(sqlite3.Error, match="no such table"):
        Appender(db)
