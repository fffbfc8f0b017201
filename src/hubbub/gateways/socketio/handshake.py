"""A WebSocket's handshake: what the request asks for, on whose behalf, and why it is refused."""

from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qs

from websockets.http11 import Request

from hubbub.gateways.socketio.engine import Engine
from hubbub.gateways.socketio.origin import owner_of
from hubbub.protocol.engineio import REVISION


@dataclass(frozen=True, slots=True)
class Handshake:
    """`sid` is there for an upgrade; `refusal` is None for who may come in, if there is room for them."""

    sid: str | None
    address: str
    owner: str
    refusal: HTTPStatus | None


def read_handshake(request: Request, peer: str, engine: Engine) -> Handshake:
    """Read a request whose connection comes from a peer, which may be a proxy."""
    settings, headers = engine.settings, request.headers
    path, _, query_string = request.path.partition("?")
    query = {name: values[-1] for name, values in parse_qs(query_string).items()}
    return Handshake(
        query.get("sid"),
        settings.client_of(peer, headers.get_all("X-Forwarded-For")),
        owner_of("; ".join(headers.get_all("Cookie")), settings),
        _refusal(path, query, request, engine),
    )


def _refusal(path: str, query: dict[str, str], request: Request, engine: Engine) -> HTTPStatus | None:
    settings, headers = engine.settings, request.headers
    if path.rstrip("/") != settings.path.rstrip("/"):
        return HTTPStatus.NOT_FOUND
    if engine.draining:
        return HTTPStatus.SERVICE_UNAVAILABLE
    if query.get("EIO") != REVISION or query.get("transport") != "websocket":
        return HTTPStatus.BAD_REQUEST
    if len(headers.get_all("Origin")) > 1 or len(headers.get_all("Host")) > 1:
        return HTTPStatus.BAD_REQUEST
    if not settings.may_connect(headers.get("Origin"), headers.get("Host", "")):
        return HTTPStatus.FORBIDDEN
    return None
