"""What every use case is given: the ports, the hub, time, randomness and a few settings."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from hubbub.broker.base import Broker
from hubbub.chat.reads import Reads
from hubbub.chat.shared_reads import SharedReads
from hubbub.core.clock import Clock
from hubbub.core.event import MessageSent, StoredEvent
from hubbub.core.join_code import ALPHABET, RandomBelow
from hubbub.core.throttle import LIMITS, Buckets, Throttle
from hubbub.core.user import RandomBytes, User
from hubbub.hub import Hub
from hubbub.session import Session
from hubbub.store.base import Store

Log = structlog.typing.FilteringBoundLogger


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """Settings of the use cases; `vanish_after` in seconds. `throttle` off is for benchmarks."""

    throttle: bool = True
    vanish_after: float = 600.0
    code_alphabet: str = ALPHABET


def _all_buckets() -> dict[Throttle, Buckets]:
    return {what: Buckets(limit) for what, limit in LIMITS.items()}


@dataclass(slots=True)
class Context:
    """The parts that the functions of this package work with.

    `latest` are the latest messages and `missed` the events since a seq: those who come at once read them together.
    `empty_since` has the rooms that may vanish: since when they are empty (steady seconds), None while they aren't.
    `leaving` has, by room, the people who have gone and whose seats are still to be freed.
    """

    store: Store
    hub: Hub
    broker: Broker
    clock: Clock
    random_bytes: RandomBytes
    random_below: RandomBelow
    settings: ChatSettings
    sleep: Callable[[float], Awaitable[None]]
    buckets: dict[Throttle, Buckets] = field(default_factory=_all_buckets)
    reads: Reads = field(default_factory=Reads)
    latest: SharedReads[list[MessageSent]] = field(default_factory=SharedReads)
    missed: SharedReads[list[StoredEvent]] = field(default_factory=SharedReads)
    empty_since: dict[str, float | None] = field(default_factory=dict)
    leaving: dict[str, set[str]] = field(default_factory=dict)
    look_for_expired_at: float = 0.0
    look_at_logins_at: float = 0.0
    log: Log = field(default_factory=lambda: structlog.get_logger("hubbub.chat").bind())


def user_of(session: Session) -> User:
    """Return the session's user; `Chat.handle` has let nobody without one come this far."""
    assert session.user is not None
    return session.user
