"""Uvicorn, started by us: on our sockets, with our signals, ended in our order."""

import asyncio
import contextlib
import signal
import socket
import ssl
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

from hubbub.server.connection import HttpConnection
from hubbub.server.listen import BACKLOG

GRACE = 7
"""Seconds that requests under way have to end when the server stops; those that don't are cut off then."""


HANDSHAKE_SECONDS = 9.0
"""Time for a TLS handshake; until its end nobody counts the connection."""


class HttpServer(uvicorn.Server):
    """A uvicorn server on our sockets, of which those of the network may speak TLS.

    It leaves signals to us: uvicorn's own handling would end the process before we have drained.
    """

    def __init__(self, config: uvicorn.Config, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(config)
        self.servers: list[asyncio.base_events.Server] = []
        self._tls = tls

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. Uvicorn would speak TLS on the Unix socket too, which its permissions protect already."""
        for listener in sockets or []:
            self.servers.append(await self._serve_on(listener))
        self.started = True

    def close_listeners(self) -> None:
        """Accept nobody any more; who is connected stays."""
        for listener in self.servers:
            listener.close()

    def hang_up(self) -> None:
        """Cut off everybody: for a request under way it is as if its client had gone, so it ends without an error."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()

    async def _serve_on(self, listener: socket.socket) -> asyncio.base_events.Server:
        loop = asyncio.get_running_loop()
        if listener.family == socket.AF_UNIX:
            return await loop.create_unix_server(self._connection, sock=listener, backlog=BACKLOG)
        seconds = HANDSHAKE_SECONDS if self._tls else None
        return await loop.create_server(
            self._connection, sock=listener, backlog=BACKLOG, ssl=self._tls, ssl_handshake_timeout=seconds
        )

    def _connection(self) -> asyncio.Protocol:
        make: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return make(config=self.config, server_state=self.server_state, app_state={})


def make_server(
    app: ASGIApp,
    http: Callable[..., asyncio.Protocol] = HttpConnection,
    websocket: Callable[..., asyncio.Protocol] | None = None,
    tls: ssl.SSLContext | None = None,
) -> HttpServer:
    """Return a server for our application; `http` and `websocket` make what takes the bytes of a connection."""
    config = uvicorn.Config(
        app,
        http=http,  # type: ignore[arg-type]
        ws=websocket or "none",  # type: ignore[arg-type]
        interface="asgi3",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # its middleware never reaches WebSockets; `forwarded` is ours
        timeout_graceful_shutdown=GRACE + 1,  # what doesn't even end when it is cut off is cancelled
        timeout_keep_alive=75,
    )
    return HttpServer(config, tls)


def run(server: HttpServer, listeners: list[socket.socket]) -> "asyncio.Task[None]":
    """Serve in a task of its own."""
    return asyncio.get_running_loop().create_task(server.serve(sockets=listeners), name="http")


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
