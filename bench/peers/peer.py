"""A peer that is installed: started like Hubbub's own server, and spoken to in the same words."""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from hubbub.bench.server import PING_INTERVAL, Server, running


@dataclass(frozen=True)
class Peer:
    """`command` starts it, the ping interval being its last argument; `version` is what it says to be."""

    name: str
    version: str
    command: list[str]

    @asynccontextmanager
    async def serving(self, rooms: int, ping_interval: int = PING_INTERVAL) -> AsyncIterator[Server]:
        """Run it; its rooms are there when somebody enters them."""
        with (
            tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder,
            running([*self.command, str(ping_interval)], Path(folder) / "log", {}) as server,
        ):
            yield replace(server, codes=[f"R{number:04}" for number in range(rooms)])
