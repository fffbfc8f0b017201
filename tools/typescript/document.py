"""The whole file: what may be sent and heard at the live door, and what each refusal means."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from hubbub.core import event
from hubbub.core.command import COMMANDS, Command
from hubbub.core.error import DISCONNECTS, ERRORS
from hubbub.core.event import EPHEMERAL_EVENTS, STORED_EVENTS
from tools.typescript.shapes import field_lines, interface, shapes_in, summary

_HEAD = "/** What the live door speaks. Made by `python -m tools.typescript` from src/hubbub/core: change it there. */"

_REFUSAL = """/** Why a command was refused. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field: string | null;
  readonly retry_after: number | null;
  readonly suggestion?: string;
}"""


def document() -> str:
    """Return the types of all commands, replies, events and errors."""
    parts = [_HEAD, _errors(), _REFUSAL, _disconnects()]
    parts += [interface(kind) for kind in _named_kinds()]
    parts += [_union("StoredEvent", STORED_EVENTS), _union("EphemeralEvent", EPHEMERAL_EVENTS), _events(), _commands()]
    return "\n\n".join(parts) + "\n"


def _named_kinds() -> list[type[Any]]:
    """Return every dataclass that gets a name, what others hold before those that hold it."""
    found: dict[type[Any], None] = {}
    for kind in (*STORED_EVENTS, *EPHEMERAL_EVENTS, *(command.reply for command in COMMANDS.values())):
        found |= dict.fromkeys(shape for shape in (*shapes_in(kind), kind) if shape is not event.StoredEvent)
    return list(found)


def _errors() -> str:
    codes = " | ".join(f'"{code.value}"' for code in ERRORS)
    retried = [code.value for code, row in ERRORS.items() if row.retry]
    return (
        f"export type ErrorCode = {codes};\n\n"
        "/** After these the same command may succeed later, without a change. */\n"
        f"export const RETRIED: readonly ErrorCode[] = {json.dumps(retried)};"
    )


def _disconnects() -> str:
    reasons = " | ".join(f'"{reason.value}"' for reason in DISCONNECTS)
    return f"/** Why the server ends a session. */\nexport type Disconnect = {reasons};"


def _union(name: str, kinds: Iterable[type[Any]]) -> str:
    return f"export type {name} = {' | '.join(kind.__name__ for kind in kinds)};"


def _events() -> str:
    kinds: list[type[Any]] = [*STORED_EVENTS, *EPHEMERAL_EVENTS]
    rows = [f"  {kind.type}: {kind.__name__};" for kind in kinds]
    return "\n".join(["/** Events by their name on the wire. */", "export interface Events {", *rows, "}"])


def _commands() -> str:
    rows = [line for command in COMMANDS.values() for line in _command(command)]
    return "\n".join(["/** Commands by their name on the wire. */", "export interface Commands {", *rows, "}"])


def _command(command: type[Command]) -> Iterator[str]:
    fields = " ".join(field_lines(command))
    yield f"  /** {summary(command)} */"
    yield f"  {command.type}: {{ fields: {{ {fields} }}; reply: {command.reply.__name__} }};".replace("{  }", "object")
