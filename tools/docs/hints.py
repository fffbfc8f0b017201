"""Type hints in words, as clients see the values: in JSON."""

import dataclasses
import enum
import types
import typing
from typing import Annotated, Any, get_args, get_origin

from hubbub.core.event import StoredEvent
from hubbub.core.shape import MAX_SEQ, TIMES, Length, Range

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean"}


def fields_of(kind: type[Any], *, without: frozenset[str] = frozenset()) -> str:
    """Return the fields of a command, a reply or an event in words."""
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = [field for field in dataclasses.fields(kind) if field.name not in without]
    return "; ".join(f"`{field.name}` {_value(field, hints[field.name])}" for field in fields) or "none"


def shapes_in(kind: type[Any]) -> list[type[Any]]:
    """Return the dataclasses that the fields of one hold, in order."""
    leaves = [leaf for hint in typing.get_type_hints(kind).values() for leaf in _leaves(hint)]
    return [leaf for leaf in leaves if dataclasses.is_dataclass(leaf) and leaf is not StoredEvent]


def _value(field: "dataclasses.Field[Any]", hint: Any) -> str:
    words = "time" if field.name in TIMES else words_of(hint)
    if field.default is dataclasses.MISSING:
        return words
    if field.default is None:
        return f"{words.removesuffix(' or null')}, optional"
    if field.default == ():
        return f"{words}, maybe empty"
    default = str(field.default).lower() if isinstance(field.default, bool) else field.default
    return f"{words}, else `{default}`" if default != "" else f"{words}, optional"


def words_of(hint: Any) -> str:
    """Return one hint in words."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return f"{words_of(args[0])} {_mark(args[1])}"
    if origin in {typing.Union, types.UnionType}:
        return " or ".join("null" if arg is type(None) else words_of(arg) for arg in args)
    if origin is tuple:
        return f"list of {words_of(args[0])}"
    if hint is StoredEvent:
        return "events"
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return " or ".join(f'`"{member.value}"`' for member in hint)
    return _PLAIN.get(hint) or f"`{hint.__name__}`"


def _mark(mark: Range | Length) -> str:
    if isinstance(mark, Length):
        return f"of {mark.least} to {mark.most} characters"
    return f"from {mark.least}" if mark.most == MAX_SEQ else f"from {mark.least} to {mark.most:,}"


def _leaves(hint: Any) -> list[type[Any]]:
    args = [arg for arg in get_args(hint) if arg is not Ellipsis]
    return [leaf for arg in args for leaf in _leaves(arg)] if args else [hint]
