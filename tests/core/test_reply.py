"""Replies: what every one of them is made of."""

import dataclasses
import inspect

import pytest

from hubbub.core import reply
from hubbub.core.command import COMMANDS

REPLIES = [
    kind
    for _, kind in inspect.getmembers(reply, inspect.isclass)
    if kind.__module__ == reply.__name__ and dataclasses.is_dataclass(kind)
]
USED = {command.reply for command in COMMANDS.values()}


@pytest.mark.parametrize("kind", REPLIES)
def test_a_reply_is_a_slotted_value_with_named_fields(kind: type) -> None:
    assert kind.__dict__["__dataclass_params__"].unsafe_hash
    assert all(field.kw_only for field in dataclasses.fields(kind))
    assert "__slots__" in kind.__dict__


@pytest.mark.parametrize("kind", REPLIES)
def test_every_reply_is_given_by_a_command_or_is_part_of_one(kind: type) -> None:
    parts = " ".join(str(field.type) for used in USED for field in dataclasses.fields(used))
    assert kind in USED or kind.__name__ in parts


def test_a_reply_that_is_a_page_says_whether_there_is_more() -> None:
    pages = [kind for kind in USED if any(str(field.type).startswith("tuple[") for field in dataclasses.fields(kind))]
    assert len(pages) >= 4
    assert all("more" in {field.name for field in dataclasses.fields(kind)} for kind in pages)
