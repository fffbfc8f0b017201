"""The results of a run: they are read back as they were saved."""

from pathlib import Path

from hubbub.bench.plan import Plan
from hubbub.bench.results import Results


def test_results_are_read_back_but_for_digits_that_nobody_measured(tmp_path: Path) -> None:
    results = Results.of({"cores": 2}, Plan(people=20))
    for p99 in (1.23456789, 3.0, 2.0):
        results.add("hubbub", "latency", {"p99": p99})
    results.miss("node", "latency", "it wasn't there")
    results.save(tmp_path / "file")
    read = Results.load(tmp_path / "file")
    assert read.rounds == {"hubbub": {"latency": [{"p99": 1.2346}, {"p99": 3.0}, {"p99": 2.0}]}}
    assert (read.plan["people"], read.missing, read.machine) == (20, results.missing, {"cores": 2})
    assert read.medians("hubbub") == {"latency": {"p99": 2.0}}
    assert read.medians("node") == {}
