"""WebSocket messages put together from their fragments (RFC 6455, section 5.4)."""

import codecs

from websockets.frames import Frame, Opcode
from websockets.server import ServerProtocol


class Protocol(ServerProtocol):
    """The library's protocol, but a client may close in the middle of a message, and is answered with its own code."""

    def recv_frame(self, frame: Frame) -> None:
        """Take in a frame."""
        if frame.opcode is Opcode.CLOSE:
            self.current_size = None
        super().recv_frame(frame)


class Fragments:
    """What has come of one connection's message; text is checked with every fragment."""

    __slots__ = ("_check", "_data", "are_open")

    def __init__(self) -> None:
        self.are_open = False
        self._data = bytearray()
        self._check: codecs.IncrementalDecoder | None = None

    def __len__(self) -> int:
        return len(self._data)

    def take(self, frame: Frame) -> str | bytes | None:
        """Take in a data frame; return the message that it ends. Raises UnicodeDecodeError for text that isn't any."""
        if frame.opcode is not Opcode.CONT:
            is_text = frame.opcode is Opcode.TEXT
            if frame.fin:
                return str(frame.data, "utf-8") if is_text else bytes(frame.data)
            self._check = _utf_8() if is_text else None
        self.are_open = not frame.fin
        self._data += frame.data
        if self._check:
            self._check.decode(frame.data, frame.fin)
        return None if self.are_open else self._end()

    def _end(self) -> str | bytes:
        data, self._data = self._data, bytearray()
        return data.decode() if self._check else bytes(data)


_utf_8 = codecs.getincrementaldecoder("utf-8")
