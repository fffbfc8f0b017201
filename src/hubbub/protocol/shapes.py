"""Strict shapes of commands, events and replies, derived from the core's dataclasses so that none is written twice."""

import dataclasses
import types
import typing
from typing import Annotated, Any, get_args, get_origin

import msgspec

from hubbub.core.event import STORED_EVENTS, StoredEvent
from hubbub.core.shape import TIMES, Length, Range

_SHAPES: dict[tuple[Any, frozenset[str]], type[msgspec.Struct]] = {}


def shape_of(kind: type[Any], without: frozenset[str] = frozenset()) -> type[msgspec.Struct]:
    """Return the strict struct of a dataclass, some fields left out. Unknown fields are refused by it."""
    key = (kind, without)
    if key not in _SHAPES:
        _SHAPES[key] = _derive(kind, without)
    return _SHAPES[key]


def _derive(kind: type[Any], without: frozenset[str]) -> type[msgspec.Struct]:
    hints = typing.get_type_hints(kind, include_extras=True)
    fields: list[Any] = []
    for field in dataclasses.fields(kind):
        if field.name not in without:
            hint = str if field.name in TIMES else _hint(hints[field.name])
            fields.append((field.name, hint, *_default(field)))
    tag = getattr(kind, "type", None) if kind in STORED_EVENTS else None
    return msgspec.defstruct(
        kind.__name__,
        fields,
        kw_only=True,
        forbid_unknown_fields=True,
        tag_field="type" if tag else None,
        tag=tag,
        namespace={"__doc__": kind.__doc__},
    )


def _default(field: "dataclasses.Field[Any]") -> tuple[Any, ...]:
    if field.default is not dataclasses.MISSING:
        return (field.default,)
    return ()


def _hint(hint: Any) -> Any:
    """Translate one annotation: the core's marks become msgspec's, its dataclasses become shapes."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return Annotated[_hint(args[0]), _meta(args[1])]
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(_hint(arg) for arg in args)]  # noqa: UP007 - built at run time
    if origin is tuple:
        return tuple[_hint(args[0]), ...]  # type: ignore[misc]
    if hint is StoredEvent:
        return typing.Union[tuple(shape_of(kind) for kind in STORED_EVENTS)]  # noqa: UP007 - built at run time
    if dataclasses.is_dataclass(hint):
        return shape_of(hint)  # type: ignore[arg-type]
    return hint


def _meta(mark: Range | Length) -> msgspec.Meta:
    if isinstance(mark, Range):
        return msgspec.Meta(ge=mark.least, le=mark.most)
    return msgspec.Meta(min_length=mark.least, max_length=mark.most)
