"""Shapes: what the core's dataclasses look like outside, exactly."""

import dataclasses
import json as plain_json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.command import COMMANDS, Command, Events, SendMessage
from hubbub.core.event import STORED_EVENTS, StoredEvent
from hubbub.core.reply import Joined, RoomView
from hubbub.core.shape import TIMES
from hubbub.protocol.json import encode
from hubbub.protocol.shapes import shape_of
from tests.protocol.any_of import any_of

COMMAND_KINDS = list(COMMANDS.values())
REPLY_KINDS = list(dict.fromkeys(command.reply for command in COMMAND_KINDS))


@pytest.mark.parametrize("kind", [*COMMAND_KINDS, *REPLY_KINDS, *STORED_EVENTS])
def test_a_shape_has_the_fields_of_its_dataclass_in_their_order(kind: type[Any]) -> None:
    shape = shape_of(kind)
    assert shape.__struct_fields__ == tuple(field.name for field in dataclasses.fields(kind))
    assert shape.__name__ == kind.__name__
    assert shape.__doc__ == kind.__doc__


@pytest.mark.parametrize("kind", [*COMMAND_KINDS, *REPLY_KINDS, *STORED_EVENTS])
def test_a_shape_refuses_unknown_fields(kind: type[Any]) -> None:
    assert shape_of(kind).__struct_config__.forbid_unknown_fields


def test_a_shape_is_derived_once() -> None:
    assert shape_of(SendMessage) is shape_of(SendMessage)
    assert shape_of(SendMessage, frozenset({"code"})) is not shape_of(SendMessage)


def test_fields_that_come_from_elsewhere_are_left_out() -> None:
    assert "code" not in shape_of(SendMessage, frozenset({"code"})).__struct_fields__


@pytest.mark.parametrize("kind", REPLY_KINDS)
@given(data=st.data())
def test_every_reply_that_is_told_has_exactly_the_shape_that_is_described(kind: type[Any], data: st.DataObject) -> None:
    told = encode(data.draw(any_of(kind)))
    read = msgspec.json.decode(told, type=shape_of(kind))
    assert plain_json.loads(msgspec.json.encode(read)).keys() >= plain_json.loads(told).keys()


@pytest.mark.parametrize("kind", STORED_EVENTS)
@given(data=st.data())
def test_every_stored_event_that_is_told_has_exactly_its_shape(kind: type[StoredEvent], data: st.DataObject) -> None:
    event = data.draw(any_of(kind))
    read = msgspec.json.decode(encode(event), type=shape_of(kind))
    fields = msgspec.structs.asdict(read)
    assert type(read).__name__ == kind.__name__
    assert (fields["seq"], fields["code"]) == (event.seq, event.code)


def test_events_in_a_page_are_told_apart_by_their_type() -> None:
    page = msgspec.json.decode(
        b'{"events": [{"type": "room_deleted", "code": "WXYZ", "seq": 1, "at": "x", "by": {"id": "a", "name": "A",'
        b' "role": "owner"}}], "last_seq": 1, "epoch": "e", "more": false}',
        type=shape_of(Events.reply),
    )
    assert [type(event).__name__ for event in msgspec.structs.asdict(page)["events"]] == ["RoomDeleted"]


@pytest.mark.parametrize("kind", [Joined, RoomView, *STORED_EVENTS])
def test_times_are_strings_outside(kind: type[Any]) -> None:
    fields = {field.name: field.type for field in msgspec.structs.fields(shape_of(kind))}
    assert all(fields[name] is str for name in TIMES & fields.keys())


def test_every_field_that_is_said_to_be_in_milliseconds_is_a_time() -> None:
    kinds = [*REPLY_KINDS, *STORED_EVENTS]
    in_milliseconds = {field.name for kind in kinds for field in dataclasses.fields(kind) if field.name.endswith("at")}
    assert in_milliseconds == TIMES - {"edited_at"}


@pytest.mark.parametrize("kind", COMMAND_KINDS)
def test_the_marks_of_a_command_are_in_its_description(kind: type[Command]) -> None:
    schema = msgspec.json.schema(shape_of(kind))["$defs"][kind.__name__]
    assert schema["additionalProperties"] is False
    if "code" in schema["properties"]:
        assert schema["properties"]["code"] == {"type": "string", "minLength": 1, "maxLength": 16}
    if "limit" in schema["properties"]:
        limit = schema["properties"]["limit"]
        assert (limit["minimum"], limit["maximum"]) == (1, 200)
