"""A figure: one thing that was measured, with the bound that it should keep."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`most` is the target, None where there is none."""

    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def verdict(self) -> str:
        """Tell whether the target was met."""
        if self.most is None:
            return ""
        return "ok" if self.value <= self.most else "MISSED"


def show(figures: Iterable[Figure]) -> None:
    """Print figures as a table."""
    for figure in figures:
        target = "" if figure.most is None else f"≤ {figure.most:g}"
        print(f"{figure.name:56} {figure.value:>12,.3f} {figure.unit:8} {target:8} {figure.verdict}", flush=True)
