"""Commands, events and replies as JSON: one flat object each, the same at every door that speaks it."""

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from hubbub.core.clock import iso
from hubbub.core.command import Command
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import AnyEvent
from hubbub.core.text import has_half_character
from hubbub.protocol.shapes import TIMES, shape_of

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
    return kind(**_checked(lambda: decoder.decode(body)), **given)


def convert(kind: type[C], fields: Mapping[str, str], given: Mapping[str, Any] | None = None) -> C:
    """Read a command from strings, as a query has them. Raises ChatError `bad_request`."""
    given = given or {}
    for name, value in fields.items():
        if has_half_character(name + value):
            raise ChatError(ErrorCode.BAD_REQUEST, "There is half a character in the fields.")
    shape = shape_of(kind, frozenset(given))
    return kind(**_checked(lambda: msgspec.convert(dict(fields), shape, strict=False)), **given)


def convert_data(kind: type[C], data: Any) -> C:
    """Read a command from JSON that was decoded already. Raises ChatError `bad_request`."""
    shape = shape_of(kind)
    return kind(**_checked(lambda: msgspec.convert(data, shape)))


def plain(value: object) -> Any:
    """Return dataclasses as dicts, all the way down."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        row: dict[str, Any] = {}
        if kind := getattr(value, "type", None):
            row["type"] = kind
        for name, is_time, may_go in _plan(type(value)):
            field = getattr(value, name)
            if field is None and may_go:
                continue
            row[name] = iso(field) if is_time and field is not None else plain(field)
        return row
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


@functools.cache
def _plan(kind: type) -> tuple[tuple[str, bool, bool], ...]:
    """Return (name, is a time, may be left out) of each field."""
    fields = dataclasses.fields(kind)
    return tuple((field.name, field.name in TIMES, field.default is None) for field in fields)


@functools.cache
def _decoder(shape: type[msgspec.Struct]) -> "msgspec.json.Decoder[msgspec.Struct]":
    return msgspec.json.Decoder(shape)


def _checked(read: Callable[[], msgspec.Struct]) -> dict[str, Any]:
    try:
        shape = read()
    except msgspec.ValidationError as error:
        found = _TELLS_FIELD.search(str(error))
        field = (found[1] or found[2]) if found else None
        raise ChatError(ErrorCode.BAD_REQUEST, _words(str(error)), field=field) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise ChatError(ErrorCode.BAD_REQUEST, "The body isn't valid JSON.") from None
    except RecursionError:
        raise ChatError(ErrorCode.BAD_REQUEST, "The body is nested too deeply.") from None
    return msgspec.structs.asdict(shape)


def _words(words: str) -> str:
    return words.replace("Object contains", "There is an").rstrip(".") + "."
