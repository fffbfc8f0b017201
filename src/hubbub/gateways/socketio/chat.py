"""The chat behind the namespace `/`: events are commands, and acknowledgements are replies."""

import asyncio
import dataclasses
import functools
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog

from hubbub.chat import Chat
from hubbub.core.command import (
    COMMANDS,
    Command,
    CreateGuest,
    Events,
    JoinRoom,
    LeaveRoom,
    SendMessage,
    UnwatchRoom,
    WhoAmI,
)
from hubbub.core.error import ChatError, Disconnect, ErrorCode
from hubbub.core.event import Refused, Welcome
from hubbub.core.join_code import tidy_code
from hubbub.core.reply import Joined, Me, NewGuest
from hubbub.core.text import MAX_TEXT
from hubbub.gateways.socketio.namespace import Client, RefusedError
from hubbub.gateways.socketio.session import SocketSession
from hubbub.protocol import json

MOST_WAITING = 256
"""Commands of one session that may wait for their turn."""

MOST_HELD = MOST_WAITING * MAX_TEXT
"""Characters in them."""

MOST_NAME = 64
"""Characters of what a client calls a command that are kept to say it again."""

MOST_SENDING = 64
"""Messages of one session that may be on their way to the store at once."""

_PUT_OUT = frozenset(Disconnect)

log: structlog.typing.FilteringBoundLogger = structlog.get_logger("hubbub.socketio")


class Waiting(NamedTuple):
    """A command that was sent, or why it is none; `size` counts its characters if there were others before it."""

    name: str
    command: Command | ChatError
    ack: int | None
    size: int = 0


@dataclass(eq=False, slots=True)
class Line:
    """One client's session and its commands, which take effect in the order in which they were sent.

    Messages may be under way together, since they reach the store in order; every other command is alone.
    """

    session: SocketSession
    welcome: Welcome
    waiting: deque[Waiting] = field(default_factory=deque)
    held: int = 0
    sending: int = 0
    alone: bool = False
    gone: bool = False

    def next(self) -> Waiting | None:
        """Take the command whose turn it is, None if none may start now."""
        if not self.waiting or self.alone:
            return None
        if self.waiting[0].name == SendMessage.type:
            if self.sending >= MOST_SENDING:
                return None
            self.sending += 1
        elif self.sending:
            return None
        else:
            self.alone = True
        first = self.waiting.popleft()
        self.held -= first.size
        return first

    def done(self, name: str) -> None:
        """Note that a command has ended."""
        if name == SendMessage.type:
            self.sending -= 1
        else:
            self.alone = False


class ChatApplication:
    """The door's end of the chat."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._loop = asyncio.get_running_loop()
        self._under_way: set[asyncio.Future[Any]] = set()
        self._finishing = False

    async def connect(self, client: Client, auth: dict[str, Any]) -> None:
        """Let in who has a token, who says a name, or whose login came with the handshake."""
        session = SocketSession(client, self._chat)
        try:
            client.data = Line(session, await self._log_in(session, auth, client.socket.owner))
        except ChatError as error:
            raise RefusedError(error.message, json.describe(error)) from None
        except Exception:
            log.exception("connect_failed")
            internal = ChatError(ErrorCode.INTERNAL)
            raise RefusedError(internal.message, json.describe(internal)) from None

    def connected(self, client: Client) -> None:
        """Say who the client is."""
        self._chat.begin(client.data.session)
        client.data.session.resumed()  # an upgrade may have come while the login was looked up
        client.emit(Welcome.type, json.plain(client.data.welcome))

    def event(self, client: Client, name: str, args: list[Any], ack: int | None) -> None:
        """Take in a command; one that comes when the server is stopping goes unanswered: the client asks again.

        What waits has its shape already: JSON that was only decoded may take thirty times its size.
        """
        line: Line = client.data
        if self._finishing:
            return
        command = _read(name, args)
        size = _size_of(command) if line.waiting else 0
        if len(line.waiting) >= MOST_WAITING or line.held + size > MOST_HELD:
            words = "Too many commands wait already. Wait for their replies."
            _refuse(client, name, ack, ChatError(ErrorCode.SLOW_DOWN, words, retry_after=1))
            return
        line.held += size
        line.waiting.append(Waiting(name[:MOST_NAME], command, ack, size))
        self._go_on(client, line)

    def resumed(self, client: Client) -> None:
        """See Application."""
        client.data.session.resumed()

    def disconnected(self, client: Client, reason: str) -> None:
        """See Application: what somebody has asked before they went is carried out, unless they were put out."""
        line: Line = client.data
        line.gone = True
        if reason in _PUT_OUT:
            line.waiting.clear()
        line.session.gone()

    async def finish(self, seconds: float) -> None:
        """Take in no more commands, and wait for those that are under way, so long at most."""
        self._finishing = True
        give_up = self._loop.time() + seconds
        while self._under_way and (left := give_up - self._loop.time()) > 0:
            await asyncio.wait(self._under_way, timeout=left)

    async def _log_in(self, session: SocketSession, auth: dict[str, Any], cookie: str) -> Welcome:
        token, name = auth.get("token"), auth.get("name")
        proof = cookie if token is None else token
        if isinstance(proof, str) and proof:
            await self._chat.log_in(session, proof)
        if session.user is None and token is None and name is not None:
            guest: NewGuest = await self._chat.handle(session, json.convert_data(CreateGuest, {"name": name}))
            await self._chat.log_in(session, guest.token)
            return Welcome(me=guest.user, token=guest.token)
        me: Me = await self._chat.handle(session, WhoAmI())
        return Welcome(me=me.user)

    def _go_on(self, client: Client, line: Line) -> None:
        while first := line.next():
            self._start(client, line, first)

    def _start(self, client: Client, line: Line, first: Waiting) -> None:
        """Start a command. What comes back as a future, as messages do, costs no task."""
        name, command, ack, _ = first
        try:
            if isinstance(command, ChatError):
                raise command
            work = self._chat.handle(line.session, command)
        except Exception as error:
            _refuse(client, name, ack, _as_refusal(error, name))
            line.done(name)  # and the next one's turn comes in the caller's loop, not deeper down the stack
            return
        if isinstance(work, asyncio.Future):
            work.add_done_callback(functools.partial(self._answer_later, client, line, name, ack))
        else:
            work = self._loop.create_task(self._carry_out(client, line, command, work, ack))
            work.add_done_callback(self._under_way.discard)
        self._under_way.add(work)

    def _answer_later(
        self, client: Client, line: Line, name: str, ack: int | None, done: asyncio.Future[object]
    ) -> None:
        self._under_way.discard(done)
        if error := done.exception():
            _refuse(client, name, ack, _as_refusal(error, name))
        elif ack is not None:
            client.acknowledge_json(ack, _ok(done.result()))
        self._end(client, line, name)

    async def _carry_out(
        self, client: Client, line: Line, command: Command, work: Awaitable[object], ack: int | None
    ) -> None:
        try:
            reply = await work
            if isinstance(reply, Joined) and isinstance(command, JoinRoom):
                line.session.joined(tidy_code(command.code), reply.last_seq)
            elif isinstance(command, UnwatchRoom | LeaveRoom):
                line.session.left(tidy_code(command.code))
            if ack is not None:
                client.acknowledge_json(ack, _ok(reply))
        except Exception as error:
            _refuse(client, command.type, ack, _as_refusal(error, command.type))
        finally:
            self._end(client, line, command.type)

    def _end(self, client: Client, line: Line, name: str) -> None:
        line.done(name)
        if line.gone:
            self._chat.end(line.session)  # the command may have been to join
        if line.waiting:
            self._go_on(client, line)


def _read(name: str, args: list[Any]) -> Command | ChatError:
    """Return a command, or why it is none, which keeps nothing of what was sent."""
    try:
        command: Command = _command_of(name, args)
    except Exception as error:
        refusal = _as_refusal(error, name[:MOST_NAME])
        refusal.__cause__ = refusal.__context__ = None
        return refusal.with_traceback(None)
    return command


def _size_of(command: Command | ChatError) -> int:
    if isinstance(command, ChatError):
        return len(command.message)
    values = (getattr(command, each.name) for each in dataclasses.fields(command))
    return sum(len(value) for value in values if isinstance(value, str))


def _command_of(name: str, args: list[Any]) -> Any:
    kind = COMMANDS.get(name)
    if kind is None or kind is CreateGuest:
        raise ChatError(ErrorCode.UNKNOWN_COMMAND)
    if len(args) > 1:
        raise ChatError(ErrorCode.BAD_REQUEST, "A command has one argument: an object with its fields.")
    command = json.convert_data(kind, args[0] if args else {})
    if isinstance(command, Events) and command.wait:
        raise ChatError(ErrorCode.BAD_REQUEST, "Leave `wait` out: here, news comes by itself.", field="wait")
    return command


def _ok(reply: object) -> bytes:
    body = json.encode(reply)
    return b'{"ok":true}' if body == b"{}" else b'{"ok":true,' + body[1:]


def _refuse(client: Client, name: str, ack: int | None, error: ChatError) -> None:
    if ack is not None:
        client.acknowledge(ack, {"ok": False, "error": json.describe(error)})
    elif not error.silent:
        client.emit(Refused.type, {"type": Refused.type, "command": name[:MOST_NAME], "error": json.describe(error)})


def _as_refusal(error: BaseException, name: str) -> ChatError:
    if isinstance(error, ChatError):
        return error
    log.error("command_failed", command=name, exc_info=error)
    return ChatError(ErrorCode.INTERNAL)
