"""Time as it is written for people and machines."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.clock import DAY, HOUR, MINUTE, SECOND, iso

END_OF_9999 = 253_402_300_799_999


@pytest.mark.parametrize(
    ("at", "written"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (999, "1970-01-01T00:00:00.999Z"),
        (1_000, "1970-01-01T00:00:01.000Z"),
        (951_782_400_007, "2000-02-29T00:00:00.007Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (END_OF_9999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_is_written_in_utc_with_milliseconds_and_z(at: int, written: str) -> None:
    assert iso(at) == written


@given(st.integers(0, END_OF_9999), st.integers(0, END_OF_9999))
def test_written_times_have_one_width_read_back_exactly_and_sort_as_they_passed(one: int, other: int) -> None:
    assert len(iso(one)) == 24
    assert round(datetime.fromisoformat(iso(one)).timestamp() * SECOND) == one
    assert datetime.fromisoformat(iso(one)).tzinfo == UTC
    assert (iso(one) < iso(other)) == (one < other)


def test_the_units_are_what_they_are_called_in_milliseconds() -> None:
    assert (SECOND, MINUTE, HOUR, DAY) == (1_000, 60_000, 3_600_000, 86_400_000)
