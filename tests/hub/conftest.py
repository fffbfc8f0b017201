"""A hub on a clock that stands until it is moved."""

import pytest

from hubbub.hub import Hub
from tests.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def hub(clock: FakeClock) -> Hub:
    return Hub(clock.steady, soon=lambda do: do())
