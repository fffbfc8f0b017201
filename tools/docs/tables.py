"""The tables of the core and the settings, as tables of a document."""

from typing import Any

import typer
from pydantic.fields import FieldInfo

from hubbub.chat.throttles import BY_ADDRESS
from hubbub.cli import app
from hubbub.config import Settings
from hubbub.core.error import DISCONNECTS, ERRORS
from hubbub.core.throttle import LIMITS
from tools.docs.markdown import table, yes

_MADE_AT_START = {"data": "`$XDG_DATA_HOME/hubbub`", "trusted_proxies": "none"}
"""Defaults that depend on the machine, or are empty lists."""


def errors() -> str:
    """Return the refusals."""
    rows = [(f"`{code.value}`", row.words, row.http, row.irc, row.exit, yes(row.retry)) for code, row in ERRORS.items()]
    return table(("code", "words", "HTTP status", "IRC numeric", "exit code", "retry"), rows)


def disconnects() -> str:
    """Return the reasons to end a session."""
    rows = [(f"`{why.value}`", row.words, row.websocket, yes(row.returns)) for why, row in DISCONNECTS.items()]
    return table(("reason", "words", "WebSocket close code", "come back"), rows)


def throttles() -> str:
    """Return how often somebody may do what."""
    rows = [
        (
            f"`{what.value}`",
            "address" if what in BY_ADDRESS else "user",
            f"{limit.times} in {limit.seconds:,} s",
            limit.burst,
            "refused with `slow_down`" + (", told only to who waits for a reply" if limit.silent else ""),
        )
        for what, limit in LIMITS.items()
    ]
    return table(("what", "counted by", "how often", "at once", "past that"), rows)


def settings() -> str:
    """Return every setting."""
    flags = _flags()
    rows = [
        (
            f"`{name}`",
            f"`HUBBUB_{name.upper()}`",
            f"`--{name}`" if name in flags else "",
            _default(name, field),
            field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]
    return table(("key", "variable", "flag", "default", "meaning"), rows)


def _flags() -> set[str | None]:
    group: Any = typer.main.get_command(app)
    return {parameter.name for parameter in group.commands["serve"].params}


def _default(name: str, field: FieldInfo) -> str:
    if name in _MADE_AT_START:
        return _MADE_AT_START[name]
    value = field.default
    if isinstance(value, bool):
        return "`on`" if value else "`off`"
    return f"`{value:g}`" if isinstance(value, float | int) else f"`{value}`" if value else "none"
