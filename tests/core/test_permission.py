"""Who may do what."""

import pytest

from hubbub.core.command import COMMANDS
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.member import Role
from hubbub.core.permission import LEAST_ROLE, check_role


def may(command: str, role: Role) -> bool:
    try:
        check_role(command, role)
    except ChatError:
        return False
    return True


def test_the_table_names_commands_that_exist() -> None:
    assert set(LEAST_ROLE) <= set(COMMANDS)


@pytest.mark.parametrize("role", list(Role))
def test_only_the_owner_may_delete_a_room(role: Role) -> None:
    assert may("delete_room", role) == (role is Role.OWNER)


def test_a_role_that_is_too_small_is_refused_in_words_that_name_the_right_one() -> None:
    with pytest.raises(ChatError, match="Only the owner") as refusal:
        check_role("delete_room", Role.MODERATOR)
    assert refusal.value.code is ErrorCode.FORBIDDEN


@pytest.mark.parametrize("role", list(Role))
def test_a_command_that_is_not_in_the_table_is_open_to_every_member(role: Role) -> None:
    assert "send_message" not in LEAST_ROLE
    assert may("send_message", role)


@pytest.mark.parametrize("least", list(Role))
def test_each_role_may_what_the_roles_below_it_may(least: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LEAST_ROLE, "send_message", least)
    allowed = [may("send_message", role) for role in Role]
    assert allowed == sorted(allowed, reverse=True)
    assert allowed.count(True) == list(Role).index(least) + 1
