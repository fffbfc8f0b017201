"""Servers with a hole each, which tests have to notice: `FAULT=open_to_all python -m tests.security.faulty …`."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import msgspec
from starlette.responses import Response

from hubbub.chat.service import Chat
from hubbub.cli import main
from hubbub.core.command import Command, CreateGuest, CreateRoom
from hubbub.core.error import ERRORS, ChatError, ErrorCode
from hubbub.core.user import User
from hubbub.gateways.http import body, handlers, headers, login
from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.protocol import json
from hubbub.protocol.shapes import shape_of
from hubbub.server import serve
from hubbub.session import Session
from hubbub.store.sqlite import rooms
from hubbub.store.sqlite.rows import find_room

FAULTS: dict[str, Callable[[], Iterator[AbstractContextManager[Any]]]] = {}


def fault(patches: Callable[[], Iterator[AbstractContextManager[Any]]]) -> Callable[[], Any]:
    """Add a fault under its function's name."""
    FAULTS[patches.__name__] = patches
    return patches


@fault
def silent() -> Iterator[AbstractContextManager[Any]]:
    """Whoever sends something malformed is neither answered from then on nor is their connection closed."""
    receive, ignored = EngineSocket.receive, set[EngineSocket]()
    yield patch.object(EngineSocket, "fail", lambda socket, _: ignored.add(socket))
    yield patch.object(EngineSocket, "receive", lambda socket, text: socket in ignored or receive(socket, text))


@fault
def unchecked() -> Iterator[AbstractContextManager[Any]]:
    """Whatever fields come, the command is made of them."""
    yield patch.object(json, "convert_data", lambda kind, data: kind(**data))


@fault
def open_to_all() -> Iterator[AbstractContextManager[Any]]:
    """Every site is ours, and may read along."""
    yield patch.object(login, "is_our_origin", lambda *_: True)
    yield patch.object(serve, "same_site", lambda _: lambda *_: True)
    leave = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    yield patch.dict(headers.SECURITY_HEADERS, leave)


@fault
def refusing() -> Iterator[AbstractContextManager[Any]]:
    """Nothing is carried out but what makes guests and rooms."""
    handle = Chat.handle

    def refuse(chat: Chat, session: Session, command: Command) -> Awaitable[Any]:
        if isinstance(command, CreateGuest | CreateRoom):
            return handle(chat, session, command)
        raise ChatError(ErrorCode.NOT_A_MEMBER)

    yield patch.object(Chat, "handle", refuse)


@fault
def wordy() -> Iterator[AbstractContextManager[Any]]:
    """A refusal over HTTP is its words alone, in place of the documented JSON."""
    yield patch.object(handlers, "answer_error", lambda error: Response(error.message, ERRORS[error.code].http))


@fault
def slow_for_what_is_there() -> Iterator[AbstractContextManager[Any]]:
    """Who guesses a room that is there waits a little longer."""
    try_code = rooms.try_code

    def try_slowly(tx: Any, code: str, **more: Any) -> Any:
        if find_room(tx, code):
            time.sleep(0.015)
        return try_code(tx, code, **more)

    yield patch.object(rooms, "try_code", try_slowly)


@fault
def lenient() -> Iterator[AbstractContextManager[Any]]:
    """Unknown fields are passed over."""

    def shape(kind: type[Any], without: frozenset[str] = frozenset()) -> type[msgspec.Struct]:
        strict = shape_of(kind, without)
        return msgspec.defstruct(strict.__name__, [], bases=(strict,), kw_only=True, forbid_unknown_fields=False)

    yield patch.object(json, "shape_of", shape)
    yield patch.object(body, "_query_must_be_empty", lambda _: None)


@fault
def crossed() -> Iterator[AbstractContextManager[Any]]:
    """Who is asking is kept where the next request finds it: now and then it is somebody else by then."""
    log_in, asking = Chat.log_in, list[User | None]()

    async def log_in_together(chat: Chat, session: Session, token: str) -> None:
        await log_in(chat, session, token)
        asking.append(session.user)
        await asyncio.sleep(0)
        session.user = asking[-1]

    yield patch.object(Chat, "log_in", log_in_together)


@fault
def kept() -> Iterator[AbstractContextManager[Any]]:
    """Browsers may keep every answer for a while."""
    yield patch.dict(headers.SECURITY_HEADERS, {"Cache-Control": "private, max-age=60"})


@fault
def leaky() -> Iterator[AbstractContextManager[Any]]:
    """Each connection that is closed for what it said leaves a file open."""
    fail, left = EngineSocket.fail, list[int]()

    def fail_and_leave(socket: EngineSocket, reason: str) -> None:
        left.append(os.open(os.devnull, os.O_RDONLY))
        fail(socket, reason)

    yield patch.object(EngineSocket, "fail", fail_and_leave)


@contextmanager
def faulty(name: str) -> Iterator[None]:
    """Have that fault."""
    with ExitStack() as stack:
        for each in FAULTS[name]():
            stack.enter_context(each)
        yield


if __name__ == "__main__":
    with faulty(os.environ["FAULT"]):
        main()
