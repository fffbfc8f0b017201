"""Uvicorn, started by us: on our sockets, with our signals, ended in our order."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp

GRACE = 8
"""Seconds that requests under way have to end when the server stops."""


class HttpServer(uvicorn.Server):
    """A uvicorn server that leaves signals to us: its own handling would end the process before we have drained."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    def close_listeners(self) -> None:
        """Accept nobody any more; who is connected stays."""
        for listener in self.servers:
            listener.close()


def make_server(app: ASGIApp, trusted_proxies: list[str]) -> HttpServer:
    """Return a server for our application."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=trusted_proxies or None,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=75,
    )
    return HttpServer(config)


async def until_stopped(server: HttpServer, listener: socket.socket) -> tuple[int, "asyncio.Task[None]"]:
    """Serve until SIGTERM or Ctrl-C; return the exit code and the task that still serves."""
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[int] = loop.create_future()

    def stop(exit_code: int) -> None:
        if stopped.done():
            server.force_exit = True
        else:
            stopped.set_result(exit_code)

    loop.add_signal_handler(signal.SIGTERM, stop, 0)
    loop.add_signal_handler(signal.SIGINT, stop, 130)
    serving = loop.create_task(server.serve(sockets=[listener]), name="http")
    either: set[asyncio.Future[Any]] = {stopped, serving}
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    return (stopped.result() if stopped.done() else 1), serving
