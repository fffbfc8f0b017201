"""The flusher: whoever is owed something in a turn of the loop is written to once, at its end."""

import asyncio
from typing import Protocol

import structlog

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("hubbub.socketio")


class Owing(Protocol):
    """A connection with something to write."""

    def flush(self) -> None:
        """Write all that is owed."""


class Flusher:
    """Connections that are owed something since the last flush."""

    __slots__ = ("_loop", "_owing")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._owing: list[Owing] = []

    def add(self, connection: Owing) -> None:
        """Have this connection flushed in the loop's next turn; call it once per connection and flush."""
        if not self._owing:
            self._loop.call_soon(self._flush)
        self._owing.append(connection)

    def _flush(self) -> None:
        owing, self._owing = self._owing, []
        for connection in owing:
            try:
                connection.flush()
            except Exception:  # it fails alone
                log.exception("flush_failed")
