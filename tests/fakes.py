"""Fakes for time and chance."""

import random
from dataclasses import dataclass, field

from hubbub.broker.memory import MemoryBroker
from hubbub.chat import ChatSettings
from hubbub.chat.context import Context
from hubbub.core.clock import SECOND
from hubbub.hub import Hub
from hubbub.store.base import Store


@dataclass
class FakeClock:
    """A clock that stands until it is moved."""

    wall: int = 1_800_000_000_000
    seconds: float = 1_000.0
    jumped: int = 0
    slept: list[float] = field(default_factory=list)

    def now(self) -> int:
        return self.wall

    def even(self) -> int:
        return self.wall - self.jumped

    def steady(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds
        self.wall += round(seconds * SECOND)

    def jump(self, milliseconds: int) -> None:
        """Let the wall clock jump, while no time passes."""
        self.jumped += milliseconds
        self.wall += milliseconds

    async def sleep(self, seconds: float) -> None:
        """Pass the time at once."""
        self.slept.append(seconds)
        self.advance(seconds)


def make_context(store: Store, clock: FakeClock, settings: ChatSettings | None = None, seed: int = 1) -> Context:
    """Return what the chat works with, on a fake clock and chance with a seed."""
    chance = random.Random(seed)
    return Context(
        store=store,
        hub=Hub(clock.steady, soon=lambda do: do()),
        broker=MemoryBroker(),
        clock=clock,
        random_bytes=chance.randbytes,
        random_below=chance.randrange,
        settings=settings or ChatSettings(),
        sleep=clock.sleep,
    )
