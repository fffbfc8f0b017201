"""The official Python client, python-socketio."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import socketio

from tests.e2e.live.client import PATIENCE, ConnectRefusedError, LiveClient


class PythonClient(LiveClient):
    """One `socketio.AsyncClient`."""

    def __init__(self, auth: Mapping[str, Any] | None, headers: Mapping[str, str] | None) -> None:
        super().__init__(auth)
        self._http = aiohttp.ClientSession(headers=headers)
        self._client = socketio.AsyncClient(
            reconnection_delay=0.05,
            reconnection_delay_max=0.5,
            randomization_factor=0,
            handle_sigint=False,
            http_session=self._http,
        )
        self._refusal: Any = None
        self._client.on("*", self._take)
        self._client.on("connect", lambda: self.receive({"type": "connected"}))
        self._client.on("disconnect", lambda reason: self.receive({"type": "disconnected", "reason": reason}))
        self._client.on("connect_error", self._note_refusal)

    async def connect(self, url: str, transports: Sequence[str], namespace: str = "/") -> None:
        """Connect; raises ConnectRefusedError."""
        if namespace != "/":
            self._client.on("connect_error", self._note_refusal, namespace=namespace)
        try:
            await self._client.connect(
                url, auth=lambda: self.auth, transports=list(transports), namespaces=[namespace], wait_timeout=PATIENCE
            )
        except socketio.exceptions.ConnectionError as error:
            refusal = self._refusal if isinstance(self._refusal, dict) else {"message": str(error)}
            raise ConnectRefusedError(refusal["message"], refusal.get("data")) from None

    async def acknowledgement(self, command: str, *args: Any) -> Any:
        return await self._client.call(command, args, timeout=PATIENCE)

    async def emit(self, command: str, *args: Any) -> None:
        await self._client.emit(command, args)
        await self._client.eio.queue.join()  # what isn't written yet is dropped when it is closed

    async def transport(self) -> str:
        return str(self._client.transport())

    async def close(self) -> None:
        await asyncio.sleep(0)  # one that is about to reconnect forgets a farewell that comes before it has begun to
        async with asyncio.timeout(PATIENCE):
            await self._client.shutdown()
        await self._http.close()

    def _take(self, name: str, event: dict[str, Any]) -> None:
        assert name == event["type"]
        if name == "welcome" and "token" in event:
            self.auth = {"token": event["token"]}
        self.receive(event)

    def _note_refusal(self, refusal: Any) -> None:
        self._refusal = refusal
