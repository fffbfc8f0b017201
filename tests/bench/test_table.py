"""What `hubbub bench` prints: figures in words, and whatever went wrong."""

from hubbub.bench.cases import CASES
from hubbub.bench.machine import describe
from hubbub.bench.metrics import METRICS
from hubbub.bench.plan import Plan
from hubbub.bench.results import Results
from hubbub.bench.table import failures, report

FIGURES = {"people": 1000.0, "deliveries_rate": 123456.7, "cpu_per_delivery": 4.567, "p50": 1.0, "p99": 2.0}


def results_of(**more: float) -> Results:
    """Return the results of one case."""
    results = Results.of(describe(), Plan())
    results.add("hubbub", "fan-out-1", FIGURES | more)
    return results


def test_figures_are_told_in_words() -> None:
    words = report(results_of())
    assert "1,000 people in one room, 1 message in flight" in words
    assert "123,457 deliveries/s · 4.57 µs CPU each" in words
    assert "WRONG" not in words


def test_a_loss_is_told_and_is_a_failure() -> None:
    results = results_of(lost=3.0)
    assert "WRONG: 3 deliveries were lost" in report(results)
    assert failures(results) == ["fan-out-1: 3 deliveries were lost"]
    assert failures(results_of()) == []


def test_a_rate_that_is_the_load_generators_own_is_called_so() -> None:
    assert "load generator was the bound" in report(results_of(generator_cpu=97.0, server_cpu=60.0))
    assert "load generator was the bound" not in report(results_of(generator_cpu=97.0, server_cpu=99.0))


def test_what_was_not_measured_is_told_with_the_reason() -> None:
    results = results_of()
    results.miss("hubbub", "idle", "it took more than 90 seconds")
    assert "Not measured: idle. It took more than 90 seconds." in report(results)
    assert "For an answer, it takes" in report(results)


def test_every_figure_that_a_case_shows_has_words() -> None:
    assert {name for case in CASES.values() for name in case.shown} <= METRICS.keys()
