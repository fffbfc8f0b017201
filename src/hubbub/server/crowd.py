"""How many connections one address may have open."""

from collections import Counter
from dataclasses import dataclass

from starlette.types import ASGIApp

from hubbub.core.throttle import network_of
from hubbub.server.proxies import Proxies
from hubbub.session import UNIX_SOCKET


class Crowd:
    """Counts what each address has open; a Unix socket has no address and no bound."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def enter(self, address: str) -> int:
        """Count one more and return how many there are too many; `leave` must follow, whatever that is."""
        if address == UNIX_SOCKET:
            return 0
        network = network_of(address)
        self._open[network] += 1
        return max(0, self._open[network] - self._most)

    def leave(self, address: str) -> None:
        """Count one less."""
        if address == UNIX_SOCKET:
            return
        network = network_of(address)
        self._open[network] -= 1
        if not self._open[network]:
            del self._open[network]


@dataclass(frozen=True, slots=True)
class Limits:
    """What all that counts connections shares.

    `busy` counts requests under way, WebSockets, and connections that were opened and have asked nothing yet; `idle`
    counts those that a browser keeps for its next request; `polling` counts the live connections that poll, which would
    keep their own polls out among the busy ones. `refuse` answers when it is too crowded.
    """

    busy: Crowd
    idle: Crowd
    polling: Crowd
    refuse: ASGIApp
    proxies: Proxies
