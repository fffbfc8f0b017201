"""The pages: home and its form, the frame of a room, the files of the built page, and words for what goes wrong."""

from hubbub.gateways.http.pages.look import Look, wants_page
from hubbub.gateways.http.pages.router import pages_router

__all__ = ["Look", "pages_router", "wants_page"]
