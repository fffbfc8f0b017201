"""The results of `hubbub bench` as a person reads them."""

import textwrap
from collections.abc import Iterator

from hubbub.bench.capacity import NEEDED, answer, bounds
from hubbub.bench.cases import CASES
from hubbub.bench.machine import free_memory_mb, has_cores, open_files
from hubbub.bench.metrics import bound_of, faults_of, words
from hubbub.bench.results import Results
from hubbub.bench.statistics import Figures

WHO = "hubbub"
WIDTH = 100


def report(results: Results) -> str:
    """Return what was measured, what wasn't and why, and the answer if all is there that it takes."""
    medians = results.medians(WHO)
    lines = [*_machine(results), ""]
    for case, figures in medians.items():
        lines += _case(case, figures)
    for case, why in results.missing.get(WHO, {}).items():
        lines += [f"Not measured: {case}. {why[0].upper()}{why[1:].rstrip('.')}."]
    found = bounds(medians, free_memory_mb(), open_files())
    tried = int(max((figures.get("people", 0) for figures in medians.values()), default=0))
    lines += ["", *(answer(found, tried) if found else [f"For an answer, it takes {', '.join(NEEDED)}."])]
    return "\n".join(lines)


def failures(results: Results) -> list[str]:
    """Return what should not have happened, in words."""
    return [f"{case}: {fault}" for case, figures in results.medians(WHO).items() for fault in faults_of(figures)]


def title_of(case: str, figures: Figures) -> str:
    """Return what was measured, with its numbers."""
    return CASES[case].title.format(**{name: f"{value:,.0f}" for name, value in figures.items()})


def _machine(results: Results) -> Iterator[str]:
    machine = results.machine
    yield (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_mb']:,} MB; {machine['system']}, "
        f"Python {machine['python']}, Hubbub {machine['hubbub']}"
    )
    yield (
        "The server has one core, who measures another; everything is durable before it is answered."
        if has_cores()
        else "There is one core: server and load generator share it, so rates are about half of what they could be."
    )


def _case(case: str, figures: Figures) -> Iterator[str]:
    shown = [words(name, figures) for name in CASES[case].shown]
    if bound_of(figures) == "generator":
        shown.append("(the load generator was the bound: trust the CPU, not the rate)")
    yield f"{case:13} {title_of(case, figures)}"
    yield from textwrap.wrap(
        " · ".join(shown), WIDTH, initial_indent=" " * 14, subsequent_indent=" " * 14, break_on_hyphens=False
    )
    yield from (f"{'':14}WRONG: {fault}" for fault in faults_of(figures))
