"""A run: the cases in each round, and in each case those who are measured, in turn."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Sequence

import uvloop

from hubbub.bench.cases import CASES
from hubbub.bench.machine import describe, generator_core, raise_file_limit
from hubbub.bench.member import RefusedError
from hubbub.bench.plan import Plan
from hubbub.bench.results import Results
from hubbub.bench.server import CannotMeasureError, Contestant

MOST_SECONDS = 60.0
MOST_SECONDS_FULL = 300.0
"""A case that takes longer is given up."""


def run(
    contestants: Sequence[Contestant],
    names: Iterable[str],
    plan: Plan,
    keep: Callable[[Results], None] = lambda _: None,
) -> Results:
    """Measure; what can't be measured is in the results with the reason. `keep` is given the results so far."""
    raise_file_limit()
    results = Results.of(describe(), plan)
    with generator_core(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(contestants, list(names), plan, results, keep))
    return results


async def _run(
    contestants: Sequence[Contestant], names: list[str], plan: Plan, results: Results, keep: Callable[[Results], None]
) -> None:
    for number in range(plan.rounds):
        for name in names:
            for contestant in contestants:
                if contestant is contestants[0] or CASES[name].peers:
                    _tell(name, contestant, number, plan)
                    await _measure(contestant, name, plan, results)
                    keep(results)
    _tell_end()


async def _measure(contestant: Contestant, name: str, plan: Plan, results: Results) -> None:
    most = MOST_SECONDS_FULL if plan.full else MOST_SECONDS + 10 * plan.seconds
    try:
        async with asyncio.timeout(most):
            results.add(contestant.name, name, await CASES[name].measure(contestant, plan))
    except TimeoutError:
        results.miss(contestant.name, name, f"it took more than {most:.0f} seconds")
    except (CannotMeasureError, RefusedError, OSError) as error:
        results.miss(contestant.name, name, str(error))


def _tell(name: str, contestant: Contestant, number: int, plan: Plan) -> None:
    if sys.stderr.isatty():
        round_words = f", round {number + 1} of {plan.rounds}" if plan.rounds > 1 else ""
        sys.stderr.write(f"\r\x1b[KMeasuring {name} ({contestant.name}){round_words} …")
        sys.stderr.flush()


def _tell_end() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
