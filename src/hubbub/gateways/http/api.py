"""The API's endpoints, made from the table of routes: read the command, hand it to the chat, answer."""

import asyncio
from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hubbub.core import reply as replies
from hubbub.core.command import Command, Events
from hubbub.gateways.http.body import command_of
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.login import keep_login, session_of
from hubbub.gateways.http.openapi import describe, describe_stream
from hubbub.gateways.http.refusals import JSON
from hubbub.gateways.http.routes import PREFIX, ROUTES, Route
from hubbub.gateways.http.stream import stream_endpoint
from hubbub.protocol import json
from hubbub.session import Session


def api_router(door: Door) -> APIRouter:
    """Return the routes of the API."""
    router = APIRouter(prefix=PREFIX)
    for route in ROUTES:
        router.add_api_route(
            route.path,
            _endpoint(door, route),
            methods=[route.method],
            status_code=route.status,
            operation_id=route.command.type,
            summary=(route.command.__doc__ or "").partition("\n")[0],
            openapi_extra=describe(route),
            response_class=Response,
        )
    router.add_api_route("/rooms/{code}/stream", stream_endpoint(door), operation_id="stream", **describe_stream())
    return router


def _endpoint(door: Door, route: Route) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        session = await session_of(door, request, Session, for_strangers=route.command.for_strangers)
        command = await command_of(route, request)
        reply = await _carry_out(door, request, session, command)
        response = Response(json.encode(reply), route.status, media_type=JSON)
        if isinstance(reply, replies.NewGuest):
            keep_login(door, response, reply.token)
        return response

    return endpoint


async def _carry_out(door: Door, request: Request, session: Session, command: Command) -> object:
    if isinstance(command, Events) and command.wait:
        return await _while_connected(request, door.chat.handle(session, command))
    return await door.chat.handle(session, command)


async def _while_connected(request: Request, work: Awaitable[object]) -> object:
    """Wait for the work, but no longer than its client does: who hung up takes no place among those who wait."""
    working = asyncio.ensure_future(work)
    hung_up = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({working, hung_up}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else replies.Done()
    finally:
        working.cancel()
        hung_up.cancel()


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
