"""The HTTP application: all routes, and one form for everything that goes wrong."""

import functools
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response
from starlette.types import ASGIApp

from hubbub.gateways.http.api import api_router
from hubbub.gateways.http.cookies import PlainCookies
from hubbub.gateways.http.docs import docs_router
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.handlers import handle_errors
from hubbub.gateways.http.headers import SecurityHeaders
from hubbub.gateways.http.health import health_router
from hubbub.gateways.http.openapi import components
from hubbub.gateways.http.pages import Look, pages_router
from hubbub.gateways.http.routes import READ
from hubbub.gateways.http.version import version_router
from hubbub.protocol import json


def build_app(door: Door, mounts: Mapping[str, ASGIApp] | None = None) -> ASGIApp:
    """Return the ASGI application of the HTTP door, with others under the paths where they are mounted."""
    look = Look(door.web)
    app = FastAPI(
        title="Hubbub",
        version=door.version,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,  # it would go by the Host header, which behind a proxy may be another's
    )
    app.add_middleware(PlainCookies)
    app.include_router(api_router(door))
    app.include_router(docs_router())
    app.include_router(health_router(door))
    for path, mounted in (mounts or {}).items():
        app.mount(path, mounted)
    app.add_api_route("/api/openapi.json", _openapi(app, door), methods=READ, include_in_schema=False)
    app.include_router(version_router(door, look.built.digest))
    app.include_router(pages_router(door, look))
    handle_errors(app, look)
    return SecurityHeaders(app, https=door.secure)  # outermost, so that even a 500 has them


def _openapi(app: FastAPI, door: Door):  # type: ignore[no-untyped-def]
    @functools.cache
    def describe() -> bytes:
        described: dict[str, Any] = get_openapi(title=app.title, version=app.version, routes=app.routes)
        described["components"] = components(door.cookie)
        return json.encode(described)

    async def openapi() -> Response:
        return Response(describe(), media_type="application/json")

    return openapi
