"""Any value of a command, reply or event, as hypothesis draws them from the fields' types and marks."""

import dataclasses
import enum
import types
import typing
from typing import Annotated, Any, get_args, get_origin

from hypothesis import strategies as st

from hubbub.core.event import STORED_EVENTS, StoredEvent
from hubbub.core.shape import MAX_SEQ, TIMES, Length, Range

END_OF_9999 = 253_402_300_799_999
whole = st.characters(codec="utf-8")


def any_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Return a strategy for instances of a dataclass."""
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = {field.name: _value(field.name, hints[field.name]) for field in dataclasses.fields(kind)}
    return st.builds(kind, **fields)


def _value(name: str, hint: Any) -> st.SearchStrategy[Any]:
    return st.integers(0, END_OF_9999) if name in TIMES else _of(hint)


def _of(hint: Any) -> st.SearchStrategy[Any]:
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _marked(args[1])
    if origin in {typing.Union, types.UnionType}:
        return st.one_of(*(_of(arg) for arg in args))
    if origin in {dict, tuple}:
        lists = st.lists(_of(args[0]), max_size=3, unique=origin is dict)
        return lists.map(tuple) if origin is tuple else lists.map(dict.fromkeys)
    if hint is StoredEvent:
        return st.one_of(*(any_of(kind) for kind in STORED_EVENTS))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return any_of(hint)
    return _plain(hint)


def _marked(mark: Range | Length) -> st.SearchStrategy[Any]:
    if isinstance(mark, Range):
        return st.integers(mark.least, mark.most)
    return st.text(whole, min_size=mark.least, max_size=mark.most)


def _plain(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return st.sampled_from(hint)
    known = {
        bool: st.booleans(),
        int: st.integers(0, MAX_SEQ),
        float: st.floats(0, 1e6),
        str: st.text(whole, max_size=50),
        types.NoneType: st.none(),
    }
    return known[hint]
