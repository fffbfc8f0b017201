"""Throttles: token buckets, and the waits after wrong codes."""

from ipaddress import IPv6Address
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.clock import DAY, HOUR, MINUTE, SECOND
from hubbub.core.throttle import (
    ALARM_MISSES,
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    FREE_MISSES,
    LIMITS,
    LONGEST_WAIT,
    Buckets,
    Limit,
    Misses,
    Throttle,
    network_of,
    whole_seconds,
)

NOW = 1_800_000_000_000
limits = st.builds(Limit, st.integers(1, 300), st.integers(1, 3600), st.integers(1, 60))
gaps = st.lists(st.floats(0, 100), max_size=200)


def test_everything_that_is_counted_has_a_limit_of_which_a_burst_is_no_more() -> None:
    assert set(LIMITS) == set(Throttle)
    assert all(1 <= limit.burst <= limit.times and limit.seconds >= 60 for limit in LIMITS.values())


def test_a_burst_goes_through_at_once_and_the_next_one_waits_for_a_token() -> None:
    buckets = Buckets(Limit(times=120, seconds=60, burst=30))
    assert [buckets.take("ann", 1_000.0) for _ in range(30)] == [0.0] * 30
    assert buckets.take("ann", 1_000.0) == pytest.approx(0.5)
    assert buckets.take("ann", 1_000.5) == 0


def test_a_refused_try_costs_nothing() -> None:
    buckets = Buckets(Limit(times=60, seconds=60, burst=1))
    assert buckets.take("ann", 0.0) == 0
    assert all(buckets.take("ann", 0.5) == pytest.approx(0.5) for _ in range(10))
    assert buckets.take("ann", 1.0) == 0


def test_one_persons_tokens_are_not_anothers() -> None:
    buckets = Buckets(Limit(times=1, seconds=60, burst=1))
    assert buckets.take("ann", 0.0) == 0
    assert buckets.take("ann", 0.0) > 0
    assert buckets.take("bob", 0.0) == 0


def test_who_was_quiet_for_days_has_one_burst_and_no_more() -> None:
    buckets = Buckets(Limit(times=60, seconds=60, burst=5))
    buckets.take("ann", 0.0)
    assert sum(buckets.take("ann", 1_000_000.0) == 0 for _ in range(100)) == 5


@given(limits, gaps)
def test_in_no_stretch_of_time_does_more_go_through_than_a_burst_and_what_was_filled_in(
    limit: Limit, gaps: list[float]
) -> None:
    buckets, now, let_through = Buckets(limit), 1_000.0, list[float]()
    for gap in gaps:
        now += gap
        if buckets.take("ann", now) == 0:
            let_through.append(now)
    rate = limit.times / limit.seconds
    for first, start in enumerate(let_through):
        for last, end in enumerate(let_through[first:], start=1):
            assert last <= limit.burst + (end - start) * rate + 1e-6


@given(limits, gaps, st.floats(0, 1e7))
def test_who_comes_back_after_the_wait_that_was_told_is_let_through(
    limit: Limit, gaps: list[float], start: float
) -> None:
    buckets, now = Buckets(limit), start
    for gap in [0.0, *gaps]:
        now += gap
        while not (wait := buckets.take("ann", now)):
            pass
        now += whole_seconds(wait)
        assert buckets.take("ann", now) == 0


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.floats(0, 10)), max_size=100), st.integers(1, 5))
def test_there_are_never_more_buckets_than_the_most(takes: list[tuple[str, float]], most: int) -> None:
    buckets, now = Buckets(Limit(times=10, seconds=60, burst=2), most), 0.0
    for who, gap in takes:
        now += gap
        buckets.take(who, now)
        assert len(buckets._buckets) <= most
        assert who in buckets._buckets


def test_who_was_quiet_longest_is_forgotten_first() -> None:
    buckets = Buckets(Limit(times=1, seconds=3600, burst=1), most=2)
    for who in ("ann", "bob", "ann", "eve"):
        buckets.take(who, 0.0)
    assert buckets.take("ann", 0.0) > 0, "Ann asked after Bob: it is Bob who was forgotten"
    assert buckets.take("bob", 0.0) == 0


def guess(misses: Misses, now: int, times: int) -> Misses:
    for _ in range(times):
        misses = misses.another(now)
    return misses


def test_ten_wrong_codes_are_free_and_then_one_waits() -> None:
    nine = guess(Misses(), NOW, FREE_MISSES - 1)
    assert nine.wait(NOW) == 0
    assert nine.another(NOW).wait(NOW) == FIRST_WAIT


def test_each_wrong_code_doubles_the_wait_up_to_an_hour() -> None:
    now, misses, waits = NOW, guess(Misses(), NOW, FREE_MISSES - 1), list[int]()
    for _ in range(100):
        misses = misses.another(now)
        waits.append(misses.wait(now))
        now += waits[-1]
    assert waits[0] == 15 * SECOND
    assert all(after == min(2 * before, HOUR) for before, after in pairwise(waits))
    assert waits[-1] == LONGEST_WAIT == HOUR


def test_a_wait_runs_down_to_nothing() -> None:
    misses = guess(Misses(), NOW, FREE_MISSES)
    assert misses.wait(NOW + 5 * SECOND) == FIRST_WAIT - 5 * SECOND
    assert misses.wait(NOW + FIRST_WAIT) == 0
    assert misses.wait(NOW + HOUR) == 0


def test_wrong_codes_are_forgotten_after_ten_quiet_minutes_that_follow_the_wait() -> None:
    misses = guess(Misses(), NOW, FREE_MISSES + 3)
    end = misses.until
    assert misses.another(end + FORGOTTEN_AFTER).count == FREE_MISSES + 4
    assert misses.another(end + FORGOTTEN_AFTER + 1) == Misses(1, end + FORGOTTEN_AFTER + 1, 0)
    assert FORGOTTEN_AFTER == 10 * MINUTE


AHEAD = 365 * DAY
"""By so much the clock was ahead when codes were missed."""


@pytest.mark.parametrize("ahead", [SECOND, FORGOTTEN_AFTER, HOUR, HOUR + MINUTE, DAY, AHEAD])
def test_a_clock_that_was_ahead_makes_nobody_wait_for_longer_than_the_longest(ahead: int) -> None:
    misses = guess(Misses(), NOW + ahead, FREE_MISSES + 20)
    wait = misses.wait(NOW)
    assert wait <= LONGEST_WAIT
    assert misses.wait(NOW + wait) == 0
    assert misses.wait(NOW + ahead) == LONGEST_WAIT, "it is still so by that clock"


def test_wrong_codes_of_a_clock_that_was_ahead_are_forgotten() -> None:
    misses = guess(Misses(), NOW + AHEAD, FREE_MISSES + 20)
    assert misses.another(NOW) == Misses(1, NOW, 0)
    assert guess(Misses(), NOW + AHEAD, 1).another(NOW) == Misses(1, NOW, 0)
    assert guess(Misses(), NOW + SECOND, 5).another(NOW).count == 6, "a clock that is put right a little frees nobody"


def test_so_is_the_count_of_all() -> None:
    misses = Misses().another_of_all(NOW + AHEAD)
    assert misses.another_of_all(NOW) == Misses(1, NOW, 0)
    misses = Misses().another_of_all(NOW + HOUR)
    assert misses.another_of_all(NOW).count == 2
    assert misses.another_of_all(NOW + HOUR + FORGOTTEN_AFTER + 1).count == 1


def test_one_wrong_code_now_and_then_never_makes_anybody_wait() -> None:
    now, misses = NOW, Misses()
    for _ in range(1_000):
        now += 2 * MINUTE
        misses = misses.another(now)
        assert misses.wait(now) == 0


def test_the_misses_of_all_are_counted_over_ten_minutes_and_make_nobody_wait() -> None:
    misses = Misses()
    for _ in range(ALARM_MISSES + 1):
        misses = misses.another_of_all(NOW)
    assert misses.count == ALARM_MISSES + 1
    assert misses.wait(NOW) == 0
    assert misses.another_of_all(NOW + FORGOTTEN_AFTER + 1).count == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("local", "local"),
        ("", ""),
    ],
)
def test_what_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


@given(st.integers(1, 2**64 - 1), st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_all_addresses_of_one_home_count_as_one_and_other_homes_as_others(home: int, one: int, other: int) -> None:
    assert network_of(str(IPv6Address(home << 64 | one))) == network_of(str(IPv6Address(home << 64 | other)))
    assert network_of(str(IPv6Address(home << 64 | one))) != network_of(str(IPv6Address((home ^ 1) << 64 | one)))


@pytest.mark.parametrize(("wait", "told"), [(0.0, 0), (0.001, 1), (1.0, 1), (1.01, 2), (59.99, 60)])
def test_a_wait_is_told_rounded_up(wait: float, told: int) -> None:
    assert whole_seconds(wait) == told
