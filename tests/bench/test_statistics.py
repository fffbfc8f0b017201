"""Percentiles and medians."""

import pytest

from hubbub.bench.statistics import medians, percentile


@pytest.mark.parametrize(("percent", "value"), [(0, 1), (50, 51), (99, 100), (100, 100)])
def test_so_many_percent_do_not_exceed_a_percentile(percent: float, value: float) -> None:
    hundred = [float(number) for number in range(100, 0, -1)]
    assert percentile(hundred, percent) == value


def test_of_nothing_every_percentile_is_nought() -> None:
    assert percentile([], 99) == 0


def test_one_bad_round_moves_no_median() -> None:
    assert medians([{"p99": 1.0}, {"p99": 900.0}, {"p99": 2.0}]) == {"p99": 2.0}


def test_a_figure_that_a_round_lacks_has_the_median_of_the_others() -> None:
    assert medians([{"a": 1.0}, {"a": 3.0, "b": 5.0}]) == {"a": 2.0, "b": 5.0}
