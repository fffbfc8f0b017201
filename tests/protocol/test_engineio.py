"""Engine.IO v4, promise by promise of the protocol's document (github.com/socketio/engine.io-protocol)."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hubbub.protocol.engineio import (
    SEPARATOR,
    Packet,
    PacketType,
    decode_payload,
    decode_text,
    encode_part,
    encode_payload,
    encode_text,
    handshake,
)
from hubbub.protocol.malformed import MalformedError

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=SEPARATOR))
TEXT_PACKETS = st.builds(Packet, st.sampled_from(PacketType), TEXTS)
PACKETS = TEXT_PACKETS | st.builds(Packet, st.just(PacketType.MESSAGE), st.binary())


@pytest.mark.parametrize(
    ("kind", "begins_with"),
    [("OPEN", "0"), ("CLOSE", "1"), ("PING", "2"), ("PONG", "3"), ("MESSAGE", "4"), ("UPGRADE", "5"), ("NOOP", "6")],
)
def test_a_packet_begins_with_the_number_of_its_type(kind: str, begins_with: str) -> None:
    packet = Packet(PacketType[kind], "data")
    assert encode_text(packet) == begins_with + "data"
    assert decode_text(begins_with + "data") == packet


@pytest.mark.parametrize(
    ("text", "packet"), [("4hello", "hello"), ("4", ""), ("4€😀", "€😀"), ("44", "4"), ("4b", "b")]
)
def test_all_that_follows_the_type_is_the_data(text: str, packet: str) -> None:
    assert decode_text(text) == Packet(PacketType.MESSAGE, packet)


def test_the_packets_of_the_upgrade_are_those_of_the_document() -> None:
    assert decode_text("2probe") == Packet(PacketType.PING, "probe")
    assert encode_text(Packet(PacketType.PONG, "probe")) == "3probe"
    assert decode_text("5") == Packet(PacketType.UPGRADE)
    assert encode_part(Packet(PacketType.NOOP)) == "6"


@pytest.mark.parametrize("text", ["", "7", "b", "bAQ==", "-1", " 4", "abc", "\ufeff4", "４", "\x1e"])
def test_a_packet_of_no_type_is_malformed(text: str) -> None:
    with pytest.raises(MalformedError, match="unknown packet type"):
        decode_text(text)


def test_bytes_are_a_websocket_message_of_their_own_without_a_type() -> None:
    assert encode_text(Packet(PacketType.MESSAGE, b"\x01\x02")) == b"\x01\x02"


def test_a_payload_is_that_of_the_document() -> None:
    packets = [Packet(PacketType.MESSAGE, "hello"), Packet(PacketType.PING), Packet(PacketType.MESSAGE, "world")]
    assert encode_payload(packets) == "4hello\x1e2\x1e4world"
    assert list(decode_payload(b"4hello\x1e2\x1e4world")) == packets


def test_bytes_in_a_payload_are_base64_behind_a_b() -> None:
    packets = [Packet(PacketType.MESSAGE, "hello"), Packet(PacketType.MESSAGE, b"\x01\x02\x03\x04")]
    assert encode_payload(packets) == "4hello\x1ebAQIDBA=="
    assert list(decode_payload(b"4hello\x1ebAQIDBA==")) == packets
    assert list(decode_payload(b"b")) == [Packet(PacketType.MESSAGE, b"")]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x1e",
        b"4hello\x1e",
        b"\x1e4hello",
        b"4a\x1e\x1e4b",
        b"abc",
        b"7",
        b"bAQ=",
        b"b@@@@",
        "bÄ".encode(),
    ],
)
def test_a_payload_with_one_packet_that_is_none_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedError):
        list(decode_payload(body))


def test_the_packets_before_a_malformed_one_are_read() -> None:
    packets = decode_payload(b"4hello\x1eabc")
    assert next(packets) == Packet(PacketType.MESSAGE, "hello")
    with pytest.raises(MalformedError):
        next(packets)


def test_a_payload_is_utf_8() -> None:
    with pytest.raises(MalformedError, match="UTF-8"):
        decode_payload(b"4\xff")


def test_the_handshake_says_what_the_document_lists() -> None:
    packet = handshake("sid", ["websocket"], 300, 200, 1_000_000)
    assert packet.type is PacketType.OPEN
    assert json.loads(packet.data) == {
        "sid": "sid",
        "upgrades": ["websocket"],
        "pingInterval": 300,
        "pingTimeout": 200,
        "maxPayload": 1_000_000,
    }


@given(st.lists(PACKETS, min_size=1))
def test_a_payload_says_what_was_put_into_it(packets: list[Packet]) -> None:
    assert list(decode_payload(encode_payload(packets).encode())) == packets


@given(TEXT_PACKETS)
def test_a_websocket_message_says_what_was_put_into_it(packet: Packet) -> None:
    encoded = encode_text(packet)
    assert isinstance(encoded, str)
    assert decode_text(encoded) == packet


@given(st.text())
@example("4" + "\ud800")
def test_whatever_text_comes_nothing_else_goes_wrong(text: str) -> None:
    try:
        assert encode_text(decode_text(text)) == text
    except MalformedError:
        assert text[:1] not in set("0123456")


@given(st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")))
@example(b"b\xc3\x84")
@example(b"4\x1eb=")
def test_whatever_bytes_come_nothing_else_goes_wrong(body: bytes) -> None:
    try:
        packets = list(decode_payload(body))
    except MalformedError:
        return
    assert len(packets) == body.count(SEPARATOR.encode()) + 1
