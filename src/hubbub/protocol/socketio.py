"""Socket.IO v5 (github.com/socketio/socket.io-protocol): packets with namespaces, acknowledgements and attachments."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import msgspec

from hubbub.core.shape import MAX_SEQ
from hubbub.protocol.limits import MAX_BODY
from hubbub.protocol.malformed import MalformedError

MOST_ATTACHMENTS = 16
"""Attachments of one packet; all together they have no more bytes than one message may have."""

ROOT = "/"


class PacketType(IntEnum):
    """What a packet is for."""

    CONNECT = 0
    DISCONNECT = 1
    EVENT = 2
    ACK = 3
    CONNECT_ERROR = 4
    BINARY_EVENT = 5
    BINARY_ACK = 6


@dataclass(slots=True)
class Packet:
    """One packet. `data` is what its JSON says, bytes in their places; None if there is no JSON.

    `id` is that of the acknowledgement which the sender wants, or which this is.
    """

    type: PacketType
    namespace: str = ROOT
    id: int | None = None
    data: Any = None


_HEAD = re.compile(r"([0-6])(?:([0-9]{1,9})-)?(?:(/[^,\x00-\x1f]{0,255})(?:,|\Z))?([0-9]{1,17})?")
_BINARY = {PacketType.BINARY_EVENT: PacketType.EVENT, PacketType.BINARY_ACK: PacketType.ACK}
_decode_json: Callable[[str], Any] = msgspec.json.Decoder().decode
_encode_json: Callable[[Any], bytes] = msgspec.json.Encoder().encode
_WRONG_SHAPE = "data of another shape than the packet's type has"
_RESERVED = frozenset({"connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"})


class Decoder:
    """Turns the messages of one connection into packets; keeps a binary one until its attachments are there.

    It keeps the text, not what it says: that may take thirty times as much memory.
    """

    __slots__ = ("_attachments", "_missing", "_room", "_waiting")

    def __init__(self) -> None:
        self._waiting = ""
        self._missing = 0
        self._room = 0
        self._attachments: list[bytes] = []

    def text(self, text: str) -> Packet | None:
        """Take in a text message; return its packet, None if attachments follow. Raises MalformedError."""
        if self._waiting:
            raise MalformedError("an attachment is missing")
        packet, attachments = _decode(text)
        if not attachments:
            return packet
        self._waiting, self._missing, self._room = text, attachments, MAX_BODY
        return None

    def binary(self, attachment: bytes) -> Packet | None:
        """Take in a binary message; return the packet that it completes. Raises MalformedError."""
        if not self._waiting:
            raise MalformedError("an attachment of nothing")
        self._room -= len(attachment)
        if self._room < 0:
            raise MalformedError("too many bytes in attachments")
        self._attachments.append(attachment)
        if len(self._attachments) < self._missing:
            return None
        text, attachments = self._waiting, self._attachments
        self._waiting, self._attachments = "", []
        return _complete(text, attachments)


def encode(packet: Packet) -> tuple[str, list[bytes]]:
    """Return a packet as a text message and the binary messages that follow it."""
    attachments: list[bytes] = []
    data = _without_attachments(packet.data, attachments) if _holds_bytes(packet.data) else packet.data
    kind = int(packet.type)
    if attachments:
        kind = {PacketType.EVENT: PacketType.BINARY_EVENT, PacketType.ACK: PacketType.BINARY_ACK}[packet.type]
    count = f"{len(attachments)}-" if attachments else ""
    namespace = "" if packet.namespace == ROOT else f"{packet.namespace},"
    number = "" if packet.id is None else str(packet.id)
    json = "" if data is None else _encode_json(data).decode()
    return f"{int(kind)}{count}{namespace}{number}{json}", attachments


def _decode(text: str) -> tuple[Packet, int]:
    """Return a packet and how many attachments follow it."""
    if text[:1] == "2" and (event := _plain_event(text)):
        return event, 0
    head = _HEAD.match(text)
    if head is None:
        raise MalformedError("unknown packet type")
    kind, count = PacketType(int(head[1])), int(head[2] or 0)
    if (kind in _BINARY) != (head[2] is not None) or count > MOST_ATTACHMENTS:
        raise MalformedError("a wrong number of attachments")
    packet = Packet(_BINARY.get(kind, kind), _namespace(head[3]), _number(head[4]), _json(text[head.end() :]))
    _check(packet)
    return packet, count


def _plain_event(text: str) -> Packet | None:
    """Read what nearly every packet is, an event in the root namespace; None if it must be looked at more closely."""
    start = text.find("[")
    number = text[1:start]
    if start < 1 or len(number) > 15 or (number and not (number.isascii() and number.isdigit())):
        return None
    data = _json(text[start:])
    if not _is_event(data):
        raise MalformedError(_WRONG_SHAPE)
    return Packet(PacketType.EVENT, ROOT, int(number) if number else None, data)


def _complete(text: str, attachments: list[bytes]) -> Packet:
    packet, _ = _decode(text)
    try:
        packet.data = _with_attachments(packet.data, attachments)
    except RecursionError:
        raise MalformedError("nested too deeply") from None
    return packet


def _namespace(found: str | None) -> str:
    return (found or ROOT).partition("?")[0]


def _number(found: str | None) -> int | None:
    number = int(found) if found else None
    if number is not None and number > MAX_SEQ:
        raise MalformedError("an id beyond 2^53")
    return number


def _json(text: str) -> Any:
    if not text:
        return None
    try:
        return _decode_json(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise MalformedError("invalid JSON") from None


def _check(packet: Packet) -> None:
    """Refuse data that the packet's type doesn't allow."""
    data = packet.data
    match packet.type:
        case PacketType.CONNECT:
            fits = data is None or isinstance(data, dict)
        case PacketType.DISCONNECT:
            fits = data is None
        case PacketType.CONNECT_ERROR:
            fits = isinstance(data, dict | str)
        case PacketType.EVENT:
            fits = _is_event(data)
        case _:
            fits = isinstance(data, list) and packet.id is not None
    if not fits:
        raise MalformedError(_WRONG_SHAPE)


def _is_event(data: Any) -> bool:
    return isinstance(data, list) and bool(data) and isinstance(data[0], str) and data[0] not in _RESERVED


def _holds_bytes(data: Any) -> bool:
    if isinstance(data, bytes):
        return True
    if isinstance(data, dict):
        return any(_holds_bytes(value) for value in data.values())
    return isinstance(data, list | tuple) and any(_holds_bytes(value) for value in data)


def _without_attachments(data: Any, attachments: list[bytes]) -> Any:
    if isinstance(data, bytes):
        attachments.append(data)
        return {"_placeholder": True, "num": len(attachments) - 1}
    if isinstance(data, dict):
        return {key: _without_attachments(value, attachments) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_without_attachments(value, attachments) for value in data]
    return data


def _with_attachments(data: Any, attachments: list[bytes]) -> Any:
    if isinstance(data, dict):
        if data.get("_placeholder") is True:
            number = data.get("num")
            if type(number) is not int or not 0 <= number < len(attachments):
                raise MalformedError("a placeholder of no attachment")
            return attachments[number]
        return {key: _with_attachments(value, attachments) for key, value in data.items()}
    if isinstance(data, list):
        return [_with_attachments(value, attachments) for value in data]
    return data
