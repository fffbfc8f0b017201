"""A small HTTP client: a keep-alive connection that costs the machine little beside the server that it measures."""

import asyncio
import json
from typing import Any, Self
from urllib.parse import urlsplit


class Caller:
    """One connection of one person."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, token: str) -> None:
        self._reader, self._writer = reader, writer
        self._head = f"Host: bench\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"

    @classmethod
    async def connect(cls, url: str, token: str) -> Self:
        """Connect to a server."""
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port), token)

    async def call(self, method: str, path: str, fields: dict[str, Any] | None = None) -> bytes:
        """Send a request; return the body of the answer, which must be a success."""
        body = json.dumps(fields).encode() if fields is not None else b""
        head = f"{method} /api/v1{path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        content = await self._reader.readexactly(length)
        if not answer.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{method} {path}: {answer!r} {content!r}")
        return content

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()
