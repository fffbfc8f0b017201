"""A server that tests take away from the pages that are open, and bring back in the same place."""

from collections.abc import Callable
from pathlib import Path

from anyio import to_thread

from tests.server_process import ServerProcess, free_port


class OwnServer:
    """A server of one's own, without throttles. Everything waits aside, so that browsers go on meanwhile."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data
        self._port = str(free_port())
        self._settings = {"throttle": "off", **settings}
        self._start()

    @property
    def url(self) -> str:
        """Where it is, also while it is away."""
        return self._process.url

    @property
    def log(self) -> str:
        """What it has logged."""
        return self._process.log

    async def start(self) -> None:
        """Bring it back."""
        await to_thread.run_sync(self._start)

    async def kill(self) -> None:
        """Take it away as a power cut would."""
        await to_thread.run_sync(self._process.kill)

    async def stop(self) -> None:
        """Take it away as an administrator would."""
        assert await to_thread.run_sync(self._process.stop) == 0, self.log

    async def replaced(self, deed: Callable[[], None]) -> None:
        """Stop it, do something to its data, and bring it back."""
        await self.stop()
        deed()
        await self.start()

    def end(self) -> None:
        """Take it away for good."""
        if not self._process.is_done_with:
            self._process.kill()
        assert "Traceback" not in self.log, self.log

    def _start(self) -> None:
        self._process = ServerProcess(self.data, port=self._port, **self._settings)
