"""The built page's files, and the small ones that browsers and robots ask for by name."""

import re
from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hubbub.core.error import ChatError, ErrorCode
from hubbub.gateways.http.pages.built import File
from hubbub.gateways.http.pages.look import Look
from hubbub.gateways.http.routes import READ
from hubbub.protocol import json

FOR_EVER = "public, max-age=31536000, immutable"
"""For files whose name changes with their content."""

FOR_AN_HOUR = "public, max-age=3600"
ROBOTS = b"User-agent: *\nDisallow: /r/\n"
_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?!;\s*q=0(?:\.0*)?\s*(?:,|$))(?:;|,|$)")

Endpoint = Callable[[Request], Awaitable[Response]]


def files_router(look: Look) -> APIRouter:
    """Return the routes of the files; what isn't among those that were read at the start is nowhere."""
    router = APIRouter(include_in_schema=False)
    files = _described(look) | look.files
    router.add_api_route("/assets/{path:path}", _assets_endpoint(files), methods=READ)
    for address, file in files.items():
        if not address.startswith("/assets/"):
            router.add_api_route(address, _file_endpoint(file), methods=READ)
    if "/favicon.ico" not in files:
        router.add_api_route("/favicon.ico", _favicon, methods=READ)
    return router


def answer_file(request: Request, file: File, keep: str) -> Response:
    """Return a file, packed if the client takes that, or the word that the copy it has is still right."""
    packed = file.packed is not None and bool(_GZIP.search(request.headers.get("accept-encoding", "").lower()))
    tag = f'"{file.digest}{"-gzip" if packed else ""}"'
    headers = {"Cache-Control": keep, "ETag": tag}
    if file.packed is not None:
        headers["Vary"] = "Accept-Encoding"
    if tag in _known(request):
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(file.packed if packed else file.content, headers=headers, media_type=file.media_type)


def _described(look: Look) -> dict[str, File]:
    """Return what is written here: who the page is when it is installed, and where robots may not go."""
    icons = [
        {"src": f"/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any"}
        for size in (192, 512)
        if f"/icon-{size}.png" in look.files
    ]
    vector = {"src": "/favicon.svg", "sizes": "any", "type": "image/svg+xml"}
    manifest = {
        "name": "Hubbub",
        "short_name": "Hubbub",
        "start_url": "/",
        "display": "standalone",
        "background_color": "#fcfaf7",
        "theme_color": "#fcfaf7",
        "icons": [*icons, vector],
    }
    return {
        "/manifest.webmanifest": File(json.encode(manifest), "application/manifest+json"),
        "/robots.txt": File(ROBOTS, "text/plain"),
    }


def _assets_endpoint(files: Mapping[str, File]) -> Endpoint:
    async def asset(request: Request) -> Response:
        file = files.get(f"/assets/{request.path_params['path']}")
        if file is None:
            raise ChatError(ErrorCode.UNKNOWN_COMMAND, "There is no such file.")
        return answer_file(request, file, FOR_EVER)

    return asset


def _file_endpoint(file: File) -> Endpoint:
    async def one_file(request: Request) -> Response:
        return answer_file(request, file, FOR_AN_HOUR)

    return one_file


async def _favicon() -> Response:
    return Response(status_code=308, headers={"Location": "/favicon.svg", "Cache-Control": FOR_AN_HOUR})


def _known(request: Request) -> list[str]:
    """Return the tags of the copies that the client has."""
    return [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
