"""`POST /page-errors`: what went wrong in somebody's browser, as one line of the log."""

import re
from collections.abc import Awaitable, Callable
from typing import Annotated

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import Response

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.throttle import Buckets, Limit, network_of, whole_seconds
from hubbub.gateways.http.body import read_body
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.login import address_of, check_site

MOST_BYTES = 2_048
REPORTS = Limit(times=20, seconds=600, burst=5)
"""Per address; a log is no place to write for everybody, so this holds without throttles too."""

_PLACE = re.compile(r"(?:[?#]\S*)|(?<=/r/)[A-Za-z]{4,8}|(?<=/lite/)[A-Za-z]{4,8}")
"""What an address may tell that a log must not: a draft, or a private room's code."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("hubbub.page")


class Report(msgspec.Struct, forbid_unknown_fields=True):
    """What a page tells: the error's own words, and where it happened."""

    message: Annotated[str, msgspec.Meta(min_length=1)]
    source: str = ""
    line: Annotated[int, msgspec.Meta(ge=0, le=2**31)] | None = None


def report_endpoint(door: Door) -> Callable[[Request], Awaitable[Response]]:
    """Return what takes reports of our own pages, a few of each address."""
    buckets = Buckets(REPORTS)

    async def report(request: Request) -> Response:
        check_site(door, request, sure=False)
        wait = buckets.take(network_of(address_of(request)), door.clock.steady())
        if wait:
            raise ChatError(ErrorCode.SLOW_DOWN, retry_after=whole_seconds(wait))
        told = _read(await read_body(request, MOST_BYTES))
        log.warning("page_failed", message=harmless(told.message), source=harmless(told.source), line=told.line)
        return Response(status_code=204)

    return report


def harmless(text: str) -> str:
    """Return a text as a log may hold it: one line, nothing that moves a cursor, no code and no draft."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in _PLACE.sub("…", text))


def _read(body: bytes) -> Report:
    try:
        return msgspec.json.decode(body, type=Report)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise ChatError(ErrorCode.BAD_REQUEST, "A report is JSON with `message`, `source` and `line`.") from None
