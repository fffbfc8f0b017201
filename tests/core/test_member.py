"""Members and the roles they come with."""

import pytest

from hubbub.core.member import Member, Role, first_role
from hubbub.core.user import User, UserKind


@pytest.mark.parametrize(("kind", "role"), [(UserKind.GUEST, Role.GUEST), (UserKind.ACCOUNT, Role.MEMBER)])
def test_people_come_into_a_room_with_the_role_of_their_kind(kind: UserKind, role: Role) -> None:
    assert first_role(User("ann", "Ann", kind)) is role


def test_every_kind_of_user_has_a_first_role_and_none_of_them_rules() -> None:
    roles = {first_role(User("ann", "Ann", kind)) for kind in UserKind}
    assert roles.isdisjoint({Role.OWNER, Role.MODERATOR})


def test_a_new_member_has_read_nothing_and_has_no_seat() -> None:
    member = Member(User("ann", "Ann"), Role.GUEST, joined_at=1)
    assert (member.read_number, member.seated) == (0, False)
