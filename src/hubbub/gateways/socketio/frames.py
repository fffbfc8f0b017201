"""WebSocket frames as a server sends them (RFC 6455, section 5.2): unmasked, in one piece, built once for all."""

try:
    from websockets.speedups import apply_mask
except ImportError:  # where it couldn't be compiled
    from websockets.utils import apply_mask

_TEXT, _BINARY = 0x81, 0x82
_MASKED = 0x80
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


def whole_text(data: bytes, most: int) -> bytes | None:
    """Return the payload of a text message if the data is exactly one frame with one, of at most so many bytes.

    None means that the bytes must be looked at more closely: they are something else, or more, or less.
    """
    if len(data) < 6 or data[0] != _TEXT or not data[1] & _MASKED:
        return None
    length, start = data[1] ^ _MASKED, 2
    if length == 126:
        length, start = int.from_bytes(data[2:4], "big"), 4
    if length == 127 or length > most or len(data) != start + 4 + length:
        return None
    return apply_mask(data[start + 4 :], data[start : start + 4])


def wire_size(length: int) -> int:
    """Return how many bytes a client's frame with a payload of that length takes."""
    return length + 6 + (0 if length < 126 else 2 if length < 65_536 else 8)


def _head(opcode: int, length: int) -> bytes:
    if length < 126:
        return bytes([opcode, length])
    if length < 65_536:
        return bytes([opcode, 126]) + length.to_bytes(2, "big")
    return bytes([opcode, 127]) + length.to_bytes(8, "big")
