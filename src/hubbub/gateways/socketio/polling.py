"""The long-polling transport: a GET waits for packets, a POST brings some."""

import asyncio
import base64
import functools
from collections.abc import Callable
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hubbub.core.error import DISCONNECTS, Disconnect
from hubbub.gateways.socketio.engine import Engine, UnknownSidError
from hubbub.gateways.socketio.origin import owner_of
from hubbub.gateways.socketio.settings import MOST_OWED, PACKETS_AT_ONCE
from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.protocol import json
from hubbub.protocol.engineio import REVISION, SEPARATOR, PacketType, decode_payload
from hubbub.protocol.limits import seconds_for
from hubbub.protocol.malformed import MalformedError
from hubbub.session import UNIX_SOCKET

MOST_PACKETS = 16
"""Packets in the answer to one poll: the official Python client takes no more."""

_END = SEPARATOR.encode()
_NOOP = PacketType.NOOP.value.encode()
_CLOSE = PacketType.CLOSE.value.encode()
_COMES_BACK = {1000} | {row.websocket for row in DISCONNECTS.values() if row.returns}
"""Codes that bring no CLOSE packet: the official Python client stays away after one."""


class PollingTransport:
    """What a poller is owed until it comes for it; every frame ends with the separator, so that they may be joined.

    `leave` is called once, when it ends or another transport takes over.
    """

    name = "polling"
    hears = True

    def __init__(self, leave: Callable[[], None] = lambda: None) -> None:
        self.full = False
        self.posting = False
        self.socket: EngineSocket | None = None
        self._owed: list[bytes] = []
        self._size = 0
        self._poll: asyncio.Future[None] | None = None
        self._released = False
        self._closed = False
        self._leave = leave

    @property
    def is_polled(self) -> bool:
        """Whether a GET waits."""
        return self._poll is not None

    def begin_poll(self) -> "asyncio.Future[None]":
        """Return what is done as soon as there is something to `take`, which ends the poll."""
        self._poll = asyncio.get_running_loop().create_future()
        if self._owed or self._released or self._closed:
            self._wake()
        return self._poll

    def take(self) -> bytes:
        """Return what is owed, or as much as fits, as a payload; who is owed nothing gets a packet that says so."""
        packets = b"".join(self._owed).split(_END, -1 if self._closed else MOST_PACKETS)
        rest = packets.pop()
        self._owed, self._size, self._poll = [rest] if rest else [], len(rest), None
        was_full, self.full = self.full, self._size > MOST_OWED // 2
        if was_full and not self.full and self.socket and not self._closed:
            self.socket.receiver.resumed()
        return _END.join(packets) or _NOOP

    def frame(self, payload: bytes) -> bytes:
        """See Transport."""
        return payload + _END

    def binary_frame(self, data: bytes) -> bytes:
        """See Transport."""
        return b"b" + base64.b64encode(data) + _END

    def owe(self, frames: bytes) -> None:
        """See Transport; who leaves too much lying is told to come back."""
        if self._closed:
            return
        self._owed.append(frames)
        self._size += len(frames)
        self.full = self._size > MOST_OWED // 2
        if self._size > MOST_OWED and self.socket:
            self.abort()
            asyncio.get_running_loop().call_soon(self.socket.die, Disconnect.SLOW)  # the caller may be in a loop
        self._wake()

    def push(self, frames: bytes) -> None:
        """See Transport: a poll takes all that is owed."""
        self.owe(frames)

    def close(self, code: int, reason: str) -> None:
        """See Transport: the waiting poll is answered; when none waits, nobody will come for what is owed."""
        if code not in _COMES_BACK:
            self._owed.append(_CLOSE + _END)
        if self._poll is None:
            self._owed.clear()
        self._end()

    def abort(self) -> None:
        """See Transport."""
        self._owed.clear()
        self._end()

    def release(self) -> None:
        """See Transport."""
        self._released = True
        self._wake()

    def retain(self) -> None:
        """See Transport."""
        self._released = False

    def hand_over(self) -> list[str | bytes]:
        """See Transport."""
        parts = b"".join(self._owed).decode().split(SEPARATOR)
        self._owed.clear()
        self.close(1000, "")
        return [base64.b64decode(part[1:]) if part.startswith("b") else part for part in parts if part]

    def _end(self) -> None:
        if not self._closed:
            self._closed = True
            self._leave()
        self._wake()

    def _wake(self) -> None:
        if self._poll and not self._poll.done():
            self._poll.set_result(None)


class _BadRequestError(Exception):
    """A request that isn't one of the engine's; code and message are the protocol's."""

    def __init__(self, code: int, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self._body, self._status = {"code": code, "message": message}, status

    def answer(self) -> Response:
        """Return the answer that says so."""
        return Response(json.encode(self._body), self._status, media_type="application/json")


class PollingEndpoint:
    """The ASGI application under the engine's path."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self._answer(request)
        if origin := self._engine.settings.allow_origin:
            response.headers["Access-Control-Allow-Origin"] = origin
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            allowed = {"Access-Control-Allow-Methods": "GET, POST"} if self._engine.settings.allow_origin else {}
            return Response(status_code=204, headers=allowed)
        try:
            self._check(request)
            if "sid" not in request.query_params:
                return self._open(request)
            socket, transport = self._find(request)
            if request.method == "GET":
                return await _poll(request, socket, transport)
            return await self._take_post(request, socket, transport)
        except _BadRequestError as error:
            return error.answer()

    def _check(self, request: Request) -> None:
        query, headers = request.query_params, request.headers
        if query.get("transport") != PollingTransport.name:
            raise _BadRequestError(0, "Transport unknown")
        if query.get("EIO") != REVISION:
            raise _BadRequestError(5, "Unsupported protocol version")
        if not self._engine.settings.may_connect(headers.get("origin"), headers.get("host", "")):
            raise _BadRequestError(4, "Forbidden", HTTPStatus.FORBIDDEN)
        if request.method not in ({"GET", "POST"} if "sid" in query else {"GET"}):
            raise _BadRequestError(2, "Bad handshake method")
        if self._engine.draining and "sid" not in query:
            raise _BadRequestError(4, "Forbidden", HTTPStatus.SERVICE_UNAVAILABLE)

    def _open(self, request: Request) -> Response:
        address = request.client.host if request.client and request.client.host else UNIX_SOCKET
        settings = self._engine.settings
        leave = functools.partial(settings.polling_crowd.leave, address)
        if settings.polling_crowd.enter(address):
            leave()
            return settings.refuse()
        transport = PollingTransport(leave)
        transport.socket = self._engine.open(transport, self._owner(request), address, ["websocket"])
        return _payload(transport.take())

    def _find(self, request: Request) -> tuple[EngineSocket, PollingTransport]:
        try:
            socket = self._engine.find(request.query_params["sid"], self._owner(request))
        except UnknownSidError:
            raise _BadRequestError(1, "Session ID unknown") from None
        if not isinstance(socket.transport, PollingTransport):
            raise _BadRequestError(3, "Bad request")
        return socket, socket.transport

    def _owner(self, request: Request) -> str:
        return owner_of(request.headers.get("cookie", ""), self._engine.settings)

    async def _take_post(self, request: Request, socket: EngineSocket, transport: PollingTransport) -> Response:
        if transport.posting:
            socket.fail("two posts at once")
            raise _BadRequestError(3, "Bad request")
        transport.posting = True
        try:
            async with asyncio.timeout(seconds_for(0)) as limit:
                body = await _bounded(request, self._engine.settings.max_payload, limit)
            await _take_packets(socket, body)
        except (MalformedError, ClientDisconnect, TimeoutError) as error:
            socket.fail(str(error) or "the payload didn't arrive")
            raise _BadRequestError(3, "Bad request") from None
        finally:
            transport.posting = False
        return _payload(b"ok")


async def _take_packets(socket: EngineSocket, body: bytes) -> None:
    """Hand on what was posted, some packets at a time. Raises MalformedError unless all of it was good."""
    closed_by_client = False
    for number, packet in enumerate(decode_payload(body), 1):
        if not socket.is_open:
            break
        if isinstance(packet.data, bytes):
            socket.receive_binary(packet.data)
        else:
            socket.receive(packet.type.value + packet.data)
        closed_by_client = packet.type is PacketType.CLOSE
        if number % PACKETS_AT_ONCE == 0:
            await asyncio.sleep(0)
    if not socket.is_open and not closed_by_client:
        raise MalformedError("the socket is closed")


async def _poll(request: Request, socket: EngineSocket, transport: PollingTransport) -> Response:
    if transport.is_polled:
        socket.fail("two polls at once")
        raise _BadRequestError(3, "Bad request")
    ready = transport.begin_poll()
    hanging_up = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({ready, hanging_up}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        hanging_up.cancel()
    if not ready.done():
        socket.die("the poll was hung up")
    return _payload(transport.take())


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _bounded(request: Request, most: int, limit: asyncio.Timeout) -> bytes:
    body, began = bytearray(), asyncio.get_running_loop().time()
    async for piece in request.stream():
        body += piece
        limit.reschedule(began + seconds_for(len(body)))
        if len(body) > most:
            raise MalformedError("the payload is too large")
    return bytes(body)


def _payload(body: bytes) -> Response:
    return Response(body, media_type="text/plain", headers={"Cache-Control": "no-store"})
