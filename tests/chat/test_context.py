"""What every use case is given."""

from hubbub.core.throttle import LIMITS
from hubbub.store.memory import MemoryStore
from tests.fakes import FakeClock, make_context


def test_each_context_counts_for_itself() -> None:
    first, second = (make_context(MemoryStore(), FakeClock()) for _ in range(2))
    assert set(first.buckets) == set(LIMITS)
    assert first.buckets is not second.buckets
    assert first.reads is not second.reads
