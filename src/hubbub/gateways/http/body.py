"""From a request to a command: the fields from path, query and body, within limits of size and time."""

import asyncio
from typing import Any

from starlette.requests import ClientDisconnect, Request

from hubbub.core.command import Command
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.shape import MAX_CLIENT_MESSAGE_ID, MAX_CODE
from hubbub.gateways.http.login import has_bearer
from hubbub.gateways.http.routes import Fields, Route
from hubbub.protocol import json
from hubbub.protocol.limits import MAX_BODY, seconds_for


async def command_of(route: Route, request: Request) -> Command:
    """Read the command out of a request. Raises ChatError `bad_request`, `too_long`, `text_invalid`, `forbidden`."""
    given: dict[str, Any] = {name: request.path_params[name] for name in route.in_path}
    if "code" in given:
        given["code"] = code_in_path(request)
    if route.fields is Fields.QUERY:
        await body_must_be_empty(request)
        return json.convert(route.command, _query(request), given)
    _query_must_be_empty(request)
    body = await read_body(request)
    if route.fields is Fields.BODY_OR_TEXT:
        given |= _idempotency_key(request)
        body = body if _is_json(request) else _bare_text(request, body)
    if not body and route.fields in {Fields.NOWHERE, Fields.BODY_OR_NOTHING}:
        body = b"{}"
    return json.decode(route.command, body, given)


def code_in_path(request: Request) -> str:
    """Return the code that the path names. Raises ChatError `bad_request` for what is too long to be one."""
    code: str = request.path_params["code"]
    if len(code) > MAX_CODE:
        raise ChatError(ErrorCode.BAD_REQUEST, f"A code has at most {MAX_CODE} characters.", field="code")
    return code


async def body_must_be_empty(request: Request) -> None:
    """Refuse fields in a body where none belong. Raises ChatError `bad_request`, `too_long`."""
    json.decode(Command, await read_body(request) or b"{}")


async def read_body(request: Request, most: int = MAX_BODY) -> bytes:
    """Read a body of at most so many bytes. Raises ChatError `bad_request` when it is late, `too_long`."""
    try:
        async with asyncio.timeout(seconds_for(0)) as limit:
            return await _bounded(request, most, limit)
    except TimeoutError:
        raise ChatError(ErrorCode.BAD_REQUEST, "The body took too long to arrive.") from None
    except ClientDisconnect:
        raise ChatError(ErrorCode.BAD_REQUEST, "The body ended too early.") from None


def _bare_text(request: Request, body: bytes) -> bytes:
    """Take the body as the text itself. A form of another site could send it, so it takes a Bearer token."""
    if not has_bearer(request):
        raise ChatError(ErrorCode.FORBIDDEN, "A bare text needs an Authorization: Bearer header.")
    try:
        return json.encode({"text": body.decode()})
    except UnicodeDecodeError:
        raise ChatError(ErrorCode.TEXT_INVALID, "The text isn't valid UTF-8.", field="text") from None


def _idempotency_key(request: Request) -> dict[str, str]:
    key = request.headers.get("idempotency-key")
    if key is None:
        return {}
    if not 1 <= len(key) <= MAX_CLIENT_MESSAGE_ID:
        words = f"An Idempotency-Key has 1 to {MAX_CLIENT_MESSAGE_ID} characters."
        raise ChatError(ErrorCode.BAD_REQUEST, words, field="client_message_id")
    return {"client_message_id": key}


def _is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _query(request: Request) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in fields:
            raise ChatError(ErrorCode.BAD_REQUEST, f"The field `{name}` stands there twice.", field=name)
        fields[name] = value
    return fields


def _query_must_be_empty(request: Request) -> None:
    for name in request.query_params:
        raise ChatError(ErrorCode.BAD_REQUEST, f"There is an unknown field `{name}`.", field=name)


async def _bounded(request: Request, most: int, limit: asyncio.Timeout) -> bytes:
    """Read the body up to the limits; Starlette's own limit would answer in plain text, not by the error table."""
    body, began = bytearray(), asyncio.get_running_loop().time()
    async for piece in request.stream():
        body += piece
        limit.reschedule(began + seconds_for(len(body)))
        if len(body) > most:
            raise ChatError(ErrorCode.TOO_LONG, f"A body has at most {most:,} bytes.")
    return bytes(body)
