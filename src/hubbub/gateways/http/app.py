"""The HTTP application: all routes, and one form for everything that goes wrong."""

import functools
from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp

from hubbub.core.error import ChatError, ErrorCode
from hubbub.gateways.http.api import api_router
from hubbub.gateways.http.docs import docs_router
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.headers import SecurityHeaders
from hubbub.gateways.http.health import health_router
from hubbub.gateways.http.openapi import components
from hubbub.gateways.http.refusals import answer_error, methods_of, no_such_path
from hubbub.gateways.http.routes import READ
from hubbub.protocol import json

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("hubbub.http")


def build_app(door: Door, mounts: Mapping[str, ASGIApp] | None = None) -> ASGIApp:
    """Return the ASGI application of the HTTP door, with others under the paths where they are mounted."""
    app = FastAPI(title="Hubbub", version=door.version, openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(api_router(door))
    app.include_router(docs_router())
    app.include_router(health_router(door))
    for path, mounted in (mounts or {}).items():
        app.mount(path, mounted)
    app.add_api_route("/api/openapi.json", _openapi(app, door), methods=READ, include_in_schema=False)
    app.add_api_route("/", _home, methods=READ, include_in_schema=False)
    app.add_exception_handler(ChatError, _refused)
    app.add_exception_handler(HTTPException, _unknown)
    app.add_exception_handler(Exception, _failed)
    return SecurityHeaders(app, https=door.secure)  # outermost, so that even a 500 has them


async def _home() -> Response:
    return RedirectResponse("/api/docs", 307)


def _openapi(app: FastAPI, door: Door):  # type: ignore[no-untyped-def]
    @functools.cache
    def describe() -> bytes:
        described: dict[str, Any] = get_openapi(title=app.title, version=app.version, routes=app.routes)
        described["components"] = components(door.cookie)
        return json.encode(described)

    async def openapi() -> Response:
        return Response(describe(), media_type="application/json")

    return openapi


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, ChatError)
    return answer_error(error)


async def _unknown(request: Request, error: Exception) -> Response:
    """Answer what the router or the body limit refuses, in the form of the one error table."""
    assert isinstance(error, HTTPException)
    methods = methods_of(request.app.routes, request) if error.status_code == 405 else []
    response = answer_error(no_such_path(request, methods))
    if methods:
        response.status_code = 405
        response.headers["Allow"] = ", ".join(methods)
    return response


async def _failed(request: Request, error: Exception) -> Response:
    log.error("request_failed", method=request.method, exc_info=error)
    return answer_error(ChatError(ErrorCode.INTERNAL))
