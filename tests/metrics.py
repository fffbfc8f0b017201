"""What a server counts, as `/metrics` says it."""

import socket
from typing import Protocol

PATIENCE = 60.0


class Listening(Protocol):
    """A server, wherever it runs."""

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""


def measures(server: Listening) -> dict[str, float]:
    """Return each number by its name. The connection that this takes is gone afterwards, at the server too."""
    with socket.create_connection(server.address, PATIENCE) as connection, connection.makefile("rb") as answer:
        connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        head, _, body = answer.read().partition(b"\r\n\r\n")  # to the end, which comes when the server's side is closed
    assert head.startswith(b"HTTP/1.1 200 "), head
    rows = (row.split() for row in body.decode().splitlines() if not row.startswith("#"))
    return {name: float(value) for name, value in rows}
