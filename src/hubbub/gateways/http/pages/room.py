"""`/r/CODE`: the frame of a room's page; strangers are asked for their name, and no room is looked up."""

from collections.abc import Awaitable, Callable

from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.join_code import is_code
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.pages.address import own_address
from hubbub.gateways.http.pages.home import Filled
from hubbub.gateways.http.pages.look import HOME, ROOM, Look
from hubbub.gateways.http.pages.visitor import Visitor, remember_room, rooms_of, visitor_of

Endpoint = Callable[[Request], Awaitable[Response]]


class _Capitals(StringConvertor):
    regex = "[A-Z]{4,8}"


register_url_convertor("capitals", _Capitals())


def room_endpoint(door: Door, look: Look) -> Endpoint:
    """Return what shows the room's page, or asks a stranger for their name."""

    async def room(request: Request) -> Response:
        code = request.path_params["code"]
        if code.isascii() and code != code.upper() and is_code(code.upper()):
            return _moved(request, code.upper())
        check_code(code)
        visitor = await visitor_of(door, request)
        if visitor.user is None:
            return _ask_name(door, look, request, visitor, code)
        response = _frame(door, look, request, visitor.user.name, code)
        visitor.keep(door, response)
        remember_room(door, visitor, response, code)
        return response

    return room


def last_room_endpoint(door: Door) -> Endpoint:
    """Return what leads to the room that this login had open last, and strangers home."""

    async def last_room(request: Request) -> Response:
        rooms = await rooms_of(door, await visitor_of(door, request))
        return Response(status_code=303, headers={"Location": f"/r/{rooms[0].code}" if rooms else "/"})

    return last_room


def short_endpoint() -> Endpoint:
    """Return what leads from /CODE, /CODE/ and /r/CODE/ to /r/CODE."""

    async def short(request: Request) -> Response:
        code = request.path_params["code"]
        check_code(code)
        return _moved(request, code)

    return short


def check_code(code: str) -> None:
    """Refuse what can't be a code. Raises ChatError `room_not_found`."""
    if not is_code(code):
        raise ChatError(ErrorCode.ROOM_NOT_FOUND, "A room's code has four to eight letters.", field="code")


def _ask_name(door: Door, look: Look, request: Request, visitor: Visitor, code: str) -> Response:
    filled = Filled(visitor.form_token(door), code=code, draft=request.query_params.get("draft", ""))
    response = look.page(request, "name.html", form=filled)
    visitor.keep(door, response)
    return response


def _frame(door: Door, look: Look, request: Request, me: str, code: str) -> Response:
    if ROOM in look.built.entries:
        plain_styles = look.built.entries[HOME].styles if HOME in look.built.entries else ()
        return look.page(request, "room.html", entry=ROOM, code=code, me=me, plain_styles=plain_styles)
    return look.page(request, "unbuilt.html", code=code, me=me, address=own_address(door, request))


def _moved(request: Request, code: str) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(status_code=308, headers={"Location": f"/r/{code}{query}"})
