"""The API's documentation in a browser: swagger-ui from an installed package, no CDN, no inline script."""

import importlib.resources
from functools import cache

from fastapi import APIRouter
from starlette.responses import Response

from hubbub.gateways.http.routes import READ

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hubbub API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
"""
START = """SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
});
"""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""Swagger UI sets styles of its own; nothing else on the site may."""

_FILES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


def docs_router() -> APIRouter:
    """Return the routes of the documentation."""
    router = APIRouter(include_in_schema=False)

    async def page() -> Response:
        return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": POLICY})

    async def start() -> Response:
        return Response(START, media_type="text/javascript")

    router.add_api_route("/api/docs", page, methods=READ)
    router.add_api_route("/api/docs/start.js", start, methods=READ)
    for name, media_type in _FILES.items():
        router.add_api_route(f"/api/docs/{name}", _file_endpoint(name, media_type), methods=READ)
    return router


def _file_endpoint(name: str, media_type: str):  # type: ignore[no-untyped-def]
    async def endpoint() -> Response:
        return Response(_read(name), media_type=media_type, headers={"Cache-Control": "max-age=86400"})

    return endpoint


@cache
def _read(name: str) -> bytes:
    return (importlib.resources.files("fastapi_offline") / "static" / name).read_bytes()
