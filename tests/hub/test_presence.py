"""Who is here: people, not sessions, and exactly who came and went."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from hubbub.hub.presence import GRACE, REQUEST_GRACE, Change, Presence

NOW = 1_000.0


def told(change: Change | None) -> tuple[int, tuple[str, ...], tuple[str, ...]] | None:
    """Return what a room is told of a change."""
    return (change.here, change.came, change.went) if change else None


@pytest.fixture
def people() -> Presence:
    return Presence()


def test_who_opens_the_room_is_here_and_is_told_once(people: Presence) -> None:
    people.enter("ann")
    assert "ann" in people
    assert told(people.settle(NOW)) == (1, ("ann",), ())
    assert people.settle(NOW + 1) is None


def test_two_tabs_are_one_person_until_both_are_closed(people: Presence) -> None:
    people.enter("ann")
    people.enter("ann")
    assert len(people) == 1
    people.settle(NOW)
    people.leave("ann", NOW)
    assert people.settle(NOW + 100) is None
    people.leave("ann", NOW + 100)
    assert told(people.settle(NOW + 100 + GRACE)) == (0, (), ("ann",))


def test_who_closed_the_last_tab_is_here_for_ten_seconds_more_and_then_goes(people: Presence) -> None:
    people.enter("ann")
    people.settle(NOW)
    people.leave("ann", NOW)
    assert people.settle(NOW + 9.999) is None
    assert "ann" in people
    assert told(people.settle(NOW + 10)) == (0, (), ("ann",))
    assert "ann" not in people


def test_a_refresh_is_neither_going_nor_coming(people: Presence) -> None:
    people.enter("ann")
    people.settle(NOW)
    people.leave("ann", NOW)
    people.settle(NOW + 5)
    people.enter("ann")
    assert people.settle(NOW + 100) is None
    assert "ann" in people


def test_each_closing_of_the_last_tab_gives_its_own_ten_seconds(people: Presence) -> None:
    for start in (NOW, NOW + 8):
        people.enter("ann")
        people.leave("ann", start)
    people.settle(NOW + 8)
    assert people.settle(NOW + 17) is None
    assert told(people.settle(NOW + 18)) == (0, (), ("ann",))


def test_a_request_says_that_somebody_is_here_for_a_minute(people: Presence) -> None:
    people.touch("ann", NOW + REQUEST_GRACE)
    assert told(people.settle(NOW)) == (1, ("ann",), ())
    assert people.settle(NOW + 59.999) is None
    assert told(people.settle(NOW + 60)) == (0, (), ("ann",))


def test_another_request_starts_the_minute_anew_and_an_earlier_end_does_not_cut_it(people: Presence) -> None:
    people.touch("ann", NOW + 60)
    people.touch("ann", NOW + 90)
    people.touch("ann", NOW + 10)
    people.settle(NOW)
    assert people.settle(NOW + 89) is None
    assert told(people.settle(NOW + 90)) == (0, (), ("ann",))


def test_a_request_of_somebody_with_a_session_changes_nothing(people: Presence) -> None:
    people.enter("ann")
    people.settle(NOW)
    people.touch("ann", NOW + 60)
    assert len(people) == 1
    assert people.settled


def test_who_is_gone_for_good_gets_no_grace(people: Presence) -> None:
    people.enter("ann")
    people.settle(NOW)
    people.leave("ann", NOW)
    people.forget("ann")
    assert told(people.settle(NOW)) == (0, (), ("ann",))


def test_who_came_and_went_between_two_looks_is_told_to_nobody_but_has_gone(people: Presence) -> None:
    people.touch("ann", NOW + 1)
    change = people.settle(NOW + 1)
    assert told(change) == (0, (), ())
    assert change
    assert change.gone == ("ann",)


def test_who_is_coming_in_does_not_go_meanwhile_and_counts_as_the_room_was_told(people: Presence) -> None:
    people.touch("ann", NOW + 60)
    people.settle(NOW)
    people.hold("ann")
    people.enter("bob")
    assert told(people.settle(NOW + 60)) == (2, ("bob",), ()), "the room was never told that Ann went"
    people.enter("ann")
    people.release("ann")
    assert people.settle(NOW + 61) is None


def test_who_came_in_after_all_not_goes_with_the_next_look(people: Presence) -> None:
    people.touch("ann", NOW + 60)
    people.settle(NOW)
    people.hold("ann")
    people.hold("ann")
    people.settle(NOW + 60)
    people.release("ann")
    assert people.settle(NOW + 61) is None, "one of the two is still trying"
    people.release("ann")
    assert told(people.settle(NOW + 62)) == (0, (), ("ann",))


def test_when_everybody_has_gone_for_good_only_who_is_coming_in_is_left(people: Presence) -> None:
    people.enter("ann")
    people.touch("bob", NOW + 60)
    people.hold("eve")
    people.settle(NOW)
    people.enter("zoe")
    people.clear()
    assert not people.deserted
    assert (len(people), set(people.held)) == (0, {"eve"})
    assert people.settle(NOW) is None
    people.release("eve")
    assert people.deserted


def test_a_room_is_deserted_only_when_everybody_knows(people: Presence) -> None:
    people.enter("ann")
    people.settle(NOW)
    people.leave("ann", NOW)
    people.forget("ann")
    before = people.deserted
    people.settle(NOW)
    assert (before, people.deserted, people.settled) == (False, True, True)


def test_a_room_is_not_settled_while_time_alone_can_change_it(people: Presence) -> None:
    people.touch("ann", NOW + 60)
    people.settle(NOW)
    before = people.settled
    people.settle(NOW + 60)
    assert (before, people.settled) == (False, True)


class WhatRoomsAreTold(RuleBasedStateMachine):
    """Anything that people can do, against who is here by a plain list of sessions and last requests."""

    tabs: Bundle[str] = Bundle("tabs")
    holds: Bundle[str] = Bundle("holds")
    who = st.sampled_from(["ann", "bob", "eve"])

    def __init__(self) -> None:
        super().__init__()
        self.people, self.now = Presence(), NOW
        self.open, self.until, self.held = list[str](), dict[str, float](), list[str]()
        self.believed = set[str]()

    def here(self) -> set[str]:
        return set(self.open) | {who for who, until in self.until.items() if until > self.now}

    @rule(target=tabs, who=who)
    def open_a_tab(self, who: str) -> str:
        self.people.enter(who)
        self.open.append(who)
        self.until.pop(who, None)
        return who

    @rule(who=consumes(tabs))
    def close_a_tab(self, who: str) -> None:
        self.people.leave(who, self.now)
        self.open.remove(who)
        if who not in self.open:
            self.until[who] = self.now + GRACE

    @rule(who=who)
    def ask(self, who: str) -> None:
        self.people.touch(who, self.now + REQUEST_GRACE)
        if who not in self.open:
            self.until[who] = max(self.now + REQUEST_GRACE, self.until.get(who, 0))

    @rule(target=holds, who=who)
    def begin_to_come_in(self, who: str) -> str:
        self.people.hold(who)
        self.held.append(who)
        return who

    @rule(who=consumes(holds))
    def stop_coming_in(self, who: str) -> None:
        self.people.release(who)
        self.held.remove(who)

    @rule(seconds=st.sampled_from([0.5, 9.0, 10.0, 61.0]))
    def tell_the_room(self, seconds: float) -> None:
        self.now += seconds
        change = self.people.settle(self.now)
        if change:
            assert not set(change.came) & self.believed
            assert set(change.went) <= self.believed & set(change.gone)
            assert not set(change.gone) & (self.here() | set(self.held))
            self.believed = (self.believed | set(change.came)) - set(change.went)
            assert change.here == len(self.believed)
        assert self.believed - set(self.held) == self.here() - set(self.held)
        assert self.here() <= self.believed
        assert len(self.people) == len(self.here())

    @invariant()
    def nobody_who_has_a_tab_is_missing(self) -> None:
        assert all(who in self.people for who in self.open)


test_whatever_people_do_the_room_believes_who_is_here = WhatRoomsAreTold.TestCase
