"""The generated parts by name, and the marks between which a document asks for them."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench import report
from tools.docs import api, cli, index, promises, security, tables

_ROOT = Path(__file__).parents[2]

PARTS: dict[str, Callable[[Path], str]] = {
    "files": index.files,
    "routes": lambda _: api.routes(),
    "commands": lambda _: api.commands(),
    "replies": lambda _: api.replies(),
    "events": lambda _: api.events(),
    "ephemeral events": lambda _: api.ephemeral_events(),
    "shapes": lambda _: api.shapes(),
    "errors": lambda _: tables.errors(),
    "disconnects": lambda _: tables.disconnects(),
    "throttles": lambda _: tables.throttles(),
    "wrong codes": lambda _: security.wrong_codes(),
    "codes": lambda _: security.codes(),
    "proofs": lambda _: security.proofs(),
    "headers": lambda _: security.answer_headers(),
    "bounds": lambda _: security.bounds(),
    "settings": lambda _: tables.settings(),
    "command line": lambda _: cli.help_of_all(),
    "machine": report.machine,
    "targets": report.reached,
    "comparison": report.comparison,
    "missing": report.missing,
    "what peers lack": report.alone,
    "kept runs": promises.runs,
    **{f"tests of {promise}": partial(promises.shown, promise) for promise in promises.promises(_ROOT)},
}
"""Each is given the project's root."""

_MARKED = re.compile(r"(<!-- generated: (?P<name>[a-z0-9 ]+?) -->\n).*?(<!-- end -->)", re.DOTALL)
_NOT_OURS = {"node_modules", "build", "dist"}


def documents(root: Path) -> Iterator[Path]:
    """Give the project's Markdown files, passing over what is installed or built."""
    for path in sorted(root.iterdir()):
        if path.is_dir() and not path.name.startswith(".") and path.name not in _NOT_OURS:
            yield from documents(path)
        elif path.suffix == ".md":
            yield path


def fill(text: str, root: Path) -> str:
    """Return a document with its generated parts as they are now. Raises KeyError for a part that doesn't exist."""
    return _MARKED.sub(lambda found: f"{found[1]}{PARTS[found['name']](root)}\n{found[3]}", text)


def parts_of(text: str) -> list[str]:
    """Return the names of the parts that a document asks for."""
    return [found["name"] for found in _MARKED.finditer(text)]
