"""The API's description (OpenAPI 3.1), derived from the commands, replies and errors."""

from typing import Any

import msgspec
from starlette.responses import Response

from hubbub.core.command import COMMANDS
from hubbub.core.error import ERRORS, ErrorCode
from hubbub.core.room import Lifetime
from hubbub.core.shape import MAX_SEQ
from hubbub.gateways.http.routes import Fields, Route
from hubbub.protocol.shapes import shape_of

_REF = "#/components/schemas/{name}"
_JSON = "application/json"

_NEVER_EMPTY = {"name", "text"}
"""Fields whose shape is any string, since they have refusals of their own; what else they may not be is said there."""

_EXPIRY_GOES_TOGETHER = {
    "if": {"properties": {"lifetime": {"const": Lifetime.EXPIRES.value}}, "required": ["lifetime"]},
    "then": {"properties": {"expires_days": {"type": "integer"}}, "required": ["expires_days"]},
    "else": {"properties": {"expires_days": {"type": "null"}}},
}


def describe(route: Route) -> dict[str, Any]:
    """Return what OpenAPI says of one route: parameters, body, answers, security."""
    described: dict[str, Any] = {"parameters": _parameters(route), "responses": _responses(route)}
    if body := _body(route):
        described["requestBody"] = body
    described["security"] = [{}] if route.command.for_strangers else [{"bearer": []}, {"cookie": []}]
    return described


def describe_stream() -> dict[str, Any]:
    """Return what OpenAPI says of the stream of server-sent events."""
    seq = {"type": "integer", "minimum": 0, "maximum": MAX_SEQ}
    code = {"type": "string", "minLength": 1, "maxLength": 16}
    parameters = [
        _parameter("code", "path", code, required=True),
        _parameter("since", "query", seq),
        _parameter(
            "Last-Event-ID", "header", {"type": "string", "pattern": "^([a-z0-9]{1,32}:)?(0|[1-9][0-9]{0,14})$"}
        ),
    ]
    stream = {"description": "Events without end.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}
    extra = {
        "parameters": parameters,
        "responses": {"200": stream} | _refusals(),
        "security": [{"bearer": []}, {"cookie": []}],
    }
    summary = "Follow the room: its events as they happen, from any seq on, without a gap."
    return {"summary": summary, "openapi_extra": extra, "response_class": Response}


def components(cookie: str) -> dict[str, Any]:
    """Return the schemas that the routes refer to, and how one logs in."""
    shapes = [shape_of(command.reply) for command in COMMANDS.values()]
    _, schemas = msgspec.json.schema_components(list(dict.fromkeys(shapes)), ref_template=_REF)
    schemas["Error"] = _error_schema()
    security = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": cookie},
    }
    return {"schemas": schemas, "securitySchemes": security}


def _parameters(route: Route) -> list[dict[str, Any]]:
    rows = [_parameter("code", "path", {"type": "string", "minLength": 1, "maxLength": 16}, required=True)] * len(
        route.in_path
    )
    if route.fields is Fields.QUERY:
        schema = _schema(route)
        needed = schema.get("required", [])
        rows += [_parameter(name, "query", each, name in needed) for name, each in schema["properties"].items()]
    if route.fields is Fields.BODY_OR_TEXT:
        rows.append(_parameter("Idempotency-Key", "header", {"type": "string", "minLength": 1, "maxLength": 64}))
    return rows


def _parameter(name: str, where: str, schema: dict[str, Any], required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": schema}


def _body(route: Route) -> dict[str, Any] | None:
    if route.fields in {Fields.NOWHERE, Fields.QUERY}:
        return None
    content: dict[str, Any] = {_JSON: {"schema": _schema(route)}}
    if route.fields is Fields.BODY_OR_TEXT:
        content["text/plain"] = {"schema": {"type": "string", "minLength": 1, "maxLength": 10_000}}
    return {"content": content, "required": route.fields is not Fields.BODY_OR_NOTHING}


def _responses(route: Route) -> dict[str, Any]:
    reply = {"$ref": _REF.format(name=shape_of(route.command.reply).__name__)}
    rows: dict[str, Any] = {str(route.status): {"description": "Done.", "content": {_JSON: {"schema": reply}}}}
    return rows | _refusals()


def _refusals() -> dict[str, Any]:
    refused = {"description": "Refused.", "content": {_JSON: {"schema": {"$ref": _REF.format(name="Error")}}}}
    return {str(row.http): refused for row in sorted(ERRORS.values(), key=lambda row: row.http)}


def _schema(route: Route) -> dict[str, Any]:
    shape = shape_of(route.command, route.in_path)
    _, schemas = msgspec.json.schema_components([shape], ref_template="#/{name}")
    schema: dict[str, Any] = schemas[shape.__name__]
    inlined: dict[str, Any] = _inlined(schema, schemas)
    for name in inlined["properties"].keys() & _NEVER_EMPTY:
        inlined["properties"][name] |= {"minLength": 1}
    return inlined | (_EXPIRY_GOES_TOGETHER if "expires_days" in inlined["properties"] else {})


def _inlined(node: Any, schemas: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        if "$ref" in node:
            return _inlined(schemas[node["$ref"].removeprefix("#/")], schemas)
        return {key: _inlined(value, schemas) for key, value in node.items()}
    if isinstance(node, list):
        return [_inlined(item, schemas) for item in node]
    return node


def _error_schema() -> dict[str, Any]:
    nullable_text, nullable_number = {"type": ["string", "null"]}, {"type": ["number", "null"]}
    error = {
        "type": "object",
        "required": ["code", "message", "field", "retry_after"],
        "properties": {
            "code": {"enum": [code.value for code in ErrorCode]},
            "message": {"type": "string"},
            "field": nullable_text,
            "retry_after": nullable_number,
            "suggestion": {"type": "string"},
        },
    }
    return {"type": "object", "required": ["error"], "properties": {"error": error}}
