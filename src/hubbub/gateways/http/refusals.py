"""Refusals as answers: the status and words of the one error table, in JSON."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from hubbub.core.error import ERRORS, ChatError, ErrorCode
from hubbub.protocol import json

JSON = "application/json"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def answer_error(error: ChatError) -> Response:
    """Return a refusal as an answer."""
    return Response(json.encode_error(error), ERRORS[error.code].http, headers_of(error), JSON)


def headers_of(error: ChatError) -> dict[str, str]:
    """Return the headers that go with a refusal: when to come back, or how to say who one is."""
    headers = {"Retry-After": str(int(error.retry_after))} if error.retry_after else {}
    if error.code is ErrorCode.NOT_LOGGED_IN:
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def methods_of(routes: list[BaseRoute], request: Request) -> list[str]:
    """Return the methods that this request's path takes, whichever routes have it."""
    return [
        method
        for method in METHODS
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def no_such_path(request: Request, methods: list[str]) -> ChatError:
    """Return the refusal of a path, or of a method on a path that takes others."""
    if not methods:
        return ChatError(ErrorCode.UNKNOWN_COMMAND, f"There is no {request.method} of this path.")
    *others, last = methods
    taken = f"{', '.join(others)} and {last}" if others else last
    return ChatError(ErrorCode.UNKNOWN_COMMAND, f"This path takes {taken}, not {request.method}.")
