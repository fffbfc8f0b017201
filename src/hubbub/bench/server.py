"""A server to measure: `hubbub serve` in a folder of its own, with throttles off, on a core of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from hubbub.bench.filling import make_rooms
from hubbub.bench.machine import server_core

STOP_WITHIN = 15.0
PING_INTERVAL = 25_000
"""Milliseconds between the heartbeats of a connection, as servers have it if nothing else is said."""


class CannotMeasureError(Exception):
    """Why something can't be measured here, in words for a person."""


@dataclass(frozen=True)
class Server:
    """A server that runs; `codes` are those of its rooms."""

    pid: int
    host: str
    port: int
    codes: list[str] = field(default_factory=list)


class Contestant(Protocol):
    """What can be measured: Hubbub, or a peer beside it."""

    @property
    def name(self) -> str:
        """Return the name under which its figures are kept."""

    def serving(self, rooms: int, ping_interval: int = PING_INTERVAL) -> contextlib.AbstractAsyncContextManager[Server]:
        """Run a server with so many rooms until the end. Raises CannotMeasureError."""


class Hubbub:
    """This installation's own server."""

    name = "hubbub"

    @asynccontextmanager
    async def serving(self, rooms: int, ping_interval: int = PING_INTERVAL) -> AsyncIterator[Server]:
        """Run a server with so many empty rooms, on a database that is made for it."""
        with tempfile.TemporaryDirectory(prefix="hubbub-bench-") as folder:
            database = Path(folder) / "hubbub.db"
            codes = await make_rooms(database, rooms)
            with hubbub_on(Path(folder), ping_interval) as server:
                yield replace(server, codes=codes)


@contextmanager
def hubbub_on(data: Path, ping_interval: int = PING_INTERVAL) -> Iterator[Server]:
    """Run Hubbub on a data folder until the end."""
    nothing_set = data / "bench.toml"
    nothing_set.touch()
    command = [sys.executable, "-m", "hubbub", "serve", "--config", str(nothing_set)]
    where = ["--host", "127.0.0.1", "--port", "0", "--data", str(data)]
    settings = {"THROTTLE": "off", "LOG_LEVEL": "warning", "PING_INTERVAL": str(ping_interval)}
    variables = {f"HUBBUB_{name}": value for name, value in settings.items()}
    with running([*command, *where], data / "bench.log", variables) as server:
        yield server


@contextmanager
def running(command: list[str], log: Path, variables: dict[str, str]) -> Iterator[Server]:
    """Run a server that prints its address when it is there. Raises CannotMeasureError if it never is."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_")}
    with log.open("w") as errors, server_core():
        process = subprocess.Popen(  # noqa: S603 - our own command lines
            command,
            env=kept | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            process_group=0,  # Ctrl-C is for us; we end it in order
        )
    try:
        address = _address(process)
        if not address:
            raise CannotMeasureError(f"{Path(command[0]).name} didn't start: {_last_line(log)}")
        yield Server(process.pid, *address)
    finally:
        _end(process)


def _address(process: "subprocess.Popen[str]") -> tuple[str, int] | None:
    assert process.stdout
    for line in process.stdout:
        if "http://" in line:
            parts = urlsplit(line[line.index("http://") :].strip())
            return (parts.hostname or "", parts.port or 80)
    return None


def _end(process: "subprocess.Popen[str]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it said nothing")
