"""A member: one person's place in one room, with a role and a read position."""

from enum import StrEnum

from hubbub.core.user import User, UserKind
from hubbub.core.value import value


class Role(StrEnum):
    """What a member may do, from most to least."""

    OWNER = "owner"
    MODERATOR = "moderator"
    MEMBER = "member"
    GUEST = "guest"


@value(frozen=True, slots=True)
class Member:
    """A user in a room: `read_number` is the last message's number that they have read.

    `seated` says that they are here, or were a moment ago: a seat is what counts against the capacity and what
    holds a guest's name.
    """

    user: User
    role: Role
    joined_at: int
    read_number: int = 0
    seated: bool = False


def first_role(user: User) -> Role:
    """Return the role with which somebody comes into a room that isn't theirs."""
    return Role.GUEST if user.kind is UserKind.GUEST else Role.MEMBER
