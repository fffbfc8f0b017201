"""`hubbub serve`: puts store, chat and doors together, runs them, and takes them apart in the right order."""

import asyncio
import contextlib
import functools
import gc
import io
import os
import secrets
import socket
import ssl
import sys
from typing import Any

import structlog
import uvloop

from hubbub import __version__
from hubbub.broker.memory import MemoryBroker
from hubbub.chat import Chat, ChatSettings
from hubbub.chat.context import Context
from hubbub.config import Settings
from hubbub.core.error import ChatError
from hubbub.gateways.http import Door, build_app, build_refusal, too_many
from hubbub.gateways.socketio.gateway import ChatGateway
from hubbub.gateways.socketio.origin import same_site
from hubbub.gateways.socketio.settings import EngineSettings
from hubbub.hub import Hub
from hubbub.server.clock import SystemClock
from hubbub.server.counted import CountedConnection
from hubbub.server.crowd import Crowd, Limits
from hubbub.server.failure import CannotStartError
from hubbub.server.folder import DataFolder, own_folder
from hubbub.server.forwarded import Forwarded
from hubbub.server.http import GRACE, HttpServer, StopSignals, make_server, run
from hubbub.server.listen import listen, reachable_by_others, url_of
from hubbub.server.logs import set_up_logs
from hubbub.server.open_files import allow_many_files
from hubbub.server.proxies import Proxies
from hubbub.server.tls import load_tls
from hubbub.store.base import StoreBrokenError
from hubbub.store.sqlite import SqliteStore
from hubbub.store.sqlite.files import note_stop, prepare

RETRY_AFTER = 1.0
"""Seconds after which clients of a server that stops are asked to come back."""

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("hubbub.server")


def serve(settings: Settings) -> int:
    """Serve until told to stop; return the exit code. Raises CannotStartError."""
    set_up_logs(settings.log_level)
    allow_many_files()
    tls = load_tls(settings.tls_cert, settings.tls_key)
    where = listen(settings.host, settings.port, settings.unix_socket)
    with own_folder(settings.data) as folder, where as listeners:
        try:
            install = prepare(folder.database, _say)
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                exit_code = runner.run(_serve(settings, folder, listeners, tls, install))
            note_stop(folder.database)
            return exit_code
        except StoreBrokenError as error:
            raise CannotStartError(str(error), 5) from error


async def _serve(
    settings: Settings, folder: DataFolder, listeners: list[socket.socket], tls: ssl.SSLContext | None, install: str
) -> int:
    stop = StopSignals()
    _calm_collector()
    async with SqliteStore.open(folder.database) as store:
        context = _context(settings, store)
        async with Chat(context) as chat:
            door = _door(settings, chat, context, folder, install)
            limits = _limits(settings, door)
            live = _live(settings, door, limits)
            door.measure = functools.partial(_measure, context, store, live)
            app = Forwarded(build_app(door, {"/socket.io": live.polling}), limits)
            server = make_server(app, functools.partial(CountedConnection, limits), live.websocket, tls)
            stop.hurry = server.hang_up
            serving = run(server, listeners)
            _greet(settings, folder, listeners[0], tls is not None)
            either: set[asyncio.Future[Any]] = {stop.exit_code, serving}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            await drain(door, live, server, serving)
    await context.broker.close()
    return stop.exit_code.result() if stop.exit_code.done() else 1


async def drain(door: Door, live: ChatGateway, server: HttpServer, serving: "asyncio.Task[None]") -> None:
    """Stop in the order in which nobody loses anything: no newcomers, tell all, finish what is under way."""
    log.info("draining")
    door.draining = True
    server.close_listeners()
    door.chat.close(RETRY_AFTER)
    await live.close()
    server.should_exit = True
    _, late = await asyncio.wait({serving}, timeout=GRACE)
    if late:
        log.warning("cut_off", connections=len(server.server_state.connections))
        server.hang_up()
    await serving
    log.info("stopped")


def _calm_collector() -> None:
    """Let the garbage collector look at new objects alone, and seldom: nothing here leaves cycles behind in number.

    With the usual thresholds it costs a quarter of the CPU once a thousand people are connected.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _context(settings: Settings, store: SqliteStore) -> Context:
    clock = SystemClock()
    return Context(
        store=store,
        hub=Hub(clock.steady, asyncio.get_running_loop().call_soon),
        broker=MemoryBroker(),
        clock=clock,
        random_bytes=secrets.token_bytes,
        random_below=secrets.randbelow,
        settings=ChatSettings(settings.throttle, settings.vanish_after, settings.code_alphabet),
        sleep=asyncio.sleep,
    )


def _door(settings: Settings, chat: Chat, context: Context, folder: DataFolder, install: str) -> Door:
    secure = settings.public_url.startswith("https://")

    async def ready() -> bool:
        try:
            async with asyncio.timeout(2):
                await context.store.ping()
        except (ChatError, TimeoutError):
            return False
        return True

    return Door(
        chat=chat,
        cookie=f"__Host-hubbub_{install}" if secure else f"hubbub_{install}",
        ready=ready,
        measure=dict,
        clock=context.clock,
        random_bytes=context.random_bytes,
        secret=folder.secret,
        secure=secure,
        origins=frozenset({settings.public_url} if settings.public_url else ()),
        public_url=settings.public_url,
        metrics_token=settings.metrics_token,
        version=__version__,
    )


def _measure(context: Context, store: SqliteStore, live: ChatGateway) -> dict[str, float]:
    stats = store.stats
    counted = {f"hub_{name}": float(count) for name, count in context.hub.counts().items()}
    return counted | {
        "live_sockets": len(live.engine),
        "tasks": len(asyncio.all_tasks()),
        "store_changes_total": stats.changes,
        "store_commits_total": stats.commits,
        "store_failed_commits_total": stats.failed_commits,
        "store_seconds_total": stats.seconds,
    }


def _limits(settings: Settings, door: Door) -> Limits:
    most = settings.most_connections if settings.throttle else sys.maxsize
    refuse = build_refusal(https=door.secure)
    return Limits(Crowd(most), Crowd(most), Crowd(most), refuse, Proxies(settings.trusted_proxies))


def _live(settings: Settings, door: Door, limits: Limits) -> ChatGateway:
    engine = EngineSettings(
        may_connect=same_site(door.origins),
        client_of=limits.proxies.client_of,
        crowd=limits.busy,
        polling_crowd=limits.polling,
        refuse=too_many,
        cookie=door.cookie,
        ping_interval=settings.ping_interval,
        ping_timeout=settings.ping_timeout,
    )
    return ChatGateway(door.chat, engine, secrets.token_bytes)


def _greet(settings: Settings, folder: DataFolder, listener: socket.socket, encrypted: bool) -> None:
    url = settings.public_url or url_of(listener, tls=encrypted)
    secure = settings.public_url.startswith("https://")
    _say(f"Hubbub {__version__} is on {url}")
    if settings.unix_socket:
        _say(f"It listens at {settings.unix_socket} too")
    _say(f"It keeps everything in {folder.path}")
    if reachable_by_others(listener):
        _print_qr(url)
        if not encrypted and not secure:
            _say("Others can reach it without encryption: put it behind HTTPS and set public_url.")
    if encrypted and not secure:
        _say("Set public_url to its https:// address: browsers then send its cookies over HTTPS alone.")
    _say("Ctrl-C stops it.")


def _print_qr(url: str) -> None:
    import segno  # noqa: PLC0415 - only who is reachable needs it

    picture = io.StringIO()
    segno.make_qr(url).terminal(out=picture, compact=True)
    with contextlib.suppress(UnicodeEncodeError):  # a terminal without these characters does without
        picture.getvalue().encode(sys.stdout.encoding or "ascii")
        _say(picture.getvalue())


def _say(line: str) -> None:
    """Tell whoever has started it; that somebody reads it is no condition for serving."""
    try:
        print(line, flush=True)
    except UnicodeEncodeError:
        print(line.encode("ascii", "replace").decode(), flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python says so again at the end
