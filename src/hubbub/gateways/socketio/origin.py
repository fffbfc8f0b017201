"""Whose page may connect, and to whose login a sid is bound."""

from starlette.requests import cookie_parser

from hubbub.gateways.socketio.settings import EngineSettings, MayConnect
from hubbub.protocol.cookies import plain_cookies


def same_site(origins: frozenset[str]) -> MayConnect:
    """Let in pages of the host itself and of the given origins, and whoever is no browser and so has no Origin."""

    def may_connect(origin: str | None, host: str) -> bool:
        if origin is None or origin in origins:
            return True
        return bool(host) and origin in {f"http://{host}", f"https://{host}"}

    return may_connect


def anywhere() -> MayConnect:
    """Let in everybody: for the conformance suites."""
    return lambda _origin, _host: True


def owner_of(cookie: str, settings: EngineSettings) -> str:
    """Return the login token in a Cookie header, empty if there is none."""
    return cookie_parser(plain_cookies(cookie)).get(settings.cookie, "") if settings.cookie else ""
