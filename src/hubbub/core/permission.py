"""Who may do what: one table from command to the least role that it takes."""

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.member import Role

_RANK = {Role.GUEST: 0, Role.MEMBER: 1, Role.MODERATOR: 2, Role.OWNER: 3}

LEAST_ROLE: dict[str, Role] = {
    "delete_room": Role.OWNER,
}
"""Commands that not every member may give; a command that isn't here is open to all members."""


def check_role(command: str, role: Role) -> None:
    """Refuse a command that takes more than this role. Raises `forbidden`."""
    least = LEAST_ROLE.get(command, Role.GUEST)
    if _RANK[role] < _RANK[least]:
        raise ChatError(ErrorCode.FORBIDDEN, f"Only the {least} of a room may do this.")
