"""Socket.IO v5, promise by promise of the protocol's document (github.com/socketio/socket.io-protocol)."""

import tracemalloc
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hubbub.protocol.limits import MAX_BODY
from hubbub.protocol.malformed import MalformedError
from hubbub.protocol.socketio import MOST_ATTACHMENTS, Decoder, Packet, PacketType, encode

CONNECT, DISCONNECT, EVENT = PacketType.CONNECT, PacketType.DISCONNECT, PacketType.EVENT
ACK, CONNECT_ERROR = PacketType.ACK, PacketType.CONNECT_ERROR
ONE, TWO = b"\x01\x02\x03\x04", b"\x05\x06"

EXAMPLES: dict[str, Packet] = {
    "0": Packet(CONNECT),
    '0{"sid":"wZX3oN0bSVIhsaknAAAI"}': Packet(CONNECT, data={"sid": "wZX3oN0bSVIhsaknAAAI"}),
    "0/admin,": Packet(CONNECT, "/admin"),
    '0/admin,{"token":"123"}': Packet(CONNECT, "/admin", data={"token": "123"}),
    '4{"message":"Not authorized"}': Packet(CONNECT_ERROR, data={"message": "Not authorized"}),
    '2["foo"]': Packet(EVENT, data=["foo"]),
    '2/admin,["bar"]': Packet(EVENT, "/admin", data=["bar"]),
    '212["foo"]': Packet(EVENT, id=12, data=["foo"]),
    "312[]": Packet(ACK, id=12, data=[]),
    '2/admin,13["foo"]': Packet(EVENT, "/admin", 13, ["foo"]),
    '3/admin,13["bar"]': Packet(ACK, "/admin", 13, ["bar"]),
    '314["bar"]': Packet(ACK, id=14, data=["bar"]),
    "1": Packet(DISCONNECT),
    "1/admin,": Packet(DISCONNECT, "/admin"),
}
BINARY_EXAMPLES: dict[str, tuple[list[bytes], Packet]] = {
    '51-["baz",{"_placeholder":true,"num":0}]': ([ONE], Packet(EVENT, data=["baz", ONE])),
    '52-/admin,["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]': (
        [ONE, TWO],
        Packet(EVENT, "/admin", data=["baz", ONE, TWO]),
    ),
    '51-14["foo",{"_placeholder":true,"num":0}]': ([ONE], Packet(EVENT, id=14, data=["foo", ONE])),
    '61-15["bar",{"_placeholder":true,"num":0}]': ([ONE], Packet(ACK, id=15, data=["bar", ONE])),
    '51-["deep",{"in":[{"_placeholder":true,"num":0}]}]': ([ONE], Packet(EVENT, data=["deep", {"in": [ONE]}])),
}


@pytest.mark.parametrize("text", EXAMPLES)
def test_a_packet_of_the_document_is_read_and_written_as_it_stands_there(text: str) -> None:
    assert Decoder().text(text) == EXAMPLES[text]
    assert encode(EXAMPLES[text]) == (text, [])


@pytest.mark.parametrize("text", BINARY_EXAMPLES)
def test_attachments_follow_their_packet_and_come_back_into_their_places(text: str) -> None:
    attachments, packet = BINARY_EXAMPLES[text]
    decoder = Decoder()
    assert decoder.text(text) is None
    *early, last = attachments
    assert [decoder.binary(attachment) for attachment in early] == [None] * len(early)
    assert decoder.binary(last) == packet
    assert encode(packet) == (text, attachments)


def test_a_namespace_ends_at_a_comma_or_with_the_packet_and_its_query_is_no_part_of_it() -> None:
    assert Decoder().text("0/admin") == Packet(CONNECT, "/admin")
    assert Decoder().text('0/admin?token=1&x=/,{"a":1}') == Packet(CONNECT, "/admin", data={"a": 1})
    assert Decoder().text('2/,["x"]') == Packet(EVENT, data=["x"])


def test_one_attachment_may_stand_in_several_places_and_another_in_none() -> None:
    decoder = Decoder()
    place = '{"_placeholder":true,"num":1}'
    decoder.text(f'52-["x",{place},{place}]')
    decoder.binary(ONE)
    assert decoder.binary(TWO) == Packet(EVENT, data=["x", TWO, TWO])


def test_a_binary_packet_may_have_no_attachment_at_all() -> None:
    assert Decoder().text('50-["x"]') == Packet(EVENT, data=["x"])


def test_without_attachments_a_placeholder_is_data_like_any_other() -> None:
    data = ["x", {"_placeholder": True, "num": 0}]
    assert Decoder().text('2["x",{"_placeholder":true,"num":0}]') == Packet(EVENT, data=data)
    decoder = Decoder()
    decoder.text('51-["x",{"_placeholder":1,"num":0}]')
    assert decoder.binary(ONE) == Packet(EVENT, data=["x", {"_placeholder": 1, "num": 0}])


def test_a_decoder_takes_the_next_packet_after_the_last_attachment() -> None:
    decoder = Decoder()
    for _ in range(2):
        assert decoder.text('51-["x",{"_placeholder":true,"num":0}]') is None
        assert decoder.binary(ONE) == Packet(EVENT, data=["x", ONE])
    assert decoder.text("1") == Packet(DISCONNECT)


MALFORMED: dict[str, str] = {
    "nothing": "",
    "an unknown type": '7["x"]',
    "no type": "abc",
    "a number of another script": '２["x"]',
    "an event without data": "2",
    "an event that is an object": "2{}",
    "an event that is empty": "2[]",
    "an event without a name": "2[null]",
    "an event with a number for a name": "2[1]",
    "an event of a reserved name": '2["connect"]',
    "another reserved name": '2["disconnecting","x"]',
    "an acknowledgement without an id": '3["x"]',
    "an acknowledgement that is an object": "31{}",
    "an acknowledgement without data": "31",
    "an id that is no number": '2abc["x"]',
    "a negative id": '2-1["x"]',
    "an id of another script": '2١["x"]',
    "an id of 2^53": '29007199254740992["x"]',
    "an id of 2^63": '29223372036854775808["x"]',
    "an id without an end": "2" + "1" * 5000 + '["x"]',
    "a CONNECT with a list": "0[]",
    "a CONNECT with a string": '0"x"',
    "a DISCONNECT with data": "1{}",
    "a CONNECT_ERROR without data": "4",
    "a CONNECT_ERROR with a number": "45",
    "a namespace without a slash": '2admin,["x"]',
    "a namespace with a line break": "0/ad\nmin,",
    "a line break after the namespace": "0/admin\n",
    "a namespace that is too long": "0/" + "n" * 256,
    "no JSON": '2["x"',
    "two values": '2["x"]["y"]',
    "NaN": '2["x",NaN]',
    "a number that is too large": '2["x",1e999]',
    "half a character": '2["\\ud800"]',
    "deep lists": '2["x",' + "[" * 10_000 + "]" * 10_000 + "]",
    "deep objects": '2["x",' + '{"a":' * 10_000 + "1" + "}" * 10_000 + "]",
    "attachments of no binary packet": '21-["x"]',
    "a binary packet without a count": '5["x"]',
    "a binary packet with half a count": '51["x"]',
    "too many attachments": f'5{MOST_ATTACHMENTS + 1}-["x"]',
    "a count without an end": "5" + "1" * 5000 + '-["x"]',
    "a count of another script": '5١-["x"]',
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_packet_is_malformed(what: str) -> None:
    with pytest.raises(MalformedError):
        Decoder().text(MALFORMED[what])


def test_the_largest_id_is_the_largest_number_that_json_readers_hold() -> None:
    assert Decoder().text('29007199254740991["x"]') == Packet(EVENT, id=2**53 - 1, data=["x"])


def test_a_packet_before_the_attachments_are_there_is_malformed() -> None:
    decoder = Decoder()
    decoder.text('52-["x",{"_placeholder":true,"num":0}]')
    decoder.binary(ONE)
    with pytest.raises(MalformedError, match="an attachment is missing"):
        decoder.text('2["y"]')


def test_an_attachment_that_nothing_announced_is_malformed() -> None:
    decoder = Decoder()
    with pytest.raises(MalformedError, match="an attachment of nothing"):
        decoder.binary(ONE)
    decoder.text('2["x"]')
    with pytest.raises(MalformedError, match="an attachment of nothing"):
        decoder.binary(ONE)


@pytest.mark.parametrize("number", ["1", "-1", '"0"', "0.0", "true", "null", "9223372036854775808"])
def test_a_placeholder_of_no_attachment_is_malformed(number: str) -> None:
    decoder = Decoder()
    decoder.text(f'51-["x",{{"_placeholder":true,"num":{number}}}]')
    with pytest.raises(MalformedError, match="placeholder"):
        decoder.binary(ONE)


def test_a_placeholder_for_the_name_is_malformed_before_any_attachment_is_kept() -> None:
    with pytest.raises(MalformedError):
        Decoder().text('51-[{"_placeholder":true,"num":0}]')


def test_attachments_have_together_no_more_bytes_than_a_message() -> None:
    decoder = Decoder()
    decoder.text('53-["x"]')
    decoder.binary(b"x" * (MAX_BODY - 1))
    decoder.binary(b"x")
    with pytest.raises(MalformedError, match="too many bytes"):
        decoder.binary(b"x")


@pytest.mark.parametrize("depth", range(50, 1000, 50))
def test_placeholders_however_deep_are_found_or_malformed(depth: int) -> None:
    decoder = Decoder()
    try:
        decoder.text('51-["x",' + "[" * depth + '{"_placeholder":true,"num":0}' + "]" * depth + "]")
        packet = decoder.binary(ONE)
    except MalformedError:
        assert depth > 100, "so deep is usual"
        return
    assert packet
    inner = packet.data[1]
    for _ in range(depth):
        (inner,) = inner
    assert inner == ONE


def test_a_packet_that_waits_for_its_attachments_takes_no_more_memory_than_its_text() -> None:
    decoder = Decoder()
    text = '51-["x",' + ",".join(["[]"] * 100_000) + "]"
    tracemalloc.start()
    try:
        decoder.text(text)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < len(text)
    packet = decoder.binary(ONE)
    assert packet
    assert len(packet.data) == 100_001, "need many lists for this test to mean anything"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=4),
    max_leaves=12,
)
WITH_BYTES = st.recursive(
    JSON | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=MOST_ATTACHMENTS,
)
WORDS = st.text(st.characters(exclude_categories=["Cs"]))
OBJECTS = st.dictionaries(WORDS, JSON, max_size=4)
NAMESPACE = st.characters(min_codepoint=0x20, exclude_categories=["Cs"], exclude_characters=",?")
NAMESPACES = st.just("/") | st.text(NAMESPACE, max_size=255).map(lambda name: f"/{name}")
IDS = st.integers(0, 2**53 - 1)
NAMES = st.text(st.characters(exclude_categories=["Cs"])).map(lambda name: f"e{name}")
EVENTS = st.builds(
    lambda namespace, number, name, args: Packet(EVENT, namespace, number, [name, *args]),
    NAMESPACES, st.none() | IDS, NAMES, st.lists(WITH_BYTES, max_size=3),
)  # fmt: skip
OTHERS = (
    st.builds(Packet, st.just(CONNECT), NAMESPACES, data=st.none() | OBJECTS)
    | st.builds(Packet, st.just(DISCONNECT), NAMESPACES)
    | st.builds(Packet, st.just(CONNECT_ERROR), NAMESPACES, data=OBJECTS | WORDS)
)
ACKS = st.builds(Packet, st.just(ACK), NAMESPACES, IDS, st.lists(WITH_BYTES, max_size=3))


@given(EVENTS | ACKS | OTHERS)
def test_a_packet_says_what_was_put_into_it(packet: Packet) -> None:
    text, attachments = encode(packet)
    decoder = Decoder()
    decoded = decoder.text(text)
    for attachment in attachments:
        assert decoded is None
        decoded = decoder.binary(attachment)
    assert decoded == packet


def test_a_tuple_is_written_as_a_list_and_its_bytes_as_attachments() -> None:
    assert encode(Packet(EVENT, data=["x", (1, ONE)])) == ('51-["x",[1,{"_placeholder":true,"num":0}]]', [ONE])


PIECES = st.sampled_from(
    [
        '"_placeholder":true',
        '"num":0',
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        '"x"',
        "/a",
        "-",
        "0",
        "2",
        "5",
        "1",
        "null",
        "\\u0000",
    ]
)


@given(st.lists(st.text() | PIECES.map(str) | st.lists(PIECES).map("".join) | st.binary(), max_size=8))
@example(['51-["x",{"_placeholder":true,"num":0}]', b"", "2"])
@example(["5" + "9" * 9 + "-[]"])
def test_whatever_comes_nothing_else_goes_wrong(messages: list[str | bytes]) -> None:
    decoder = Decoder()
    for message in messages:
        try:
            packet: Any = decoder.text(message) if isinstance(message, str) else decoder.binary(message)
        except MalformedError:
            return
        assert packet is None or isinstance(packet, Packet)
