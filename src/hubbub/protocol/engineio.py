"""Engine.IO v4 (github.com/socketio/engine.io-protocol): packets, as WebSocket messages and as polling's payloads."""

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

import msgspec

from hubbub.protocol.malformed import MalformedError

REVISION = "4"
SEPARATOR = "\x1e"
"""Stands between the packets of one payload."""


class PacketType(Enum):
    """What a packet is for; the value is the character it begins with."""

    OPEN = "0"
    CLOSE = "1"
    PING = "2"
    PONG = "3"
    MESSAGE = "4"
    UPGRADE = "5"
    NOOP = "6"


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet; the data of a message is text or bytes, of others text."""

    type: PacketType
    data: str | bytes = ""


_TYPES = {kind.value: kind for kind in PacketType}
_BINARY = "b"


def decode_text(text: str) -> Packet:
    """Read a packet from a WebSocket text message. Raises MalformedError."""
    kind = _TYPES.get(text[:1])
    if kind is None:
        raise MalformedError("unknown packet type")
    return Packet(kind, text[1:])


def encode_text(packet: Packet) -> str | bytes:
    """Return a packet as a WebSocket message: bytes for the binary ones, else text."""
    if isinstance(packet.data, bytes):
        return packet.data
    return packet.type.value + packet.data


def decode_payload(body: bytes) -> Iterator[Packet]:
    """Read the packets of a POST, one after another. Raises MalformedError, also for an empty body."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise MalformedError("the payload isn't valid UTF-8") from None
    return map(_decode_part, text.split(SEPARATOR))


def encode_payload(packets: Iterable[Packet]) -> str:
    """Return packets as the answer to a GET; bytes travel as base64."""
    return SEPARATOR.join(encode_part(packet) for packet in packets)


def encode_part(packet: Packet) -> str:
    """Return one packet as it stands in a payload."""
    if isinstance(packet.data, bytes):
        return _BINARY + base64.b64encode(packet.data).decode()
    return packet.type.value + packet.data


def handshake(sid: str, upgrades: list[str], ping_interval: int, ping_timeout: int, max_payload: int) -> Packet:
    """Return the packet that opens a connection; the times are in milliseconds, the size in bytes."""
    fields = {
        "sid": sid,
        "upgrades": upgrades,
        "pingInterval": ping_interval,
        "pingTimeout": ping_timeout,
        "maxPayload": max_payload,
    }
    return Packet(PacketType.OPEN, msgspec.json.encode(fields).decode())


def _decode_part(part: str) -> Packet:
    if not part.startswith(_BINARY):
        return decode_text(part)
    try:
        return Packet(PacketType.MESSAGE, base64.b64decode(part[1:], validate=True))
    except (binascii.Error, ValueError):
        raise MalformedError("a binary packet isn't valid base64") from None
