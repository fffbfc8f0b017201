"""Commands, events and replies as JSON: one flat object each, the same at every door that speaks it."""

import dataclasses
import functools
import operator
import re
import typing
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from hubbub.core.clock import iso
from hubbub.core.command import Command
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import AnyEvent
from hubbub.core.shape import TIMES
from hubbub.core.text import has_half_character
from hubbub.protocol.shapes import shape_of

C = TypeVar("C", bound=Command)

_encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode
_TELLS_FIELD = re.compile(r"`\$\.(\w+)|(?:unknown|required) field `([^`]*)`")


def encode(value: object) -> bytes:
    """Return an event, a reply or plain data as JSON.

    An event's `type` comes first; times become strings; a field whose default is None is left out when it is None.
    """
    return _encode(plain(value))


def encode_event(event: AnyEvent) -> bytes:
    """Return an event as JSON: the codec of the doors that speak it."""
    return _encode(plain(event))


def encode_error(error: ChatError) -> bytes:
    """Return a refusal as JSON: `{"error": {"code", "message", "field", "retry_after"}}`."""
    return _encode({"error": describe(error)})


def describe(error: ChatError) -> dict[str, Any]:
    """Return a refusal as plain data; `suggestion` is there only when something is suggested."""
    row: dict[str, Any] = {
        "code": error.code.value,
        "message": error.message,
        "field": error.field,
        "retry_after": error.retry_after,
    }
    if error.suggestion is not None:
        row["suggestion"] = error.suggestion
    return row


def decode(kind: type[C], body: bytes, given: Mapping[str, Any] | None = None) -> C:
    """Read a command from JSON; `given` are the fields that come from elsewhere, and aren't allowed in the body.

    Raises ChatError `bad_request` for anything that hasn't exactly the command's shape.
    """
    given = given or {}
    decoder = _decoder(shape_of(kind, frozenset(given)))
    return kind(**_checked(decoder.decode, body), **given)


def convert(kind: type[C], fields: Mapping[str, str], given: Mapping[str, Any] | None = None) -> C:
    """Read a command from strings, as a query has them. Raises ChatError `bad_request`."""
    given = given or {}
    for name, value in fields.items():
        if has_half_character(name + value):
            raise ChatError(ErrorCode.BAD_REQUEST, "There is half a character in the fields.")
    shape = shape_of(kind, frozenset(given))
    return kind(**_checked(msgspec.convert, dict(fields), shape, strict=False), **given)


def convert_data(kind: type[C], data: Any) -> C:
    """Read a command from JSON that was decoded already. Raises ChatError `bad_request`."""
    shape = shape_of(kind)
    return kind(**_checked(msgspec.convert, data, shape))


def plain(value: object) -> Any:
    """Return what the encoder writes as it is: structs for dataclasses, as far down as JSON says something else."""
    plan = _plan(type(value))
    if plan is None:
        return [plain(item) for item in value] if isinstance(value, tuple) else value
    fields = list(plan.get(value))
    for place in plan.times:
        if fields[place] is not None:
            fields[place] = iso(fields[place])
    for place in plan.deep:
        fields[place] = plain(fields[place])
    for place in plan.optional:
        if fields[place] is None:
            fields[place] = msgspec.UNSET
    return plan.struct(*fields)


class _Plan(NamedTuple):
    """How a dataclass becomes a struct: `get` gives all fields; `deep` ones, by place, have plans of their own."""

    struct: type[msgspec.Struct]
    get: Callable[[Any], tuple[Any, ...]]
    times: tuple[int, ...]
    optional: tuple[int, ...]
    deep: tuple[int, ...]


_PLANS: dict[Any, _Plan | None] = {}


def _plan(kind: Any) -> _Plan | None:
    """Return the plan of a dataclass, None for every other type."""
    if kind not in _PLANS:
        _PLANS[kind] = _make_plan(kind) if dataclasses.is_dataclass(kind) else None
    return _PLANS[kind]


def _make_plan(kind: Any) -> _Plan:
    defaults = {field.name: field.default for field in dataclasses.fields(kind)}
    names = (*(["type"] if getattr(kind, "type", None) else []), *defaults)
    hints = typing.get_type_hints(kind)
    get = operator.attrgetter(*names) if len(names) > 1 else lambda value: tuple(getattr(value, name) for name in names)

    def places(belongs: Callable[[str], bool]) -> tuple[int, ...]:
        return tuple(place for place, name in enumerate(names) if name in defaults and belongs(name))

    return _Plan(
        msgspec.defstruct(kind.__name__, names),
        get,
        places(TIMES.__contains__),
        places(lambda name: defaults[name] is None),
        places(lambda name: _is_deep(hints[name])),
    )


def _is_deep(hint: Any) -> bool:
    """Tell whether values of this type look otherwise in JSON than the encoder itself would write them."""
    if dataclasses.is_dataclass(hint):
        plan = _plan(hint)
        return plan is not None and bool(plan.times or plan.optional or plan.deep or getattr(hint, "type", None))
    return any(_is_deep(arg) for arg in typing.get_args(hint))


@functools.cache
def _decoder(shape: type[msgspec.Struct]) -> "msgspec.json.Decoder[msgspec.Struct]":
    return msgspec.json.Decoder(shape)


def _checked(read: Callable[..., Any], *args: Any, **more: Any) -> dict[str, Any]:
    """Return the fields that a reader finds. Raises ChatError `bad_request` for what it can't read."""
    try:
        return msgspec.structs.asdict(read(*args, **more))
    except msgspec.ValidationError as error:
        found = _TELLS_FIELD.search(str(error))
        field = (found[1] or found[2]) if found else None
        raise ChatError(ErrorCode.BAD_REQUEST, _words(str(error)), field=field) from None
    except (msgspec.DecodeError, UnicodeError):
        raise ChatError(ErrorCode.BAD_REQUEST, "The body isn't valid JSON.") from None


def _words(words: str) -> str:
    return words.replace("Object contains", "There is an").rstrip(".") + "."
