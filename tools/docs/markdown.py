"""The little Markdown that the generated parts are made of."""

import inspect
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table; a bar inside a cell is escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def doc_of(described: object) -> str:
    """Return a docstring as one line."""
    return " ".join((inspect.getdoc(described) or "").split())


def yes(value: bool) -> str:
    """Write a boolean into a cell: a no stays empty, so that the eye finds the others."""
    return "yes" if value else ""
