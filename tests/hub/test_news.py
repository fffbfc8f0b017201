"""Waiting for a room's next event: nothing is missed, nobody is kept, and not too many wait."""

import asyncio
from contextlib import ExitStack

import pytest

from hubbub.core.error import ChatError, Disconnect, ErrorCode
from hubbub.core.event import Closing
from hubbub.hub import Hub
from hubbub.hub.news import News
from tests.hub.listener import CODE, NOBODY, CountingCodec, deleted, said, watching

pytestmark = pytest.mark.anyio

LONG = 60.0


async def test_news_wake_who_waits() -> None:
    news = News()
    waiting = asyncio.create_task(news.wait(LONG))
    await asyncio.sleep(0)
    assert not waiting.done()
    news.arrive()
    assert await waiting


async def test_without_news_the_wait_ends_in_time() -> None:
    assert not await News().wait(0.001)
    assert not await News().wait(0)


async def test_news_that_came_before_the_wait_are_not_missed_however_short_it_is() -> None:
    news = News()
    news.arrive()
    assert await news.wait(0)
    assert await news.wait(LONG)


async def test_an_event_between_the_start_of_listening_and_the_wait_is_not_missed(hub: Hub) -> None:
    with hub.listening(CODE) as news:
        hub.publish(said(1))
        assert await news.wait(0)
        assert hub.recent(CODE, 0) == [said(1)]


async def test_an_event_wakes_all_who_wait_in_its_room_and_nobody_else(hub: Hub) -> None:
    with hub.listening(CODE) as one, hub.listening(CODE) as other, hub.listening("ELSE") as elsewhere:
        hub.publish(said(1))
        assert [await news.wait(0) for news in (one, other, elsewhere)] == [True, True, False]


async def test_an_event_that_was_heard_wakes_nobody(hub: Hub) -> None:
    watching(hub, "ann")
    hub.publish(said(1))
    with hub.listening(CODE) as news:
        hub.publish(said(1))
        assert not await news.wait(0)


async def test_the_end_of_a_room_reaches_who_waits_in_it(hub: Hub) -> None:
    with hub.listening(CODE) as news:
        hub.publish(deleted(1))
        assert await news.wait(0)
        assert hub.recent(CODE, 0) == [deleted(1)]
    assert hub.counts() == NOBODY


async def test_who_waits_is_counted_and_nothing_is_left_of_them_afterwards(hub: Hub) -> None:
    with hub.listening(CODE), hub.listening(CODE), hub.listening("ELSE"):
        assert hub.counts() == {"rooms": 2, "sessions": 0, "waiting": 3}
    assert hub.counts() == NOBODY


async def test_nothing_is_left_of_who_hung_up_while_waiting(hub: Hub) -> None:
    async def wait() -> None:
        with hub.listening(CODE) as news:
            await news.wait(LONG)

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0)
    assert hub.counts()["waiting"] == 1
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert hub.counts() == NOBODY


async def test_a_room_outlives_who_waits_in_it_while_somebody_is_there(hub: Hub) -> None:
    watching(hub, "ann")
    with hub.listening(CODE):
        hub.publish(said(1))
    assert hub.recent(CODE, 0) == [said(1)]


async def test_only_so_many_may_wait_and_who_stops_makes_room(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.hub.hub.MOST_WAITING", 3)
    with ExitStack() as waiting:
        for code in ("ONE", "TWO", "SIX"):
            waiting.enter_context(hub.listening(code))
        with pytest.raises(ChatError) as refusal, hub.listening("MORE"):
            pass
        assert refusal.value.code is ErrorCode.UNAVAILABLE
        assert hub.counts() == {"rooms": 3, "sessions": 0, "waiting": 3}
    with hub.listening("MORE"):
        assert hub.counts()["waiting"] == 1


async def test_when_the_server_stops_nobody_waits_any_longer_and_nobody_begins_to(hub: Hub) -> None:
    with hub.listening(CODE) as before:
        hub.close(1.0)
        assert await before.wait(0)
        with hub.listening(CODE) as after:
            assert await after.wait(0)


async def test_when_the_server_stops_every_session_is_told_once_however_many_rooms_it_has(hub: Hub) -> None:
    codec = CountingCodec()
    ann, bob = watching(hub, "ann", codec), watching(hub, "bob", codec)
    hub.watch(ann, "ELSE")
    hub.close(1.5)
    assert codec.encoded == [Closing(reason="closing", retry_after=1.5)]
    assert ann.frames == bob.frames == [(b"closing", 0)]
    assert ann.ended == bob.ended == [Disconnect.CLOSING]


async def test_who_opens_a_room_while_the_server_stops_is_told_to_come_back(hub: Hub) -> None:
    hub.close(1.0)
    assert watching(hub, "ann").ended == [Disconnect.CLOSING]
