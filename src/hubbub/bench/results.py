"""The results of one run: every round of every case, with what it was measured on, as JSON."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from hubbub.bench.plan import Plan
from hubbub.bench.statistics import Figures, medians

Rounds = dict[str, list[Figures]]
"""By case."""


@dataclass
class Results:
    """`rounds` and `missing` are by who was measured and by case; `missing` says why there is nothing."""

    machine: dict[str, str | int]
    plan: dict[str, Any]
    rounds: dict[str, Rounds] = field(default_factory=dict)
    missing: dict[str, dict[str, str]] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, machine: dict[str, str | int], plan: Plan) -> Self:
        """Return results that are still empty."""
        return cls(machine, asdict(plan))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what was saved."""
        return cls(**json.loads(path.read_text("utf-8")))

    def save(self, path: Path) -> None:
        """Write all of it."""
        path.write_text(json.dumps(_rounded(asdict(self)), indent=1, ensure_ascii=False) + "\n", "utf-8")

    def add(self, who: str, case: str, figures: Figures) -> None:
        """Keep a round."""
        self.rounds.setdefault(who, {}).setdefault(case, []).append(figures)

    def miss(self, who: str, case: str, why: str) -> None:
        """Keep why a round gave nothing."""
        self.missing.setdefault(who, {})[case] = why

    def medians(self, who: str) -> dict[str, Figures]:
        """Return the medians by case."""
        return {case: medians(rounds) for case, rounds in self.rounds.get(who, {}).items()}


def _rounded(value: Any) -> Any:
    """Leave out digits that nobody measured."""
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return float(f"{value:.5g}") if isinstance(value, float) else value
