"""`/r/CODE/qr.svg`: the room's address as a QR code, for a projector; no room is looked up."""

import io
from collections.abc import Awaitable, Callable

import segno
from starlette.requests import Request
from starlette.responses import Response

from hubbub.gateways.http.door import Door
from hubbub.gateways.http.pages.address import own_address
from hubbub.gateways.http.pages.room import check_code


def qr_endpoint(door: Door) -> Callable[[Request], Awaitable[Response]]:
    """Return what draws it: dark on light whatever the theme, since not every camera reads the reverse."""

    async def qr(request: Request) -> Response:
        code = request.path_params["code"]
        check_code(code)
        drawn = io.BytesIO()
        address = f"{own_address(door, request)}/r/{code}"
        segno.make_qr(address).save(drawn, kind="svg", light="#fff", omitsize=True, xmldecl=False, title=address)
        return Response(drawn.getvalue(), media_type="image/svg+xml")

    return qr
