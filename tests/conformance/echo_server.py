"""The servers that public conformance suites ask for: `python -m tests.conformance.echo_server engineio --port N`."""

import argparse
import asyncio
import dataclasses
import functools
import secrets
from collections.abc import Callable
from typing import Any

import uvloop
from starlette.applications import Starlette
from starlette.routing import Mount

from hubbub.gateways.socketio.engine import Engine
from hubbub.gateways.socketio.gateway import Gateway
from hubbub.gateways.socketio.origin import anywhere
from hubbub.gateways.socketio.polling import PollingEndpoint
from hubbub.gateways.socketio.settings import EngineSettings
from hubbub.gateways.socketio.websocket import WebSocketTransport
from hubbub.server.connection import HttpConnection
from hubbub.server.http import HttpServer, StopSignals, make_server, run
from hubbub.server.listen import bind, url_of
from tests.conformance.echo import EngineEcho, EventEcho, RawEcho

TIMES = {"ping_interval": 300, "ping_timeout": 200, "connect_timeout": 1_000}
"""In milliseconds, as the suites expect them."""

RAW = EngineSettings(may_connect=anywhere(), max_payload=32 * 1024 * 1024)
"""Suites for WebSockets send messages of 16 MiB."""

Make = Callable[..., asyncio.Protocol]


class EchoConnection(HttpConnection):
    """Hands upgrades of `/echo` over to `raw`, and others to whom uvicorn knows."""

    raw: Make

    def handle_websocket_upgrade(self) -> None:
        """Choose by the path."""
        if self.url.partition(b"?")[0] == b"/echo":
            self.ws_protocol_class = self.raw  # type: ignore[assignment]
        super().handle_websocket_upgrade()


Parts = tuple[Engine, PollingEndpoint, Make]


def engineio(settings: EngineSettings) -> Parts:
    """Echo Engine.IO messages at `/engine.io/`."""
    engine = Engine(dataclasses.replace(settings, path="/engine.io/"), EngineEcho, secrets.token_bytes)
    return engine, PollingEndpoint(engine), functools.partial(WebSocketTransport, engine)


def socketio(settings: EngineSettings) -> Parts:
    """Echo Socket.IO events at `/socket.io/`, in two namespaces."""
    gateway = Gateway(settings, {"/": EventEcho(), "/custom": EventEcho()}, secrets.token_bytes)
    return gateway.engine, gateway.polling, gateway.websocket


KINDS = {"engineio": engineio, "socketio": socketio}


def _make(kind: str, times: dict[str, Any]) -> tuple[Engine, HttpServer]:
    settings = EngineSettings(may_connect=anywhere(), max_payload=1_000_000, allow_origin="*", **times)
    engine, polling, websocket = KINDS[kind](settings)
    raw = functools.partial(RawEcho, Engine(RAW, EngineEcho, secrets.token_bytes))
    http = type("Connection", (EchoConnection,), {"raw": staticmethod(raw)})
    app = Starlette(routes=[Mount(engine.settings.path.rstrip("/"), app=polling)])
    return engine, make_server(app, http, websocket)


async def _serve(kind: str, port: int, times: dict[str, Any]) -> int:
    stop = StopSignals()
    with bind("127.0.0.1", port) as listener:
        engine, server = _make(kind, times)
        serving = run(server, [listener])
        print(f"The {kind} echo server is on {url_of(listener)}", flush=True)
        exit_code = await stop.exit_code
        server.close_listeners()
        engine.close(1012, "closing")
        server.should_exit = True
        stop.hurry = server.hang_up
        await serving
    return exit_code


def main() -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.echo_server", description=__doc__)
    parser.add_argument("kind", choices=list(KINDS))
    parser.add_argument("--port", type=int, default=3000)
    for name, usual in TIMES.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=usual, metavar="MS")
    asked = parser.parse_args()
    times = {name: getattr(asked, name) for name in TIMES}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_serve(asked.kind, asked.port, times))


if __name__ == "__main__":
    raise SystemExit(main())
