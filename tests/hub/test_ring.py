"""The ring: the last events of a room, without a gap and within bounds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.event import StoredEvent
from hubbub.core.page import weight
from hubbub.core.text import MAX_TEXT
from hubbub.hub.ring import MOST_BYTES, MOST_EVENTS, Ring
from tests.hub.listener import deleted, joined, renamed, said


def ring_of(*events: StoredEvent) -> Ring:
    ring = Ring()
    for event in events:
        ring.add(event)
    return ring


def seqs(events: list[StoredEvent] | None) -> list[int] | None:
    return None if events is None else [event.seq for event in events]


def test_a_ring_gives_back_the_events_above_a_seq_in_order() -> None:
    ring = ring_of(*(said(seq) for seq in range(1, 6)))
    assert seqs(ring.since(0)) == [1, 2, 3, 4, 5]
    assert seqs(ring.since(3)) == [4, 5]


def test_who_has_everything_is_given_nothing_and_need_not_ask_the_store() -> None:
    ring = ring_of(said(1))
    assert ring.since(1) == []
    assert ring.since(99) == []


def test_an_empty_ring_knows_nothing_and_says_so() -> None:
    assert Ring().since(0) is None
    assert Ring().since(7) is None


def test_a_ring_that_does_not_reach_back_far_enough_says_so_instead_of_leaving_a_gap() -> None:
    ring = ring_of(said(5), said(6))
    assert ring.since(3) is None
    assert seqs(ring.since(4)) == [5, 6]


def test_an_event_that_is_known_is_told_so_and_not_kept_twice() -> None:
    ring = ring_of(said(1), said(2), said(3))
    assert [ring.add(said(seq)) for seq in (3, 2, 1, 4)] == [False, False, False, True]
    assert seqs(ring.since(0)) == [1, 2, 3, 4]


def test_after_a_gap_the_ring_starts_anew() -> None:
    ring = ring_of(said(1), said(2))
    assert ring.add(said(4))
    assert ring.since(2) is None
    assert seqs(ring.since(3)) == [4]


@given(st.lists(st.integers(1, 40), max_size=60), st.integers(0, 40))
def test_whatever_comes_in_what_comes_out_is_dense_and_reaches_the_newest(added: list[int], since: int) -> None:
    ring = ring_of(*(said(seq) for seq in added))
    found = seqs(ring.since(since))
    if found is None:
        assert not added or max(added) > since
    else:
        assert found == list(range(since + 1, max(added) + 1))


def test_a_ring_keeps_no_more_than_its_number_of_events() -> None:
    ring = ring_of(*(said(seq, text="") for seq in range(1, MOST_EVENTS + 11)))
    assert seqs(ring.since(10)) == list(range(11, MOST_EVENTS + 11))
    assert ring.since(9) is None


@pytest.mark.parametrize("text", ["x" * MAX_TEXT, "\N{GRINNING FACE}" * MAX_TEXT])
def test_a_ring_keeps_no_more_than_its_bytes_and_still_has_the_newest(text: str) -> None:
    most = MOST_BYTES // weight(said(1, text=text))
    ring = ring_of(*(said(seq, text=text) for seq in range(1, 101)))
    assert len(ring.since(100 - most) or []) == most
    assert ring.since(100 - most - 1) is None


def test_the_room_that_large_events_took_is_there_again_for_small_ones() -> None:
    ring = ring_of(*(said(seq, text="x" * MAX_TEXT) for seq in range(1, 101)))
    for seq in range(101, 101 + MOST_EVENTS):
        ring.add(said(seq, text=""))
    assert len(ring.since(100) or []) == MOST_BYTES // weight(said(1, text=""))


def test_after_a_gap_the_whole_room_is_there_again() -> None:
    ring = ring_of(*(said(seq, text="x" * MAX_TEXT) for seq in range(1, 101)))
    for seq in range(200, 210):
        ring.add(said(seq, text="x" * MAX_TEXT))
    assert len(ring.since(199) or []) == 10


def test_a_rename_makes_the_ring_forget_the_old_name_but_no_one_elses_events() -> None:
    ring = ring_of(said(1, by="ann"), said(2, by="bob"))
    ring.add(renamed(3, "eve", "Eva"))
    assert seqs(ring.since(0)) == [1, 2, 3], "Eve is in none of them"
    ring.add(renamed(4, "ann", "Anna"))
    assert ring.since(0) is None
    assert seqs(ring.since(3)) == [4]


def test_what_was_known_before_a_rename_is_known_after_it() -> None:
    ring = ring_of(joined(1, "ann"), said(2, by="ann"), renamed(3, "ann", "Anna"))
    assert [ring.add(event) for event in (renamed(3, "ann", "Anna"), said(2, by="ann"))] == [False, False]
    assert ring.add(deleted(4))


def test_the_number_of_the_newest_message_outlives_the_message_in_the_ring() -> None:
    ring = ring_of(joined(1, "ann"), said(2))
    assert ring.last_number == said(2).number
    ring.add(joined(9, "bob"))
    assert ring.all == [joined(9, "bob")]
    assert ring.last_number == said(2).number
    assert ring_of(joined(1, "ann")).last_number == 0
