"""Dataclasses as TypeScript: what their fields look like in JSON."""

import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin

from hubbub.core.command import Command
from hubbub.core.event import StoredEvent
from hubbub.core.shape import TIMES

_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", types.NoneType: "null", dict: "Refusal"}
"""The one dict there is, `Refused.error`, has the fields of a refusal."""


def interface(kind: type[Any]) -> str:
    """Return an event, a reply or what they hold as an interface."""
    lines = [f"/** {summary(kind)} */", f"export interface {kind.__name__} {{"]
    if name := getattr(kind, "type", None):
        lines.append(f'  readonly type: "{name}";')
    return "\n".join([*lines, *(f"  {line}" for line in field_lines(kind)), "}"])


def field_lines(kind: type[Any]) -> Iterator[str]:
    """Give the fields, one line each.

    What has a default may be left out of a command. What we are told leaves out only what would be null.
    """
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        hint = type_of(str) if field.name in TIMES else type_of(hints[field.name])
        if _may_be_left_out(kind, field):
            yield f"readonly {field.name}?: {hint.removesuffix(' | null')};"
        else:
            yield f"readonly {field.name}: {hint};"


def type_of(hint: Any) -> str:
    """Return one hint in TypeScript. Raises KeyError for what JSON doesn't know."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return type_of(args[0])
    if origin in {typing.Union, types.UnionType}:
        return " | ".join(type_of(arg) for arg in args)
    if origin is tuple:
        each = type_of(args[0])
        return f"readonly ({each})[]" if " " in each else f"readonly {each}[]"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return " | ".join(f'"{member.value}"' for member in hint)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint.__name__
    return _PLAIN[origin or hint]


def shapes_in(kind: type[Any]) -> list[type[Any]]:
    """Return the dataclasses that the fields of one hold, deepest first."""
    found: dict[type[Any], None] = {}
    for hint in typing.get_type_hints(kind).values():
        for leaf in _leaves(hint):
            if isinstance(leaf, type) and dataclasses.is_dataclass(leaf) and leaf is not StoredEvent:
                found |= dict.fromkeys([*shapes_in(leaf), leaf])
    return list(found)


def summary(kind: type[Any]) -> str:
    """Return what a class says of itself, in one line."""
    return " ".join(inspect.getdoc(kind).split("\n\n")[0].split())  # type: ignore[union-attr]


def _may_be_left_out(kind: type[Any], field: "dataclasses.Field[Any]") -> bool:
    if issubclass(kind, Command):
        return field.default is not dataclasses.MISSING
    return field.default is None


def _leaves(hint: Any) -> list[Any]:
    args = [arg for arg in get_args(hint) if arg is not Ellipsis]
    return [leaf for arg in args for leaf in _leaves(arg)] if args else [hint]
