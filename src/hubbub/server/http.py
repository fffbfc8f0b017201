"""Uvicorn, started by us: on our sockets, with our signals, ended in our order."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from hubbub.server.connection import HttpConnection

GRACE = 7
"""Seconds that requests under way have to end when the server stops; those that don't are cut off then."""


class HttpServer(uvicorn.Server):
    """A uvicorn server that leaves signals to us: its own handling would end the process before we have drained."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.servers: list[asyncio.base_events.Server] = []

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def close_listeners(self) -> None:
        """Accept nobody any more; who is connected stays."""
        for listener in self.servers:
            listener.close()

    def hang_up(self) -> None:
        """Cut off everybody: for a request under way it is as if its client had gone, so it ends without an error."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()


def make_server(app: ASGIApp, websocket: Callable[..., asyncio.Protocol], trusted_proxies: list[str]) -> HttpServer:
    """Return a server for our application."""
    config = uvicorn.Config(
        app,
        http=HttpConnection,
        ws=websocket,  # type: ignore[arg-type]
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies or None,
        timeout_graceful_shutdown=GRACE + 1,  # what doesn't even end when it is cut off is cancelled
        timeout_keep_alive=75,
    )
    return HttpServer(config)


def run(server: HttpServer, listener: socket.socket) -> "asyncio.Task[None]":
    """Serve in a task of its own."""
    return asyncio.get_running_loop().create_task(server.serve(sockets=[listener]), name="http")


class StopSignals:
    """SIGTERM and Ctrl-C: the first one gives `exit_code` its value, each further one calls `hurry`."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.exit_code: asyncio.Future[int] = loop.create_future()
        self.hurry: Callable[[], None] = lambda: None
        loop.add_signal_handler(signal.SIGTERM, self._stop, 0)
        loop.add_signal_handler(signal.SIGINT, self._stop, 130)

    def _stop(self, exit_code: int) -> None:
        if self.exit_code.done():
            self.hurry()
        else:
            self.exit_code.set_result(exit_code)
