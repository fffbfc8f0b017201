"""Waiting for news: how a request without a connection learns that something happened in a room."""

import asyncio


class News:
    """Somebody who waits for the next event of a room."""

    def __init__(self) -> None:
        self._arrived = asyncio.Event()

    def arrive(self) -> None:
        """Wake the one who waits."""
        self._arrived.set()

    async def wait(self, seconds: float) -> bool:
        """Wait for news; return whether some came in time. Once it came, return at once."""
        if self._arrived.is_set():
            return True
        try:
            await asyncio.wait_for(self._arrived.wait(), seconds)
        except TimeoutError:
            return False
        return True
