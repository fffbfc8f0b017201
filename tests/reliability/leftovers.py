"""What a server holds: files, tasks, rooms, sessions; once nobody is there it is what it was, whatever went on."""

import contextlib
import re
from collections import Counter, deque
from pathlib import Path

from tests.metrics import measures
from tests.server_process import ServerProcess

HELD = {f"hubbub_{name}" for name in ("live_sockets", "hub_sessions", "hub_rooms", "hub_waiting", "tasks")}
"""What the server counts of what it holds."""

MOST_OPEN = 2 * (4 + 2) + 1
"""Files of the database that may be open: it and its log for the writer, the reader and a pool of four; an index."""

SAME_LOOKS = 10
"""Looks that must show the same: a task may be at work just now."""


def left_open(server: ServerProcess) -> Counter[str]:
    """Return what the server holds: files by kind, tasks, rooms, sessions, connections, requests that wait.

    Of the database no more is counted than fits the readers' pool, which fills as questions come together.
    """
    held = Counter({name: int(value) for name, value in measures(server).items() if name in HELD})
    files = Counter[str]()
    for file in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            name = str(file.readlink())
            files["the database" if "hubbub.db" in name else re.sub(r"\d+", "N", name)] += 1
    files["the database"] = max(0, files["the database"] - MOST_OPEN)
    return +(held + files)


class AtRest:
    """Looks at a server again and again, until nobody is there and nothing changes any more: then it says what is."""

    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._looks: deque[Counter[str]] = deque(maxlen=SAME_LOOKS)

    def __call__(self) -> Counter[str] | None:
        """Look once more."""
        held = left_open(self._server)
        self._looks.append(held)
        somebody = any(held[name] for name in HELD - {"hubbub_tasks"})
        return held if not somebody and self._looks.count(held) == SAME_LOOKS else None
