"""WebSocket frames as a server sends them (RFC 6455, section 5.2): unmasked, in one piece, built once for all."""

_TEXT, _BINARY = 0x81, 0x82
_SHORT_TEXT = [bytes([_TEXT, length]) for length in range(126)]


def text_frame(payload: bytes) -> bytes:
    """Return the frame of a text message."""
    length = len(payload)
    if length < 126:
        return _SHORT_TEXT[length] + payload
    return _head(_TEXT, length) + payload


def binary_frame(payload: bytes) -> bytes:
    """Return the frame of a binary message."""
    return _head(_BINARY, len(payload)) + payload


def _head(opcode: int, length: int) -> bytes:
    if length < 126:
        return bytes([opcode, length])
    if length < 65_536:
        return bytes([opcode, 126]) + length.to_bytes(2, "big")
    return bytes([opcode, 127]) + length.to_bytes(8, "big")
