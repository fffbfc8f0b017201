"""The live door as the composition root sees it: a WebSocket class for uvicorn, an ASGI application, an end."""

import functools
from collections.abc import Mapping

from hubbub.chat import Chat
from hubbub.core.error import DISCONNECTS, Disconnect
from hubbub.core.user import RandomBytes
from hubbub.gateways.socketio.chat import ChatApplication
from hubbub.gateways.socketio.engine import Engine
from hubbub.gateways.socketio.namespace import Application, SocketIO
from hubbub.gateways.socketio.polling import PollingEndpoint
from hubbub.gateways.socketio.settings import EngineSettings
from hubbub.gateways.socketio.socket import EngineSocket, Receiver
from hubbub.gateways.socketio.websocket import WebSocketTransport

FINISH_SECONDS = 2.0
"""Time for commands that are under way when the server stops."""


class Gateway:
    """An engine with applications behind it. `websocket` goes to uvicorn's `ws=`, `polling` under the engine's path."""

    def __init__(
        self, settings: EngineSettings, applications: Mapping[str, Application], random_bytes: RandomBytes
    ) -> None:
        seconds = settings.connect_timeout / 1000

        def accept(socket: EngineSocket) -> Receiver:
            return SocketIO(socket, applications, random_bytes, seconds)

        self.engine = Engine(settings, accept, random_bytes)
        self.websocket = functools.partial(WebSocketTransport, self.engine)
        self.polling = PollingEndpoint(self.engine)


class ChatGateway(Gateway):
    """The chat at the live door."""

    def __init__(self, chat: Chat, settings: EngineSettings, random_bytes: RandomBytes) -> None:
        self._application = ChatApplication(chat)
        super().__init__(settings, {"/": self._application}, random_bytes)

    async def close(self) -> None:
        """Let nobody in any more, and close every connection when what is under way has ended."""
        self.engine.draining = True
        await self._application.finish(FINISH_SECONDS)
        row = DISCONNECTS[Disconnect.CLOSING]
        self.engine.close(row.websocket, Disconnect.CLOSING)
