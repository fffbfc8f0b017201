"""Listening: our own sockets, so that a port in use is one clear line, and how others reach them."""

import socket
from ipaddress import ip_address

from hubbub.server.failure import CannotStartError

BACKLOG = 2048


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises CannotStartError."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, proto)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "not a name of a machine"
        raise CannotStartError(f"There is no address {host} to listen on: {why}.") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        words = f"Can't listen on {host}:{port}: {(error.strerror or str(error)).lower()}."
        raise CannotStartError(words, 5) from None
    listener.setblocking(False)
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the address that a browser on this machine, or on its network, opens."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = _address_on_the_network()
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def reachable_by_others(listener: socket.socket) -> bool:
    """Tell whether other machines can reach it."""
    return not ip_address(listener.getsockname()[0]).is_loopback


def _address_on_the_network() -> str:
    """Return this machine's address on its network; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
