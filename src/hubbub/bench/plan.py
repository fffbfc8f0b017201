"""How much is measured: how many people, how long, how often."""

from dataclasses import dataclass

from hubbub.bench.machine import open_files
from hubbub.bench.server import CannotMeasureError

OTHER_FILES = 150
"""What a process has open beside its connections, with some to spare."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`people` are those in the one large room; `seconds` is how long each thing is watched."""

    people: int = 1_000
    seconds: float = 3.0
    rounds: int = 1
    full: bool = False

    @property
    def returning(self) -> int:
        """Return how many people come back at once."""
        return self.people * 5

    @property
    def idle(self) -> int:
        """Return how many people are connected and say nothing."""
        return self.people * 2

    @property
    def crowd(self) -> int:
        """Return how many people one process is to hold."""
        return self.people * 10

    @property
    def history(self) -> int:
        """Return how many messages a long history has."""
        return self.people * (1_000 if self.full else 100)


def check_files(connections: int) -> None:
    """Raise CannotMeasureError if a process may not have so many connections."""
    if connections + OTHER_FILES > open_files():
        raise CannotMeasureError(
            f"it needs {connections + OTHER_FILES:,} open files, and the system lets a process have {open_files():,}"
        )
