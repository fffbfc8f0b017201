"""Where people reach this server, as links and QR codes say it."""

import re

from starlette.requests import Request

from hubbub.core.error import ChatError, ErrorCode
from hubbub.gateways.http.door import Door

_HOST = re.compile(r"(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def own_address(door: Door, request: Request) -> str:
    """Return the setting `public_url`, or else the host by which the request came. Raises ChatError `bad_request`."""
    if door.public_url:
        return door.public_url
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise ChatError(ErrorCode.BAD_REQUEST, "The Host header names no host.")
    return f"{request.url.scheme}://{host}"
