"""How many people a machine holds: the nearest bound says it, and how it was reckoned is shown."""

import pytest

from hubbub.bench.capacity import NEEDED, answer, bounds
from hubbub.bench.statistics import Figures

MEDIANS: dict[str, Figures] = {
    "latency": {"cpu_per_message": 600.0},
    "idle": {"cpu_per_heartbeat": 100.0, "kb_per_connection": 10.0},
    "resume-storm": {"people": 5_000.0, "seconds_after_crash": 5.0},
}


def test_each_bound_follows_from_what_was_measured() -> None:
    found = {bound.what: bound.people for bound in bounds(MEDIANS, free_memory_mb=1_000, open_files=20_000)}
    assert found == {
        "CPU": 29_166,  # 0.7 s of CPU a second by 600/30 + 100/25 µs a person
        "memory": 51_200,  # 500 MB by 10 KB
        "open files": 19_850,
        "coming back": 10_000,  # 1,000 a second for ten seconds
    }


def test_the_nearest_bound_is_the_answer_rounded_down() -> None:
    lines = answer(bounds(MEDIANS, free_memory_mb=123, open_files=20_000), tried=5_000)
    assert lines[1].startswith("About 6,200 at once")
    assert "Memory is the bound" in lines[1]
    assert "10.0 KB per connection" in "\n".join(lines)
    assert "beyond that it is reckoned, not measured" in lines[-1]


def test_what_was_tried_is_not_called_reckoned() -> None:
    lines = answer(bounds(MEDIANS, free_memory_mb=123, open_files=20_000), tried=10_000)
    assert "not measured" not in lines[-1]


@pytest.mark.parametrize("missing", NEEDED)
def test_without_a_figure_that_it_takes_there_is_no_answer(missing: str) -> None:
    assert bounds({case: figures for case, figures in MEDIANS.items() if case != missing}, 1_000, 20_000) == []
