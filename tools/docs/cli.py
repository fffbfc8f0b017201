"""The command line's own help, command by command."""

from collections.abc import Iterator
from typing import Any

import typer

from hubbub.cli import app

WIDTH = 100


def help_of_all() -> str:
    """Return the help of `hubbub` and of each command below it."""
    return "\n\n".join(f"## `{name}`\n\n```text\n{words}\n```" for name, words in _walk(typer.main.get_command(app)))


def _walk(command: Any, name: str = "hubbub", parent: Any = None) -> Iterator[tuple[str, str]]:
    context = command.make_context(name, [], parent, resilient_parsing=True, terminal_width=WIDTH)
    yield context.command_path, command.get_help(context).rstrip()
    for each in getattr(command, "commands", {}).values():
        yield from _walk(each, each.name, context)
