"""Every refusal and every disconnect that a client can meet: one table of each, for all doors."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class ErrorCode(StrEnum):
    """The name of a refusal, the same at every door."""

    BAD_REQUEST = "bad_request"
    UNKNOWN_COMMAND = "unknown_command"
    NOT_LOGGED_IN = "not_logged_in"
    FORBIDDEN = "forbidden"
    NOT_A_MEMBER = "not_a_member"
    ROOM_NOT_FOUND = "room_not_found"
    MESSAGE_NOT_FOUND = "message_not_found"
    ROOM_FULL = "room_full"
    ROOM_LOCKED = "room_locked"
    BANNED = "banned"
    MUTED = "muted"
    NAME_TAKEN = "name_taken"
    NAME_INVALID = "name_invalid"
    TEXT_INVALID = "text_invalid"
    TOO_LONG = "too_long"
    CLIENT_MESSAGE_ID_REUSED = "client_message_id_reused"
    SLOW_DOWN = "slow_down"
    STORAGE_FULL = "storage_full"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


class ErrorRow(NamedTuple):
    """What each door says for one refusal.

    `words` is the message when the refusal brings none of its own; `http` a status (RFC 9110), `irc` a numeric
    (RFC 2812, modern.ircdocs.horse), `exit` the exit code of a command line; `retry` says whether the same
    command may succeed later without a change.
    """

    words: str
    http: int
    irc: int
    exit: int
    retry: bool = False


ERRORS: dict[ErrorCode, ErrorRow] = {
    ErrorCode.BAD_REQUEST: ErrorRow("This isn't a request that we understand.", 400, 461, 2),
    ErrorCode.UNKNOWN_COMMAND: ErrorRow("There is no such command.", 404, 421, 2),
    ErrorCode.NOT_LOGGED_IN: ErrorRow("Say who you are first.", 401, 451, 4),
    ErrorCode.FORBIDDEN: ErrorRow("You may not do this.", 403, 482, 4),
    ErrorCode.NOT_A_MEMBER: ErrorRow("You are not in this room. Join it first.", 403, 442, 4),
    ErrorCode.ROOM_NOT_FOUND: ErrorRow("There is no such room.", 404, 403, 3),
    ErrorCode.MESSAGE_NOT_FOUND: ErrorRow("There is no such message.", 404, 401, 3),
    ErrorCode.ROOM_FULL: ErrorRow("The room is full.", 409, 471, 5),
    ErrorCode.ROOM_LOCKED: ErrorRow("The room lets nobody in at the moment.", 403, 473, 5),
    ErrorCode.BANNED: ErrorRow("You were banned from this room.", 403, 474, 4),
    ErrorCode.MUTED: ErrorRow("You may read here, but not write.", 403, 404, 4),
    ErrorCode.NAME_TAKEN: ErrorRow("Somebody has this name, or one that looks like it.", 409, 433, 5),
    ErrorCode.NAME_INVALID: ErrorRow("A name has 1 to 40 characters that can be seen.", 422, 432, 2),
    ErrorCode.TEXT_INVALID: ErrorRow("A text needs at least one character, and only valid ones.", 422, 412, 2),
    ErrorCode.TOO_LONG: ErrorRow("This is too long.", 413, 417, 2),
    ErrorCode.CLIENT_MESSAGE_ID_REUSED: ErrorRow("Another text was sent under this client_message_id.", 409, 400, 5),
    ErrorCode.SLOW_DOWN: ErrorRow("That was too often. Wait a moment.", 429, 263, 75, retry=True),
    ErrorCode.STORAGE_FULL: ErrorRow("The server's disk is full. Nothing was stored.", 507, 400, 75, retry=True),
    ErrorCode.UNAVAILABLE: ErrorRow("The server can't answer at the moment. Try again.", 503, 400, 75, retry=True),
    ErrorCode.INTERNAL: ErrorRow("Something went wrong on the server. It has been noted.", 500, 400, 1),
}


@dataclass(eq=False)
class ChatError(Exception):
    """A command was refused; nothing of it was done.

    `field` names the part of the command that is wrong, `retry_after` is in seconds, `suggestion` is something
    that would work in place of the field's value. A `silent` one is told only to those who wait for a reply.
    """

    code: ErrorCode
    message: str = ""
    field: str | None = None
    retry_after: float | None = None
    suggestion: str | None = None
    silent: bool = False

    def __post_init__(self) -> None:
        self.message = self.message or ERRORS[self.code].words
        super().__init__(self.message)


class DisconnectRow(NamedTuple):
    """How one reason to close a session looks to its client; `returns` says whether the client should come back."""

    words: str
    websocket: int
    returns: bool


class Disconnect(StrEnum):
    """Why the server ends a session."""

    SLOW = "slow"
    CLOSING = "closing"
    HEARTBEAT = "heartbeat"
    REMOVED = "removed"
    BANNED = "banned"
    LOGGED_OUT = "logged_out"


DISCONNECTS: dict[Disconnect, DisconnectRow] = {
    Disconnect.SLOW: DisconnectRow("You were reading too slowly. Come back and catch up.", 1013, returns=True),
    Disconnect.CLOSING: DisconnectRow("The server is restarting.", 1012, returns=True),
    Disconnect.HEARTBEAT: DisconnectRow("You had gone silent.", 1001, returns=True),
    Disconnect.REMOVED: DisconnectRow("You were removed from the room.", 1008, returns=False),
    Disconnect.BANNED: DisconnectRow("You were banned from the room.", 1008, returns=False),
    Disconnect.LOGGED_OUT: DisconnectRow("You logged out.", 1008, returns=False),
}
