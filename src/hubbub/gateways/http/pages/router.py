"""Which address gives which page."""

from fastapi import APIRouter

from hubbub.gateways.http.door import Door
from hubbub.gateways.http.pages.files import files_router
from hubbub.gateways.http.pages.home import form_endpoint, home_endpoint
from hubbub.gateways.http.pages.look import Look
from hubbub.gateways.http.pages.qr import qr_endpoint
from hubbub.gateways.http.pages.reports import report_endpoint
from hubbub.gateways.http.pages.room import last_room_endpoint, room_endpoint, short_endpoint
from hubbub.gateways.http.routes import READ


def pages_router(door: Door, look: Look) -> APIRouter:
    """Return the routes of the pages; that of a bare code comes last, since it looks like a file's."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/", home_endpoint(door, look), methods=READ)
    router.add_api_route("/", form_endpoint(door, look), methods=["POST"])
    router.add_api_route("/room", last_room_endpoint(door), methods=READ)
    router.add_api_route("/r/{code}", room_endpoint(door, look), methods=READ)
    router.add_api_route("/r/{code}/", short_endpoint(), methods=READ)
    router.add_api_route("/r/{code}/qr.svg", qr_endpoint(door), methods=READ)
    router.add_api_route("/page-errors", report_endpoint(door), methods=["POST"])
    router.include_router(files_router(look))
    for short in ("/{code:capitals}", "/{code:capitals}/"):
        router.add_api_route(short, short_endpoint(), methods=READ)
    return router
