"""The API as a table: which method and path gives which command, and where its fields come from."""

from dataclasses import dataclass
from enum import Enum, auto

from hubbub.core import command as commands
from hubbub.core.command import Command


class Fields(Enum):
    """Where a command's fields are, beside those in the path."""

    NOWHERE = auto()
    QUERY = auto()
    BODY = auto()
    BODY_OR_NOTHING = auto()
    BODY_OR_TEXT = auto()


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the API. `status` is the answer's when all went well."""

    method: str
    path: str
    command: type[Command]
    fields: Fields = Fields.NOWHERE
    status: int = 200

    @property
    def in_path(self) -> frozenset[str]:
        """The command's fields that the path gives."""
        return frozenset(["code"] if "{code}" in self.path else [])


PREFIX = "/api/v1"

READ = ["GET", "HEAD"]
"""The methods of what is only looked at, outside the table: machines that watch a server ask by HEAD."""

ROUTES: tuple[Route, ...] = (
    Route("POST", "/guests", commands.CreateGuest, Fields.BODY, 201),
    Route("GET", "/users/me", commands.WhoAmI),
    Route("PATCH", "/users/me", commands.ChangeName, Fields.BODY),
    Route("GET", "/rooms", commands.MyRooms),
    Route("POST", "/rooms", commands.CreateRoom, Fields.BODY_OR_NOTHING, 201),
    Route("GET", "/rooms/{code}", commands.GetRoom),
    Route("DELETE", "/rooms/{code}", commands.DeleteRoom),
    Route("GET", "/rooms/{code}/members", commands.Members, Fields.QUERY),
    Route("PUT", "/rooms/{code}/members/me", commands.JoinRoom, Fields.BODY_OR_NOTHING),
    Route("DELETE", "/rooms/{code}/members/me", commands.LeaveRoom),
    Route("GET", "/rooms/{code}/messages", commands.Messages, Fields.QUERY),
    Route("POST", "/rooms/{code}/messages", commands.SendMessage, Fields.BODY_OR_TEXT, 201),
    Route("PUT", "/rooms/{code}/read", commands.Read, Fields.BODY),
    Route("GET", "/rooms/{code}/events", commands.Events, Fields.QUERY),
)
