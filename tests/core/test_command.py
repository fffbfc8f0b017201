"""Commands: the table of them, and what each is made of."""

import dataclasses
import inspect
import re
import typing
from collections.abc import Iterable, Iterator

import pytest

from hubbub.core import command as commands
from hubbub.core.command import COMMANDS, Command, RoomCommand
from hubbub.core.shape import Code

ALL = list(COMMANDS.values())
BASES = {Command, RoomCommand}


def names(kinds: Iterable[type]) -> set[str]:
    """Return names of classes, since a class with slots has a twin without them."""
    return {f"{kind.__module__}.{kind.__qualname__}" for kind in kinds}


def heirs_of(kind: type[Command]) -> Iterator[type[Command]]:
    for heir in kind.__subclasses__():
        yield heir
        yield from heirs_of(heir)


def test_every_command_is_in_the_table_under_its_type() -> None:
    assert names(heirs_of(Command)) - names(BASES) == names(ALL)
    assert all(command.type == name for name, command in COMMANDS.items())


def test_every_command_of_the_module_can_be_given() -> None:
    defined = {kind for _, kind in inspect.getmembers(commands, inspect.isclass) if issubclass(kind, Command)}
    assert defined - BASES == set(ALL)


@pytest.mark.parametrize("command", ALL)
def test_the_type_of_a_command_is_its_name_in_small_letters(command: type[Command]) -> None:
    assert command.type == re.sub("(?<!^)(?=[A-Z])", "_", command.__name__).lower()


@pytest.mark.parametrize("command", ALL)
def test_the_docstring_of_a_command_begins_with_one_line_that_tells_what_it_does(command: type[Command]) -> None:
    summary = (command.__doc__ or "").partition("\n")[0]
    assert re.fullmatch(r"[A-Z].*[.!?]", summary), "the API's description is made of it"
    assert not summary.startswith(command.__name__), "dataclasses write such a one when there is none"


@pytest.mark.parametrize("command", ALL)
def test_the_reply_to_a_command_is_data(command: type[Command]) -> None:
    assert dataclasses.is_dataclass(command.reply)
    assert command.reply.__module__ == "hubbub.core.reply"


@pytest.mark.parametrize("command", ALL)
def test_a_command_is_a_slotted_value_with_named_fields(command: type[Command]) -> None:
    assert command.__dict__["__dataclass_params__"].unsafe_hash
    assert "__slots__" in command.__dict__
    assert all(field.kw_only for field in dataclasses.fields(command))


@pytest.mark.parametrize("command", [command for command in ALL if issubclass(command, RoomCommand)])
def test_a_command_about_a_room_names_it_by_its_code_first(command: type[Command]) -> None:
    assert dataclasses.fields(command)[0].name == "code"
    assert typing.get_type_hints(command, include_extras=True)["code"] == Code


@pytest.mark.parametrize("command", ALL)
def test_every_number_of_a_command_has_a_range(command: type[Command]) -> None:
    for name, hint in typing.get_type_hints(command, include_extras=True).items():
        bare = [part for part in (hint, *typing.get_args(hint)) if part is int]
        assert not bare or typing.get_origin(hint) is typing.Annotated, f"{name} may be any number"


def test_only_who_is_nobody_yet_needs_no_login() -> None:
    assert {name for name, command in COMMANDS.items() if command.for_strangers} == {"create_guest"}
