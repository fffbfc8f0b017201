"""What clients may ask and hear, in tables: routes, commands, replies, events."""

from collections.abc import Iterable
from typing import Any, cast

from fastapi.openapi.utils import get_openapi

from hubbub.chat.service import HANDLERS
from hubbub.core.command import COMMANDS, Command
from hubbub.core.event import EPHEMERAL_EVENTS, STORED_EVENTS, StoredEvent
from hubbub.gateways.http.api import api_router
from hubbub.gateways.http.door import Door
from tools.docs.hints import fields_of, shapes_in
from tools.docs.markdown import doc_of, table

_IN_EVERY_STORED_EVENT = frozenset(field.name for field in StoredEvent.__dataclass_fields__.values())


def routes() -> str:
    """Return the routes, as OpenAPI describes them."""
    router = api_router(cast("Door", None))  # it looks at its door when a request comes, and none will
    paths = get_openapi(title="", version="", routes=router.routes)["paths"]
    rows = [
        (f"`{method.upper()} {path}`", _command(about), about["summary"], _inputs(about), _answer(about))
        for path, methods in paths.items()
        for method, about in methods.items()
    ]
    return table(("request", "command", "what it does", "fields", "answer"), rows)


def commands() -> str:
    """Return the commands with their fields."""
    rows = [
        (
            f"`{name}`",
            doc_of(command),
            fields_of(command),
            f"`{command.reply.__name__}`",
            _throttle(command),
        )
        for name, command in COMMANDS.items()
    ]
    return table(("command", "what it does", "fields", "reply", "throttle"), rows)


def replies() -> str:
    """Return the replies with their fields."""
    return _shapes(dict.fromkeys(command.reply for command in COMMANDS.values()))


def events() -> str:
    """Return the stored events with the fields of their own."""
    rows = [(f"`{kind.type}`", doc_of(kind), fields_of(kind, without=_IN_EVERY_STORED_EVENT)) for kind in STORED_EVENTS]
    return table(("event", "what it says", "fields of its own"), rows)


def ephemeral_events() -> str:
    """Return the ephemeral events."""
    rows = [(f"`{kind.type}`", doc_of(kind), fields_of(kind)) for kind in EPHEMERAL_EVENTS]
    return table(("event", "what it says", "fields"), rows)


def shapes() -> str:
    """Return what replies and events hold."""
    known = {command.reply for command in COMMANDS.values()} | set(STORED_EVENTS)
    waiting: list[type[Any]] = [*known, StoredEvent]
    found: set[type[Any]] = set()
    while waiting:
        inside = [shape for shape in shapes_in(waiting.pop()) if shape not in known | found]
        found |= set(inside)
        waiting += inside
    return _shapes(sorted(found, key=lambda shape: shape.__name__))


def _shapes(kinds: Iterable[type[Any]]) -> str:
    return table(
        ("name", "what it says", "fields"), [(f"`{kind.__name__}`", doc_of(kind), fields_of(kind)) for kind in kinds]
    )


def _command(about: dict[str, Any]) -> str:
    name = about["operationId"]
    return f"`{name}`" if name in COMMANDS else ""


def _inputs(about: dict[str, Any]) -> str:
    parts = [
        f"{where} " + ", ".join(f"`{each['name']}`" for each in about.get("parameters", []) if each["in"] == where)
        for where in ("query", "header")
    ]
    body = about.get("requestBody", {"content": {}})
    for kind, content in body["content"].items():
        fields = content["schema"].get("properties")
        what = ", ".join(f"`{name}`" for name in fields) if fields else f"of `{kind}`"
        parts.append(f"body {what}" if body["required"] else f"body {what}, or none")
    return "; ".join(part for part in parts if "`" in part)


def _answer(about: dict[str, Any]) -> str:
    status, answer = next((status, answer) for status, answer in about["responses"].items() if status < "300")
    ((kind, content),) = answer["content"].items()
    schema = content["schema"].get("$ref", "").rpartition("/")[2]
    return f"{status} `{schema or kind}`"


def _throttle(command: type[Command]) -> str:
    throttle = HANDLERS[command].throttle
    return f"`{throttle.value}`" if throttle else ""
