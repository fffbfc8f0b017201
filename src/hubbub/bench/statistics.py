"""Percentiles and medians."""

import statistics
from collections.abc import Sequence

Figures = dict[str, float]
"""What was measured, by the names in `hubbub.bench.metrics`."""


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent don't exceed; 0 if there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0


def medians(rounds: Sequence[Figures]) -> Figures:
    """Return the median of each figure over the rounds that have it."""
    names = dict.fromkeys(name for figures in rounds for name in figures)
    return {name: statistics.median(figures[name] for figures in rounds if name in figures) for name in names}
