"""Commands: everything that a client can ask, each with the shape of its fields and of its reply."""

import builtins
from typing import Annotated, ClassVar

from hubbub.core import reply
from hubbub.core.room import Lifetime
from hubbub.core.shape import ClientMessageId, Code, Epoch, Length, PageSize, Range, Seq
from hubbub.core.value import value


@value(frozen=True, slots=True, kw_only=True)
class Command:
    """Something a session asks for. `type` is its name at every door, `reply` what it is answered.

    `for_strangers` commands take no login.
    """

    type: ClassVar[str]
    reply: ClassVar[builtins.type]
    for_strangers: ClassVar[bool] = False


@value(frozen=True, slots=True, kw_only=True)
class CreateGuest(Command):
    """Be somebody: a new guest under this name, with a token that proves it from now on."""

    type: ClassVar[str] = "create_guest"
    reply: ClassVar[builtins.type] = reply.NewGuest
    for_strangers: ClassVar[bool] = True
    name: str


@value(frozen=True, slots=True, kw_only=True)
class ChangeName(Command):
    """Go by another name, in every room at once."""

    type: ClassVar[str] = "change_name"
    reply: ClassVar[builtins.type] = reply.Me
    name: str


@value(frozen=True, slots=True, kw_only=True)
class WhoAmI(Command):
    """Ask who the server takes this session for."""

    type: ClassVar[str] = "who_am_i"
    reply: ClassVar[builtins.type] = reply.Me


@value(frozen=True, slots=True, kw_only=True)
class CreateRoom(Command):
    """Make a room and be its owner. `expires_days` goes with the lifetime `expires`."""

    type: ClassVar[str] = "create_room"
    reply: ClassVar[builtins.type] = reply.RoomView
    title: str = ""
    private: bool = False
    capacity: Annotated[int, Range(1, 100_000)] | None = None
    lifetime: Lifetime = Lifetime.KEPT
    expires_days: Annotated[int, Range(1, 3650)] | None = None


@value(frozen=True, slots=True, kw_only=True)
class RoomCommand(Command):
    """A command about one room, which the code names."""

    code: Code


@value(frozen=True, slots=True, kw_only=True)
class GetRoom(RoomCommand):
    """Look at a room without entering it."""

    type: ClassVar[str] = "get_room"
    reply: ClassVar[builtins.type] = reply.RoomView


@value(frozen=True, slots=True, kw_only=True)
class DeleteRoom(RoomCommand):
    """End a room and everything said in it, for ever. Its owner alone may."""

    type: ClassVar[str] = "delete_room"
    reply: ClassVar[builtins.type] = reply.Done


@value(frozen=True, slots=True, kw_only=True)
class JoinRoom(RoomCommand):
    """Become a member, or come back as one; with `since` and `epoch`, catch up from there."""

    type: ClassVar[str] = "join_room"
    reply: ClassVar[builtins.type] = reply.Joined
    since: Seq | None = None
    epoch: Epoch | None = None


@value(frozen=True, slots=True, kw_only=True)
class UnwatchRoom(RoomCommand):
    """Hear no more of a room on this session; the membership stays."""

    type: ClassVar[str] = "unwatch_room"
    reply: ClassVar[builtins.type] = reply.Done


@value(frozen=True, slots=True, kw_only=True)
class LeaveRoom(RoomCommand):
    """End the membership."""

    type: ClassVar[str] = "leave_room"
    reply: ClassVar[builtins.type] = reply.Done


@value(frozen=True, slots=True, kw_only=True)
class SendMessage(RoomCommand):
    """Say something. The same `client_message_id` again is the same message: without one, a retry says it twice."""

    type: ClassVar[str] = "send_message"
    reply: ClassVar[builtins.type] = reply.Sent
    text: str
    client_message_id: ClientMessageId | None = None
    reply_to: Seq | None = None


@value(frozen=True, slots=True, kw_only=True)
class Typing(RoomCommand):
    """Let the others see that something is being written."""

    type: ClassVar[str] = "typing"
    reply: ClassVar[builtins.type] = reply.Done


@value(frozen=True, slots=True, kw_only=True)
class Read(RoomCommand):
    """Say up to which message's number this user has read the room; the position never goes back."""

    type: ClassVar[str] = "read"
    reply: ClassVar[builtins.type] = reply.ReadPosition
    number: Seq


@value(frozen=True, slots=True, kw_only=True)
class Events(RoomCommand):
    """Ask for the events after `since`, oldest first; wait up to `wait` seconds for one when there is none yet."""

    type: ClassVar[str] = "events"
    reply: ClassVar[builtins.type] = reply.EventPage
    since: Seq = 0
    limit: PageSize = 200
    wait: Annotated[int, Range(0, 60)] = 0


@value(frozen=True, slots=True, kw_only=True)
class Messages(RoomCommand):
    """Ask for messages as they are now, oldest first: the latest, or those before a seq or else after one."""

    type: ClassVar[str] = "messages"
    reply: ClassVar[builtins.type] = reply.MessagePage
    before: Seq | None = None
    after: Seq | None = None
    limit: PageSize = 50


@value(frozen=True, slots=True, kw_only=True)
class Members(RoomCommand):
    """Ask for the room's members by their id, a page at a time."""

    type: ClassVar[str] = "members"
    reply: ClassVar[builtins.type] = reply.MemberPage
    after: Annotated[str, Length(0, 32)] = ""
    limit: PageSize = 100


@value(frozen=True, slots=True, kw_only=True)
class MyRooms(Command):
    """Ask for one's rooms, with what is unread in them; a live session hears `room_activity` of them from then on."""

    type: ClassVar[str] = "my_rooms"
    reply: ClassVar[builtins.type] = reply.MyRooms


COMMANDS: dict[str, type[Command]] = {
    command.type: command
    for command in (
        CreateGuest,
        ChangeName,
        WhoAmI,
        CreateRoom,
        GetRoom,
        DeleteRoom,
        JoinRoom,
        UnwatchRoom,
        LeaveRoom,
        SendMessage,
        Typing,
        Read,
        Events,
        Messages,
        Members,
        MyRooms,
    )
}
