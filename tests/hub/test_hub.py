"""The hub: who hears what, encoded how often, and what is left when all have gone."""

import pytest

from hubbub.core.error import Disconnect
from hubbub.core.event import Presence
from hubbub.hub import Hub
from hubbub.hub.hub import MOST_NAMES
from hubbub.hub.presence import GRACE, REQUEST_GRACE
from tests.fakes import FakeClock
from tests.hub.listener import CODE, NOBODY, CountingCodec, Listener, deleted, joined, left, renamed, said, watching


def presences(session: Listener) -> list[Presence]:
    return [event for event in session.heard if isinstance(event, Presence)]


# Events


def test_an_event_is_heard_by_who_watches_its_room_and_by_nobody_else(hub: Hub) -> None:
    ann, bob, eve = watching(hub, "ann"), watching(hub, "bob"), watching(hub, "eve", code="ELSE")
    hub.publish(said(1))
    assert ann.frames == bob.frames == [(b"message_sent", 1)]
    assert eve.frames == []


def test_an_event_is_encoded_once_for_all_who_share_a_codec(hub: Hub) -> None:
    one, other = CountingCodec(), CountingCodec()
    hearers = [watching(hub, f"user{i}", one if i % 2 else other) for i in range(50)]
    hub.publish(said(1))
    hub.settle()
    assert [len(codec.encoded) for codec in (one, other)] == [2, 2]
    assert all(len(hearer.frames) == 2 for hearer in hearers)


def test_an_event_of_a_room_that_nobody_has_open_is_not_even_kept(hub: Hub) -> None:
    hub.publish(said(1))
    assert hub.counts() == NOBODY
    assert hub.recent(CODE, 0) is None


def test_events_that_were_heard_are_dropped_and_new_ones_come_in_order(hub: Hub) -> None:
    ann = watching(hub, "ann")
    for seq in (1, 2, 2, 1, 3, 3, 5, 4):
        hub.publish(said(seq))
    assert ann.seqs == [1, 2, 3, 5]


def test_what_was_heard_before_a_rename_is_not_heard_again_after_it(hub: Hub) -> None:
    ann = watching(hub, "ann")
    told = [said(1, by="bob"), renamed(2, "bob", "Rob"), said(3, by="bob")]
    for event in told + told:
        hub.publish(event)
    assert ann.seqs == [1, 2, 3]


def test_recent_events_are_remembered_while_somebody_is_there(hub: Hub) -> None:
    watching(hub, "ann")
    hub.publish(said(4))
    hub.publish(said(5))
    assert hub.recent(CODE, 3) == [said(4), said(5)]
    assert hub.recent(CODE, 2) is None


def test_who_stops_watching_hears_no_more(hub: Hub) -> None:
    ann, bob = watching(hub, "ann"), watching(hub, "bob")
    hub.unwatch(ann, CODE)
    hub.publish(said(1))
    assert (ann.seqs, bob.seqs) == ([], [1])
    assert (ann.rooms, bob.rooms) == (set(), {CODE})


def test_watching_twice_is_watching_once(hub: Hub, clock: FakeClock) -> None:
    ann = watching(hub, "ann")
    hub.watch(ann, CODE)
    hub.publish(said(1))
    hub.unwatch(ann, CODE)
    hub.publish(said(2))
    assert ann.seqs == [1]
    clock.advance(GRACE)
    hub.settle()
    assert hub.here(CODE) == 0


def test_a_session_without_a_user_hears_nothing(hub: Hub) -> None:
    stranger = Listener("nobody")
    stranger.user = None
    hub.watch(stranger, CODE)
    hub.publish(said(1))
    assert stranger.frames == []
    assert hub.counts()["sessions"] == 0


# Leaving and the end of a room


def test_who_leaves_hears_that_and_no_more_on_none_of_their_tabs(hub: Hub) -> None:
    tab, other_tab, bob = watching(hub, "ann"), watching(hub, "ann"), watching(hub, "bob")
    hub.publish(left(1, "ann"))
    hub.publish(said(2))
    assert (tab.seqs, other_tab.seqs, bob.seqs) == ([1], [1], [1, 2])
    assert tab.rooms == other_tab.rooms == set()
    assert not hub.is_here(CODE, "ann"), "leaving has no grace"


def test_the_end_of_a_room_is_the_last_thing_that_its_sessions_hear(hub: Hub) -> None:
    ann = watching(hub, "ann")
    hub.publish(deleted(1))
    hub.publish(said(2))
    assert hub.counts() == NOBODY
    assert hub.settle() == []
    assert ann.frames == [(b"room_deleted", 1)]
    assert ann.rooms == set()


def test_the_end_of_a_session_after_that_of_its_room_changes_nothing(hub: Hub) -> None:
    ann = watching(hub, "ann")
    hub.publish(deleted(1))
    hub.unwatch(ann, CODE)
    assert hub.settle() == []
    assert hub.counts() == NOBODY


def test_who_is_coming_in_while_the_room_ends_hears_so_and_stays_outside(hub: Hub) -> None:
    ann = Listener("ann")
    with hub.holding(CODE, "ann"):
        hub.publish(deleted(3))
        hub.watch(ann, CODE)
        hub.touch(CODE, "ann")
    assert ann.frames == [(b"room_deleted", 3)]
    assert (ann.rooms, hub.here(CODE)) == (set(), 0)
    hub.settle()
    assert hub.counts() == NOBODY


def test_who_is_coming_in_with_one_tab_and_leaves_with_another_stays_outside(hub: Hub) -> None:
    ann = Listener("ann")
    with hub.holding(CODE, "ann"):
        hub.publish(left(3, "ann"))
        hub.watch(ann, CODE)
    hub.publish(said(4))
    assert ann.seqs == [3]
    hub.settle()
    assert hub.counts() == NOBODY


def test_it_holds_for_every_way_in_that_was_under_way(hub: Hub) -> None:
    ann = Listener("ann")
    with hub.holding(CODE, "ann"):
        with hub.holding(CODE, "ann"):
            hub.publish(left(3, "ann"))
        hub.watch(ann, CODE)
    assert ann.seqs == [3]
    assert ann.rooms == set()


def test_who_leaves_and_joins_again_is_in(hub: Hub) -> None:
    ann = Listener("ann")
    with hub.holding(CODE, "ann"):
        hub.publish(left(3, "ann"))
        hub.publish(joined(4, "ann"))
        hub.watch(ann, CODE)
    hub.publish(said(5))
    assert ann.seqs == [5]


def test_what_shut_somebody_out_once_is_forgotten_when_they_come_again(hub: Hub) -> None:
    bob = watching(hub, "bob")
    hub.publish(left(2, "ann"))
    with hub.holding(CODE, "ann"):
        assert watching(hub, "ann").rooms == {CODE}
        hub.publish(left(3, "ann"))
    with hub.holding(CODE, "ann"):
        ann = watching(hub, "ann")
    hub.publish(said(4))
    assert ann.seqs == [4]
    assert bob.seqs == [2, 3, 4]


# Who is here


def test_a_room_is_told_who_came_and_went_at_most_once_per_look(hub: Hub, clock: FakeClock) -> None:
    ann = watching(hub, "ann")
    for i in range(20):
        watching(hub, f"user{i}")
    assert presences(ann) == []
    hub.settle()
    hub.settle()
    came = tuple(sorted(["ann", *(f"user{i}" for i in range(20))]))
    assert presences(ann) == [Presence(code=CODE, here=21, came=came)]
    clock.advance(100)
    assert hub.settle() == []


def test_here_counts_people_whatever_door_they_came_through(hub: Hub) -> None:
    watching(hub, "ann")
    watching(hub, "ann")
    hub.touch(CODE, "ann")
    hub.touch(CODE, "bob")
    assert hub.here(CODE) == 2
    assert hub.is_here(CODE, "bob")
    assert not hub.is_here(CODE, "eve")
    assert not hub.is_here("ELSE", "ann")


def test_who_closes_the_tab_is_here_a_little_longer_and_a_request_counts_for_a_minute(
    hub: Hub, clock: FakeClock
) -> None:
    ann, bob = watching(hub, "ann"), watching(hub, "bob")
    hub.touch(CODE, "eve")
    hub.settle()
    hub.unwatch(bob, CODE)
    clock.advance(GRACE)
    assert [gone.user_ids for gone in hub.settle()] == [("bob",)]
    clock.advance(REQUEST_GRACE - GRACE)
    assert [gone.user_ids for gone in hub.settle()] == [("eve",)]
    assert [(told.here, told.went) for told in presences(ann)] == [(3, ()), (2, ("bob",)), (1, ("eve",))]


def test_who_begins_to_listen_while_the_server_closes_is_told_so_once(hub: Hub) -> None:
    ann, bob, eve = Listener("ann"), watching(hub, "bob"), Listener("eve")
    hub.attend(ann)
    hub.close(2.0)
    hub.watch(ann, CODE)
    hub.watch(eve, CODE)
    for each in (ann, bob, eve):
        assert [event.type for event in each.heard] == ["closing"]
        assert set(each.ended) == {Disconnect.CLOSING}


def test_above_a_hundred_people_the_room_is_told_how_many_but_the_server_knows_who_went(
    hub: Hub, clock: FakeClock
) -> None:
    ann = watching(hub, "ann")
    others = [watching(hub, f"user{i:03}") for i in range(MOST_NAMES + 1)]
    hub.settle()
    hub.unwatch(others[0], CODE)
    clock.advance(GRACE)
    assert [gone.user_ids for gone in hub.settle()] == [("user000",)]
    hub.unwatch(others[1], CODE)
    clock.advance(GRACE)
    hub.settle()
    assert presences(ann) == [
        Presence(code=CODE, here=102),
        Presence(code=CODE, here=101),
        Presence(code=CODE, here=100, went=("user001",)),
    ]


def test_who_came_and_went_between_two_looks_is_told_to_nobody_but_the_server(hub: Hub, clock: FakeClock) -> None:
    ann = watching(hub, "ann")
    hub.settle()
    hub.touch(CODE, "bob", seconds=1)
    clock.advance(1)
    assert [(gone.code, gone.here, gone.user_ids) for gone in hub.settle()] == [(CODE, 1, ("bob",))]
    assert len(presences(ann)) == 1


def test_a_seat_is_held_for_who_is_coming_in(hub: Hub, clock: FakeClock) -> None:
    hub.touch(CODE, "ann")
    hub.settle()
    with hub.holding(CODE, "ann"):
        clock.advance(REQUEST_GRACE)
        assert hub.settle() == []
        assert hub.counts()["rooms"] == 1
        hub.touch(CODE, "ann")
    assert hub.settle() == []
    assert hub.is_here(CODE, "ann")


def test_who_came_in_vain_has_gone_even_if_nobody_was_there(hub: Hub) -> None:
    with hub.listening(CODE):
        hub.let_go(CODE, "ann")
    assert [(gone.code, gone.here, gone.user_ids) for gone in hub.settle()] == [(CODE, 0, ("ann",))]
    assert (hub.settle(), hub.counts()["rooms"]) == ([], 0)


def test_who_came_in_vain_but_is_here_has_not_gone(hub: Hub) -> None:
    ann = watching(hub, "ann")
    hub.let_go(CODE, "ann")
    assert [gone.user_ids for gone in hub.settle()] == [()]
    assert presences(ann)[-1].here == 1


def test_who_is_here_or_coming_in_is_expected_and_nobody_else(hub: Hub) -> None:
    assert not hub.is_expected(CODE, "ann")
    with hub.holding(CODE, "ann"):
        assert hub.is_expected(CODE, "ann")
        assert not hub.is_here(CODE, "ann")
        assert not hub.is_expected(CODE, "bob")
    assert not hub.is_expected(CODE, "ann")
    watching(hub, "bob")
    assert hub.is_expected(CODE, "bob")


# How much there is


def test_a_room_is_dropped_when_the_last_has_gone_and_everybody_knows(hub: Hub, clock: FakeClock) -> None:
    sessions = [watching(hub, f"user{i}") for i in range(3)]
    hub.settle()
    assert hub.counts() == {"rooms": 1, "sessions": 3, "waiting": 0}
    for session in sessions:
        hub.unwatch(session, CODE)
    clock.advance(GRACE - 0.001)
    hub.settle()
    assert hub.counts() == {"rooms": 1, "sessions": 0, "waiting": 0}
    clock.advance(0.001)
    hub.settle()
    assert hub.counts() == NOBODY


def test_nothing_is_left_of_somebody_who_was_refused_at_the_door(hub: Hub) -> None:
    with pytest.raises(LookupError), hub.holding(CODE, "ann"):
        raise LookupError
    assert hub.settle() == []
    assert hub.counts() == NOBODY


def test_nothing_is_left_of_looking_at_rooms_that_do_not_exist(hub: Hub) -> None:
    assert hub.here("NONE") == 0
    assert hub.recent("NONE", 0) is None
    hub.unwatch(Listener("ann"), "NONE")
    hub.dismiss("NONE", "ann")
    assert hub.counts() == NOBODY


def test_a_session_in_several_rooms_is_one_session(hub: Hub) -> None:
    ann = watching(hub, "ann", code="ONE")
    hub.watch(ann, "TWO")
    assert hub.counts() == {"rooms": 2, "sessions": 1, "waiting": 0}
    assert ann.rooms == {"ONE", "TWO"}
