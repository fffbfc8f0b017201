"""A writer at each door: the same messages over a WebSocket, over polls and over bare HTTP."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import httpx2

from tests.live_client import RefusalError, Route, begin_to_poll, connected, patience

Reply = dict[str, Any]


class Writer(Protocol):
    """Sends one message after another; each call returns its reply.

    Raises RefusalError, and one of `live_client.LOST` when nobody knows whether the message has come through.
    """

    def __call__(self, code: str, text: str, client_message_id: str) -> Awaitable[Reply]: ...


# `verify=False` below: there is no TLS here, and reading the system's certificates takes longer than all the rest

Door = Callable[[str, str], AbstractAsyncContextManager[Writer]]
"""Comes in at a server's URL, with a token."""


@asynccontextmanager
async def over_websocket(url: str, token: str) -> AsyncIterator[Writer]:
    """Write through one WebSocket."""
    async with connected(Route(url), token=token) as client:

        async def send(code: str, text: str, client_message_id: str) -> Reply:
            return await client.ask("send_message", code=code, text=text, client_message_id=client_message_id)

        yield send


@asynccontextmanager
async def over_polls(url: str, token: str) -> AsyncIterator[Writer]:
    """Write through polls of one Socket.IO session."""
    asked = 0
    async with httpx2.AsyncClient(base_url=url, timeout=70, verify=False) as http, _losing():
        await begin_to_poll(http, json.dumps({"token": token}))

        async def send(code: str, text: str, client_message_id: str) -> Reply:
            nonlocal asked
            asked += 1
            fields = {"code": code, "text": text, "client_message_id": client_message_id}
            async with _losing(), patience():
                packet = f"42{asked}" + json.dumps(["send_message", fields])
                _held(await http.post("/socket.io/", content=packet))
                return _outcome(await _acknowledged(http, f"43{asked}["))

        yield send


@asynccontextmanager
async def over_http(url: str, token: str) -> AsyncIterator[Writer]:
    """Write by one request for each message."""
    head = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(base_url=f"{url}/api/v1", headers=head, timeout=70, verify=False) as http:

        async def send(code: str, text: str, client_message_id: str) -> Reply:
            fields = {"text": text, "client_message_id": client_message_id}
            async with _losing():
                response = await http.post(f"/rooms/{code}/messages", json=fields)
            reply: Reply = response.json()
            if "error" in reply:
                raise RefusalError(reply["error"])
            return reply

        yield send


DOORS: Mapping[str, Door] = {"websocket": over_websocket, "polling": over_polls, "http": over_http}


@asynccontextmanager
async def _losing() -> AsyncIterator[None]:
    """Let a request that was lost look as a lost connection does."""
    try:
        yield
    except httpx2.TransportError as error:
        raise EOFError from error


def _held(response: httpx2.Response) -> httpx2.Response:
    """Return an answer of a session that is still there; a new server knows none of the old one's."""
    if not response.is_success:
        raise EOFError(response.text)
    return response


async def _acknowledged(http: httpx2.AsyncClient, head: str) -> Reply:
    """Poll until the acknowledgement comes; return what it says."""
    while True:
        for packet in _held(await http.get("/socket.io/")).text.split("\x1e"):
            if packet == "2":
                _held(await http.post("/socket.io/", content="3"))
            if packet == "1":
                raise EOFError
            if packet.startswith(head):
                reply: Reply = json.loads(packet.removeprefix(head[:-1]))[0]
                return reply


def _outcome(reply: Reply) -> Reply:
    if not reply.pop("ok"):
        raise RefusalError(reply["error"])
    return reply
