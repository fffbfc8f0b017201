"""The one door: `Chat.handle` looks a command up in a table, makes the shared checks and carries it out."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, NamedTuple, Self

from hubbub.chat import catch_up, lifetimes, members, messages, people, presence, rooms, seats
from hubbub.chat.context import Context
from hubbub.chat.publish import publish
from hubbub.chat.throttles import count
from hubbub.core import command as commands
from hubbub.core.command import Command
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.join_code import tidy_code
from hubbub.core.throttle import Throttle
from hubbub.session import LiveSession, Session

TICK = 1.0
"""Seconds between two looks at who is here, which rooms have died and what waits to be written."""


class Handler(NamedTuple):
    """How a command is carried out, and which throttle it counts against."""

    carry_out: Callable[[Context, Session, Any], Awaitable[Any]]
    throttle: Throttle | None = None


HANDLERS: dict[type[Command], Handler] = {
    commands.CreateGuest: Handler(people.create_guest, Throttle.NEW_GUEST),
    commands.ChangeName: Handler(people.change_name, Throttle.SEND),
    commands.WhoAmI: Handler(people.who_am_i),
    commands.CreateRoom: Handler(rooms.create_room, Throttle.CREATE_ROOM),
    commands.GetRoom: Handler(rooms.get_room),
    commands.DeleteRoom: Handler(rooms.delete_room),
    commands.JoinRoom: Handler(members.join_room),
    commands.UnwatchRoom: Handler(members.unwatch_room),
    commands.LeaveRoom: Handler(members.leave_room, Throttle.SEND),
    commands.SendMessage: Handler(messages.send_message, Throttle.SEND),
    commands.Typing: Handler(presence.typing, Throttle.SIGNAL),
    commands.Read: Handler(messages.read, Throttle.SIGNAL),
    commands.Events: Handler(catch_up.events),
    commands.Messages: Handler(messages.messages),
    commands.Members: Handler(members.members),
    commands.MyRooms: Handler(rooms.my_rooms),
}


class Chat:
    """All that can be done in the chat. Use it as an async context: inside it, time passes for its rooms."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ticking: asyncio.Task[None] | None = None
        context.store.on_commit(lambda commit: publish(context, commit))

    async def __aenter__(self) -> Self:
        await lifetimes.begin(self._context)
        await presence.begin(self._context)
        self._ticking = asyncio.create_task(self._tick_for_ever(), name="chat-tick")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._ticking:
            self._ticking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ticking
        try:
            await messages.write_reads(self._context, everything=True)
        except ChatError as refused:
            self._context.log.warning("read_positions_lost", error=refused.code.value)

    def handle(self, session: Session, command: Command) -> Awaitable[Any]:
        """Carry out a command for a session; await its reply (`command.reply` is its type).

        Raises ChatError when it is refused, at once or when awaited; then nothing of it was done. A future, rather than
        a coroutine, is under way already.
        """
        handler = HANDLERS.get(type(command))
        if handler is None:
            raise ChatError(ErrorCode.UNKNOWN_COMMAND)
        if session.user is None and not command.for_strangers:
            raise ChatError(ErrorCode.NOT_LOGGED_IN)
        if handler.throttle:
            count(self._context, session, handler.throttle)
        return handler.carry_out(self._context, session, command)

    def begin(self, session: LiveSession) -> None:
        """Let a session hear what concerns everybody, also while it is in no room."""
        self._context.hub.attend(session)

    async def watch(self, session: LiveSession, code: str) -> None:
        """Let a member's session hear a room. Raises ChatError when it can't; nobody becomes a member by it."""
        await seats.watch(self._context, session, code)

    def end(self, session: LiveSession) -> None:
        """Forget a session whose connection is gone; its user is here a little longer."""
        self._context.hub.depart(session)

    def in_step(self, code: str, seq: int) -> bool:
        """Tell whether nothing has happened in a room after a seq; what follows is pushed to who watches it."""
        return self._context.hub.in_step(tidy_code(code), seq)

    def here(self, code: str) -> int:
        """Return how many people are in a room now."""
        return self._context.hub.here(tidy_code(code))

    async def log_in(self, session: Session, token: str) -> None:
        """Make a session that of the user whose login this token proves; of nobody if it is unknown or lapsed."""
        await people.log_in(self._context, session, token)

    async def tick(self) -> None:
        """Do what is due: tell who came and went, let rooms die, write read positions and which logins are in use."""
        await presence.tell(self._context)
        await lifetimes.reap(self._context)
        await messages.write_reads(self._context)
        await people.touch_logins(self._context)

    def close(self, retry_after: float) -> None:
        """Tell every session that the server is about to stop; nobody waits any longer."""
        self._context.hub.close(retry_after)

    async def _tick_for_ever(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            try:
                await self.tick()
            except ChatError as error:
                self._context.log.warning("tick_failed", error=error.code.value)
            except Exception:
                self._context.log.exception("tick_failed")
