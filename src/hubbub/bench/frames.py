"""The bytes that a client sends: the handshake, and masked frames that are built once."""

import json
import re
from itertools import count
from typing import Any

UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n"
    b"Host: 127.0.0.1\r\n"
    b"Connection: Upgrade\r\n"
    b"Upgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)

TEXT_AFTER_MARK = "sixty-four bytes are about what people say in a line of a chat.."

_ROOMS = count()
"""Each gets a number: a room that was resumed has messages of before, which must not be counted again."""


def frame(packet: bytes) -> bytes:
    """Return a text frame, masked with zeros."""
    size = len(packet)
    head = bytes([0x81, 0x80 | size]) if size < 126 else b"\x81\xfe" + size.to_bytes(2, "big")
    return head + bytes(4) + packet


def packet(kind: str, data: Any) -> bytes:
    """Return the frame of a packet with JSON in it."""
    return frame(kind.encode() + json.dumps(data, separators=(",", ":")).encode())


class Messages:
    """What is said in one room: frames that are alike but for an id, which is the mark in the text as well.

    `marks` finds this room's messages, and no others, among received bytes.
    """

    def __init__(self, code: str) -> None:
        self._room = b"%08x" % next(_ROOMS)
        self.marks = re.compile(b"@@" + self._room + b"([0-9a-f]{8})@@")
        blank = "_" * 16
        fields = {"code": code, "text": f"@@{blank}@@ {TEXT_AFTER_MARK}", "client_message_id": blank}
        self._parts = packet("421", ["send_message", fields]).split(blank.encode())

    def __getitem__(self, number: int) -> bytes:
        """Return the frame of the room's message of that number."""
        return (self._room + b"%08x" % number).join(self._parts)


def number_of(mark: bytes) -> int:
    """Return which of its room's messages a mark means."""
    return int(mark, 16)
