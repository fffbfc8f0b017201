"""`/api/version`: what runs here, and which page it hands out, so that an older one notices."""

from fastapi import APIRouter
from starlette.responses import Response

from hubbub.gateways.http.door import Door
from hubbub.gateways.http.refusals import JSON
from hubbub.protocol import json

_TEXT = {"type": "string"}
_ANSWER = {
    "description": "`page` is a digest of the built page; empty if there is none.",
    "content": {JSON: {"schema": {"type": "object", "properties": {"version": _TEXT, "page": _TEXT}}}},
}


def version_router(door: Door, digest: str) -> APIRouter:
    """Return the route /api/version."""
    router = APIRouter()

    async def version() -> Response:
        return Response(json.encode({"version": door.version, "page": digest}), media_type=JSON)

    router.add_api_route(
        "/api/version",
        version,
        operation_id="version",
        summary="Ask which version runs here, and which page it hands out.",
        response_class=Response,
        openapi_extra={"responses": {"200": _ANSWER}, "security": [{}]},
    )
    router.add_api_route("/api/version", version, methods=["HEAD"], include_in_schema=False)
    return router
