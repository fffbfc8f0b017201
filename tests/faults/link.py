"""One connection through the proxy, in the weather that is the same for all of them."""

import asyncio
import socket
import struct
from dataclasses import dataclass, field

BUFFER = 65_536
"""Bytes that each stretch of the way may hold: a slow end is felt by the other one."""

MOST_UNDER_WAY = 16
"""Pieces that are read and wait until they are due, so that a delay costs no throughput."""

TICKS = 20
"""Portions a second in which a slow way hands bytes on."""

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: closing sends RST, and no FIN."""

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_Piece = tuple[float, bytes]
"""When it is due, and what was sent; nothing is the end."""


@dataclass
class Weather:
    """What happens to bytes: they are late by `seconds`, `rate` of them pass in a second (0: all), or none arrives.

    While it isn't `flowing`, nothing passes: no byte, and no end of a connection.
    """

    seconds: float = 0.0
    rate: int = 0
    dropping: bool = False
    flowing: asyncio.Event = field(default_factory=asyncio.Event)
    requests: int = 0  # that weren't answered yet
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def clear_up(self) -> None:
        """Be as nice as at first."""
        self.seconds, self.rate, self.dropping = 0.0, 0, False
        self.flowing.set()

    def count(self, data: bytes) -> None:
        """Note a request or an answer that passes."""
        self.requests += data.startswith((b"GET ", b"POST ")) - data.startswith(b"HTTP/1.1 ")
        self.changed.set()


class Link:
    """The two ends of one connection, and what carries bytes between them."""

    def __init__(self, near: Ends, weather: Weather) -> None:
        self._weather = weather
        self._near = near
        self._writers = [near[1]]
        _keep_small(near[1])

    async def run(self, far_end: tuple[str, int]) -> None:
        """Reach the far end, and carry both ways until both have ended. Raises OSError if one end breaks."""
        far = await asyncio.open_connection(*far_end, limit=BUFFER)
        self._writers.append(far[1])
        _keep_small(far[1])
        try:
            async with asyncio.TaskGroup() as group:
                for (reader, _), (_, writer) in ((self._near, far), (far, self._near)):
                    under_way: asyncio.Queue[_Piece] = asyncio.Queue(MOST_UNDER_WAY)
                    group.create_task(self._read(reader, under_way))
                    group.create_task(self._write(writer, under_way))
        except* OSError as errors:
            raise ConnectionResetError from errors

    def close(self) -> None:
        """End both connections in order."""
        for writer in self._writers:
            writer.close()

    def reset(self) -> None:
        """End both connections by RST."""
        for writer in self._writers:
            if not writer.transport.is_closing():
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()

    async def _read(self, reader: asyncio.StreamReader, under_way: "asyncio.Queue[_Piece]") -> None:
        data = b"?"
        while data:
            data = await reader.read(BUFFER)
            await under_way.put((asyncio.get_running_loop().time() + self._weather.seconds, data))

    async def _write(self, writer: asyncio.StreamWriter, under_way: "asyncio.Queue[_Piece]") -> None:
        while True:
            due, data = await under_way.get()
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            await self._weather.flowing.wait()
            if not data:
                writer.write_eof()
                return
            await self._hand_on(data, writer)

    async def _hand_on(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        """Give the other end what was sent, as fast as the weather lets it."""
        while data and not self._weather.dropping:
            rate = self._weather.rate
            portion = max(1, rate // TICKS) if rate else len(data)
            writer.write(data[:portion])
            await writer.drain()
            self._weather.count(data[:portion])
            data = data[portion:]
            await asyncio.sleep(portion / rate if rate else 0)
            await self._weather.flowing.wait()


def _keep_small(writer: asyncio.StreamWriter) -> None:
    """Keep the system from holding megabytes for who doesn't read."""
    writer.transport.set_write_buffer_limits(0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
