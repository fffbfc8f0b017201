"""`/`: the home page, and its form, which works with scripts and without."""

import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from hubbub.core.error import ERRORS, ChatError, ErrorCode
from hubbub.core.join_code import is_code
from hubbub.gateways.http.door import Door
from hubbub.gateways.http.login import is_our_origin
from hubbub.gateways.http.pages.entering import FormRefusedError, enter, typed_code
from hubbub.gateways.http.pages.form import Form, read_form
from hubbub.gateways.http.pages.look import Look
from hubbub.gateways.http.pages.trouble import NONE, Trouble, trouble_of
from hubbub.gateways.http.pages.visitor import Visitor, rooms_of, visitor_of
from hubbub.gateways.http.refusals import headers_of

MOST_ROOMS = 5

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as a template shows it."""

    token: str
    name: str = ""
    code: str = ""
    fresh: bool = False
    draft: str = ""
    trouble: Trouble = NONE


def home_endpoint(door: Door, look: Look) -> Endpoint:
    """Return what shows the home page; with `?fresh=1` as a stranger would see it."""

    async def home(request: Request) -> Response:
        visitor = await visitor_of(door, request)
        fresh = request.query_params.get("fresh") == "1"
        name = visitor.user.name if visitor.user and not fresh else ""
        return await _page(door, look, request, visitor, Filled(visitor.form_token(door), name, fresh=fresh))

    return home


def form_endpoint(door: Door, look: Look) -> Endpoint:
    """Return what does as the form says: then to the room, else the form again with what is wrong."""

    async def submit(request: Request) -> Response:
        visitor, form = await visitor_of(door, request), Form()
        try:
            form = await read_form(request)
            _check_ours(door, request, visitor, form)
            entered = await enter(door, visitor, form)
        except FormRefusedError as refused:
            return await _again(door, look, request, refused.visitor, form, refused.errors)
        except ChatError as error:
            return await _again(door, look, request, visitor, form, [error])
        draft = f"?{urlencode({'draft': form.draft})}" if form.draft else ""
        response = Response(status_code=303, headers={"Location": f"/r/{entered.code}{draft}"})
        entered.visitor.keep(door, response)
        return response

    return submit


def _check_ours(door: Door, request: Request, visitor: Visitor, form: Form) -> None:
    """Refuse a form that no page of ours has sent; browsers that don't tell prove it by the token."""
    origin, fetched = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if origin is not None:
        ours = is_our_origin(door, origin, request.headers.get("host", ""))
    elif fetched in {None, "none"}:
        if not visitor.sent(door, form.form_token):
            raise ChatError(ErrorCode.FORBIDDEN, "This form was open for too long. Please try again.")
        return
    else:
        ours = fetched == "same-origin"
    if not ours:
        raise ChatError(ErrorCode.FORBIDDEN, "This form was sent from another site. Please try again here.")


async def _again(
    door: Door, look: Look, request: Request, visitor: Visitor, form: Form, errors: Sequence[ChatError]
) -> Response:
    """Show the form with what was typed and what is wrong with it."""
    trouble, code = trouble_of(errors), typed_code(form.code)
    filled = Filled(
        token=visitor.form_token(door),
        name=_printed(form.name),
        code=code if is_code(code) else _printed(form.code),
        fresh=bool(form.fresh),
        draft=_printed(form.draft),
        trouble=trouble,
    )
    only_name = form.only == "name" and is_code(code) and not trouble.code
    response = await _page(door, look, request, visitor, filled, "name.html" if only_name else "home.html")
    response.status_code = ERRORS[errors[0].code].http
    response.headers.update(headers_of(errors[0]))
    return response


async def _page(
    door: Door, look: Look, request: Request, visitor: Visitor, filled: Filled, template: str = "home.html"
) -> Response:
    rooms = [] if filled.fresh else (await rooms_of(door, visitor))[:MOST_ROOMS]
    me = visitor.user.name if visitor.user and not filled.fresh else ""
    response = look.page(request, template, form=filled, rooms=rooms, me=me)
    visitor.keep(door, response)
    return response


def _printed(typed: str) -> str:
    """Return what was typed without the characters that have no place in a page."""
    return "".join(letter for letter in typed if letter == "\n" or unicodedata.category(letter) != "Cc")
