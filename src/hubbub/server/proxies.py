"""Trusted proxies: whose word is believed on where a request comes from."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from hubbub.session import UNIX_SOCKET


class Proxies:
    """The proxies that are trusted: addresses, networks, and `local` for whoever reaches the Unix socket."""

    def __init__(self, trusted: Sequence[str]) -> None:
        self._local = UNIX_SOCKET in trusted
        self._networks = [ip_network(each) for each in trusted if each != UNIX_SOCKET]

    def trusts(self, peer: str) -> bool:
        """Tell whether somebody is one of them."""
        if not self._networks or peer == UNIX_SOCKET:
            return self._local and peer == UNIX_SOCKET
        address = _parse(peer)
        return address is not None and any(address in network for network in self._networks)

    def client_of(self, peer: str, forwarded: Sequence[str]) -> str:
        """Return whose request it is, given the X-Forwarded-For headers with which it came.

        Each proxy adds whom it hears at the end, so the list is read from there, as far as proxies are trusted.
        """
        client = peer
        if not self.trusts(peer):
            return peer
        for value in reversed(",".join(forwarded).split(",")):
            address = _parse(_without_port(value.strip()))
            if address is None:
                break
            client = str(address)
            if not self.trusts(client):
                break
        return client


def _parse(value: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(value)
    except ValueError:
        return None
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address


def _without_port(value: str) -> str:
    if value.startswith("["):
        return value[1:].partition("]")[0]
    return value.partition(":")[0] if value.count(":") == 1 else value
