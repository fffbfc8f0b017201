"""How pages look: the templates with everything escaped, the built page's files, one policy, one's own theme."""

from pathlib import Path
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import Response

from hubbub.core.error import ERRORS, ChatError, ErrorCode
from hubbub.gateways.http.pages.built import Entry, File, read_built_page, read_file
from hubbub.gateways.http.refusals import headers_of

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HOME, ROOM = "src/home.ts", "src/room.ts"
"""The entries of the built page; those who are only told something get the first one's look."""

CHOICES = {"theme": {"light", "dark"}, "density": {"cosy", "compact"}}
"""Cookies that the page sets and the template heeds, so that nothing flashes."""

_TITLES = {
    ErrorCode.UNKNOWN_COMMAND: "There is nothing here",
    ErrorCode.ROOM_NOT_FOUND: "No room has this code",
    ErrorCode.FORBIDDEN: "You may not do this",
    ErrorCode.SLOW_DOWN: "That was too often",
    ErrorCode.STORAGE_FULL: "Hubbub's disk is full",
    ErrorCode.UNAVAILABLE: "Hubbub is away for a moment",
    ErrorCode.INTERNAL: "Something went wrong",
}

_WORDS = {ErrorCode.UNKNOWN_COMMAND: "Check the address, or begin at home."}
"""Where the words for machines say little to people."""


class Look:
    """Renders pages; `web` is the folder of the templates, of the plain style and of what was built."""

    def __init__(self, web: Path) -> None:
        self.built = read_built_page(web / "static")
        self.plain = {f"/{path.name}": read_file(path) for path in sorted((web / "plain").iterdir())}
        self._plainly = Entry(styles=("/plain.css",))
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(web / "templates"),
            autoescape=True,
            auto_reload=False,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            keep_trailing_newline=True,
            lstrip_blocks=True,
        )

    @property
    def files(self) -> dict[str, File]:
        """All files by their address; what was built goes before what is plain."""
        return self.plain | self.built.files

    def page(self, request: Request, template: str, status: int = 200, entry: str = HOME, **values: Any) -> Response:
        """Return a page as an answer."""
        words = self._templates.get_template(template).render(
            entry=self.built.entries.get(entry, self._plainly),
            has_touch_icon="/apple-touch-icon.png" in self.built.files,
            digest=self.built.digest,
            **{name: _chosen(request, name) for name in CHOICES},
            **values,
        )
        return Response(words, status, {"Content-Security-Policy": POLICY}, "text/html")

    def notice(self, request: Request, error: ChatError) -> Response:
        """Return a refusal as a page, with a way home."""
        status, title = ERRORS[error.code].http, _TITLES.get(error.code, "That didn't work")
        words = _WORDS.get(error.code, error.message)
        response = self.page(request, "notice.html", status, title=title, words=words, error=error.code.value)
        response.headers.update(headers_of(error))
        return response


def wants_page(request: Request) -> bool:
    """Tell whether a refusal should be a page: a browser asks, and not for the API."""
    of_api = request.url.path == "/api" or request.url.path.startswith("/api/")
    return not of_api and "text/html" in request.headers.get("accept", "")


def _chosen(request: Request, name: str) -> str:
    value = request.cookies.get(name, "")
    return value if value in CHOICES[name] else ""
