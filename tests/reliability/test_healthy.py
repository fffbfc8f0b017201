"""The measure by which nobody else notices (R11, S14, S15): it sees a stall, and not what a busy machine does once."""

from time import monotonic

import pytest

from tests.reliability.healthy import Healthy

pytestmark = pytest.mark.anyio

QUICK, STALL = 0.005, 1.0


async def play(healthy: Healthy, *, disturbed: bool, stalls: int = 0) -> None:
    """Take the times of one window."""
    async with healthy.window(disturbed=disturbed, samples=60):
        for took in [QUICK] * (60 - stalls) + [STALL] * stalls:
            healthy.take((monotonic(), took))


@pytest.mark.parametrize(("rounds_with_a_stall", "undisturbed"), [(3, False), (2, False), (1, True), (0, True)])
async def test_one_stall_in_most_rounds_is_seen_and_one_in_a_single_round_is_not(
    rounds_with_a_stall: int, undisturbed: bool
) -> None:
    healthy = Healthy()
    for number in range(3):
        for window in range(10):
            await play(healthy, disturbed=False)
            await play(healthy, disturbed=True, stalls=window == 0 and number < rounds_with_a_stall)
        healthy.end_round()
    assert healthy.is_undisturbed() == undisturbed, healthy.figure()


@pytest.mark.parametrize(("windows_with_a_stall", "undisturbed"), [(2, False), (1, True)])
async def test_without_rounds_a_stall_in_most_windows_is_seen(windows_with_a_stall: int, undisturbed: bool) -> None:
    healthy = Healthy()
    for number in range(3):
        await play(healthy, disturbed=False)
        await play(healthy, disturbed=True, stalls=number < windows_with_a_stall)
    assert healthy.is_undisturbed() == undisturbed, healthy.figure()
