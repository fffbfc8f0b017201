"""Commands read from JSON and queries, events and refusals written as JSON."""

import dataclasses
import json as plain_json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.command import COMMANDS, Command, CreateGuest, CreateRoom, Events, JoinRoom, Read, SendMessage
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import EPHEMERAL_EVENTS, STORED_EVENTS, AnyEvent
from hubbub.core.reply import RoomView
from hubbub.core.room import Lifetime
from hubbub.core.shape import MAX_SEQ
from hubbub.protocol.json import convert, convert_data, decode, encode, encode_error, encode_event
from tests.protocol.any_of import any_of, whole
from tests.protocol.examples import AT, AT_WRITTEN, TOLD

ALL = list(COMMANDS.values())


def refusal_of(kind: type[Command], body: bytes, given: dict[str, Any] | None = None) -> ChatError:
    with pytest.raises(ChatError) as refusal:
        decode(kind, body, given)
    assert refusal.value.code is ErrorCode.BAD_REQUEST
    assert refusal.value.message.endswith(".")
    assert encode_error(refusal.value)
    return refusal.value


# Commands


@pytest.mark.parametrize("kind", ALL)
@given(data=st.data(), ascii_only=st.booleans())
def test_every_command_is_read_as_it_was_written(kind: type[Command], data: st.DataObject, ascii_only: bool) -> None:
    command = data.draw(any_of(kind))
    fields = dataclasses.asdict(command)
    assert decode(kind, plain_json.dumps(fields, ensure_ascii=ascii_only).encode()) == command
    if "code" in fields:
        code = fields.pop("code")
        assert decode(kind, msgspec.json.encode(fields), {"code": code}) == command


@pytest.mark.parametrize("kind", ALL)
def test_fields_with_defaults_may_be_left_out_and_the_others_may_not(kind: type[Command]) -> None:
    needed = {field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING}
    if not needed:
        assert decode(kind, b"{}") == kind()
    else:
        assert refusal_of(kind, b"{}").field in needed


@pytest.mark.parametrize("kind", ALL)
def test_an_unknown_field_is_refused_by_its_name(kind: type[Command]) -> None:
    refusal = refusal_of(kind, b'{"nonsense": 1}')
    assert refusal.field == "nonsense"
    assert refusal.message == "There is an unknown field `nonsense`."


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        (CreateGuest, b'{"name": 5}', "name"),
        (CreateGuest, b'{"name": null}', "name"),
        (CreateGuest, b'{"name": ["Ann"]}', "name"),
        (CreateGuest, b"{}", "name"),
        (CreateRoom, b'{"private": 1}', "private"),
        (CreateRoom, b'{"private": "true"}', "private"),
        (CreateRoom, b'{"capacity": 0}', "capacity"),
        (CreateRoom, b'{"capacity": 100001}', "capacity"),
        (CreateRoom, b'{"capacity": true}', "capacity"),
        (CreateRoom, b'{"lifetime": "never"}', "lifetime"),
        (CreateRoom, b'{"expires_days": 3651}', "expires_days"),
        (JoinRoom, b'{"code": ""}', "code"),
        (JoinRoom, b'{"code": "ABCDEFGHIJKLMNOPQ"}', "code"),
        (JoinRoom, b'{"code": "WXYZ", "since": -1}', "since"),
        (JoinRoom, b'{"code": "WXYZ", "since": "1"}', "since"),
        (JoinRoom, b'{"code": "WXYZ", "epoch": ""}', "epoch"),
        (SendMessage, b'{"code": "WXYZ", "text": "a", "client_message_id": ""}', "client_message_id"),
        (SendMessage, b'{"code": "WXYZ", "text": "a", "client_message_id": "' + b"x" * 65 + b'"}', "client_message_id"),
        (SendMessage, b'{"code": "WXYZ"}', "text"),
        (Events, b'{"code": "WXYZ", "limit": 0}', "limit"),
        (Events, b'{"code": "WXYZ", "limit": 201}', "limit"),
        (Events, b'{"code": "WXYZ", "wait": 61}', "wait"),
        (Events, b'{"code": "WXYZ", "a b": 1}', "a b"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused_by_the_name_of_its_field(
    kind: type[Command], body: bytes, field: str
) -> None:
    assert refusal_of(kind, body).field == field


@pytest.mark.parametrize(
    "number",
    [
        "1e999",
        "-1",
        "1.5",
        "1.0",
        "1e2",
        "9007199254740992",
        "9223372036854775808",
        "18446744073709551616",
        "9" * 5_000,
    ],
)
def test_a_number_that_is_no_seq_is_refused(number: str) -> None:
    assert refusal_of(Read, b'{"code": "WXYZ", "number": ' + number.encode() + b"}").field == "number"


def test_the_largest_seq_is_read_exactly() -> None:
    assert decode(Read, b'{"code": "WXYZ", "number": 9007199254740991}').number == MAX_SEQ


@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"nul", b"{", b'{"name": "Ann"', b'{"name": "Ann"} x', b'{"name": "Ann",}', b"{'name': 'Ann'}",
        b'{"name": NaN}', b'{"name": Infinity}', b'\xef\xbb\xbf{"name": "Ann"}', b'{"name": "A\x00nn"}',
        b'{"name": "\xff"}', b'{"name": "\xc3"}', b'{"name": "\xed\xa0\x80"}', b'{"name": "\xc0\x80"}',
        rb'{"name": "\ud800"}', rb'{"name": "\udc00\ud800"}', rb'{"name": "\u12"}', rb'{"name": "\x41"}',
        b"\xff\xfe{\x00",
    ],
)  # fmt: skip
def test_what_is_not_json_in_utf_8_is_refused(body: bytes) -> None:
    refusal_of(CreateGuest, body)


@pytest.mark.parametrize("body", [b"null", b"true", b"5", b'"Ann"', b"[]", b'[{"name": "Ann"}]'])
def test_what_is_not_an_object_is_refused(body: bytes) -> None:
    refusal_of(CreateGuest, body)


@pytest.mark.parametrize("start", [b"[", b'{"name":', b'{"x":', b'{"name":"Ann","x":['])
def test_json_that_is_ten_thousand_deep_is_refused(start: bytes) -> None:
    refusal_of(CreateGuest, start * 10_000)
    refusal_of(CreateGuest, b'{"name": ' + b"[" * 10_000 + b"]" * 10_000 + b"}")


@pytest.mark.parametrize("kind", ALL)
def test_nothing_deep_is_followed_into_any_field_of_a_command(kind: type[Command]) -> None:
    for field in dataclasses.fields(kind):
        for start in ("[", '{"x":'):
            refusal_of(kind, f'{{"{field.name}":{start * 10_000}'.encode())


def test_escaped_pairs_make_one_character() -> None:
    assert decode(CreateGuest, rb'{"name": "\ud83d\udc4d\u0041"}').name == "👍A"


def test_of_a_field_that_stands_there_twice_the_last_one_counts() -> None:
    assert decode(CreateGuest, b'{"name": "Ann", "name": "Bob"}').name == "Bob"


def test_a_field_that_is_given_elsewhere_is_not_taken_from_the_body() -> None:
    assert refusal_of(SendMessage, b'{"code": "MINE", "text": "hi"}', {"code": "WXYZ"}).field == "code"


@given(st.sampled_from(ALL), st.one_of(st.binary(), st.text().map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_no_bytes_raise_anything_but_a_refusal(kind: type[Command], body: bytes) -> None:
    try:
        command = decode(kind, body)
    except ChatError as refusal:
        encode_error(refusal)
    else:
        assert isinstance(command, kind)


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(whole)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(whole), inner, max_size=3)),
    max_leaves=5,
)


@given(st.sampled_from(ALL), st.data())
def test_no_values_raise_anything_but_a_refusal(kind: type[Command], data: st.DataObject) -> None:
    names = st.one_of(st.sampled_from([field.name for field in dataclasses.fields(kind)] or ["x"]), st.text(whole))
    body = plain_json.dumps(data.draw(st.dictionaries(names, anything, max_size=5))).encode()
    try:
        command = decode(kind, body)
    except ChatError as refusal:
        encode_error(refusal)
    else:
        assert isinstance(command, kind)


# Data that was decoded already


def test_a_command_is_read_from_data_as_it_is_from_json() -> None:
    assert convert_data(JoinRoom, {"code": "WXYZ", "since": 3}) == decode(JoinRoom, b'{"code":"WXYZ","since":3}')


@given(st.sampled_from(ALL), anything | st.binary() | st.dictionaries(st.text(), st.binary()))
def test_no_data_raises_anything_but_a_refusal(kind: type[Command], data: Any) -> None:
    try:
        command = convert_data(kind, data)
    except ChatError as refusal:
        encode_error(refusal)
    else:
        assert isinstance(command, kind)


# Queries


def test_a_query_is_read_from_strings() -> None:
    events = convert(Events, {"since": "12", "limit": "5", "wait": "25"}, {"code": "WXYZ"})
    assert events == Events(code="WXYZ", since=12, limit=5, wait=25)
    assert convert(Events, {}, {"code": "WXYZ"}) == Events(code="WXYZ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("since", ""), ("since", "-1"), ("since", "x"), ("since", "1 "), ("since", "٣"), ("since", "1_000"),
        ("since", "9007199254740992"), ("since", "9" * 5_000), ("since", "inf"), ("limit", "0"), ("limit", "201"),
        ("wait", "61"), ("code", "MINE"), ("nonsense", "1"),
    ],
)  # fmt: skip
def test_a_query_of_the_wrong_shape_is_refused_by_the_name_of_its_field(name: str, value: str) -> None:
    with pytest.raises(ChatError) as refusal:
        convert(Events, {name: value}, {"code": "WXYZ"})
    assert (refusal.value.code, refusal.value.field) == (ErrorCode.BAD_REQUEST, name)


@pytest.mark.parametrize("fields", [{"since": "\ud800"}, {"epoch": "\udc00"}, {"sin\ud800": "1"}])
def test_half_a_character_in_a_query_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ChatError) as refusal:
        convert(JoinRoom, fields, {"code": "WXYZ"})
    assert encode_error(refusal.value)


@given(st.dictionaries(st.one_of(st.sampled_from(["since", "limit", "wait"]), st.text()), st.text(), max_size=4))
def test_no_query_raises_anything_but_a_refusal(fields: dict[str, str]) -> None:
    try:
        command = convert(Events, fields, {"code": "WXYZ"})
    except ChatError as refusal:
        encode_error(refusal)
    else:
        assert isinstance(command, Events)


# Events, replies, refusals


def test_the_examples_show_every_event_there_is() -> None:
    assert {type(event) for event, _ in TOLD} == {*STORED_EVENTS, *EPHEMERAL_EVENTS}


@pytest.mark.parametrize(("event", "told"), TOLD)
def test_an_event_is_one_flat_object_that_begins_with_its_type(event: AnyEvent, told: dict[str, Any]) -> None:
    read = plain_json.loads(encode_event(event))
    assert list(read.items()) == list(told.items())
    assert encode(event) == encode_event(event)


def test_a_reply_tells_times_as_strings_and_says_null_where_that_means_something() -> None:
    room = RoomView(
        code="WXYZ",
        title="",
        private=False,
        capacity=None,
        lifetime=Lifetime.KEPT,
        expires_days=None,
        created_at=AT,
        here=1,
    )
    read = plain_json.loads(encode(room))
    assert (read["created_at"], read["capacity"], read["here"]) == (AT_WRITTEN, None, 1)


@dataclasses.dataclass(frozen=True)
class Edit:
    """Something that may have happened at some time."""

    number: int
    edited_at: int | None = None


@pytest.mark.parametrize(("edited_at", "told"), [(None, {}), (AT, {"edited_at": AT_WRITTEN})])
def test_a_time_may_be_left_out(edited_at: int | None, told: dict[str, str]) -> None:
    assert plain_json.loads(encode(Edit(9, edited_at))) == {"number": 9} | told
    assert plain_json.loads(encode((Edit(9, edited_at),))) == [{"number": 9} | told]


def test_a_refusal_says_what_is_wrong_where_and_when_to_come_back() -> None:
    refusal = ChatError(ErrorCode.ROOM_NOT_FOUND, "There is no room ABCD.", field="code")
    told = {"code": "room_not_found", "message": "There is no room ABCD.", "field": "code", "retry_after": None}
    assert plain_json.loads(encode_error(refusal)) == {"error": told}
    slow = plain_json.loads(encode_error(ChatError(ErrorCode.SLOW_DOWN, retry_after=2)))["error"]
    assert (slow["retry_after"], slow["field"]) == (2, None)


def test_a_refusal_suggests_something_only_when_there_is_something_to_suggest() -> None:
    taken = ChatError(ErrorCode.NAME_TAKEN, field="name", suggestion="Ann 2")
    assert plain_json.loads(encode_error(taken))["error"]["suggestion"] == "Ann 2"
    assert "suggestion" not in plain_json.loads(encode_error(ChatError(ErrorCode.NAME_TAKEN)))["error"]


@given(st.sampled_from([*STORED_EVENTS, *EPHEMERAL_EVENTS]), st.data())
def test_every_event_can_be_told_as_one_line_of_utf_8(kind: type[AnyEvent], data: st.DataObject) -> None:
    event = data.draw(any_of(kind))
    told = encode_event(event)
    assert b"\n" not in told
    assert plain_json.loads(told)["type"] == event.type
