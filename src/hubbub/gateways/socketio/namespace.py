"""Socket.IO on an engine's socket: namespaces, events, acknowledgements; it knows nothing of what they are about."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from hubbub.core.user import RandomBytes
from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.protocol.malformed import MalformedError
from hubbub.protocol.socketio import Decoder, Packet, PacketType, encode


class RefusedError(Exception):
    """A client may not connect to a namespace; `data` is what it is told."""

    def __init__(self, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.data = {"message": message} | ({} if data is None else {"data": data})


class Application(Protocol):
    """What stands behind a namespace."""

    async def connect(self, client: "Client", auth: dict[str, Any]) -> None:
        """Let a client in. Raises RefusedError."""

    def connected(self, client: "Client") -> None:
        """Hear that the client knows that it is in."""

    def event(self, client: "Client", name: str, args: list[Any], ack: int | None) -> None:
        """Take in an event; if `ack` isn't None, the client waits for `client.acknowledge(ack, …)`."""

    def resumed(self, client: "Client") -> None:
        """Hear that the client takes data again, maybe on another transport."""

    def disconnected(self, client: "Client", reason: str) -> None:
        """Hear that a client that was let in is gone."""


class Client:
    """One client in one namespace."""

    __slots__ = ("application", "data", "namespace", "sid", "socket")

    def __init__(self, sid: str, namespace: str, socket: EngineSocket, application: Application) -> None:
        self.sid, self.namespace, self.socket, self.application = sid, namespace, socket, application
        self.data: Any = None

    def emit(self, name: str, *args: Any) -> None:
        """Send an event; bytes in its arguments travel as attachments."""
        self._send(Packet(PacketType.EVENT, self.namespace, None, [name, *args]))

    def acknowledge(self, ack: int, *args: Any) -> None:
        """Answer an event."""
        self._send(Packet(PacketType.ACK, self.namespace, ack, list(args)))

    def acknowledge_json(self, ack: int, body: bytes) -> None:
        """Answer an event with one argument that is JSON already."""
        namespace = b"" if self.namespace == "/" else self.namespace.encode() + b","
        self.socket.send_message(b"3%b%d[%b]" % (namespace, ack, body))

    def disconnect(self) -> None:
        """Put the client out of the namespace; it doesn't come back by itself."""
        self._send(Packet(PacketType.DISCONNECT, self.namespace))

    def _send(self, packet: Packet) -> None:
        send(self.socket, packet)


def send(socket: EngineSocket, packet: Packet) -> None:
    """Send a packet and its attachments."""
    text, attachments = encode(packet)
    socket.send_message(text.encode())
    for attachment in attachments:
        socket.send_binary(attachment)


class SocketIO:
    """The Socket.IO side of one engine's socket; one that is in no namespace for a while is closed."""

    __slots__ = (
        *("_applications", "_clients", "_connect_seconds", "_connecting"),
        *("_decoder", "_random_bytes", "_socket", "_timer"),
    )

    def __init__(
        self,
        socket: EngineSocket,
        applications: Mapping[str, Application],
        random_bytes: RandomBytes,
        connect_seconds: float,
    ) -> None:
        self._socket = socket
        self._applications = applications
        self._random_bytes = random_bytes
        self._decoder = Decoder()
        self._clients: dict[str, Client] = {}
        self._connecting: dict[str, asyncio.Task[None]] = {}
        self._connect_seconds = connect_seconds
        self._timer: asyncio.Handle | None = None
        self._start_timer()

    def text(self, text: str) -> None:
        """See Receiver."""
        packet = self._decoder.text(text)
        if packet is not None:
            self._take(packet)

    def binary(self, data: bytes) -> None:
        """See Receiver."""
        packet = self._decoder.binary(data)
        if packet is not None:
            self._take(packet)

    def resumed(self) -> None:
        """See Receiver."""
        for client in list(self._clients.values()):
            client.application.resumed(client)

    def closed(self, reason: str) -> None:
        """See Receiver."""
        self._stop_timer()
        for task in self._connecting.values():
            task.cancel()
        clients, self._clients = self._clients, {}
        for client in clients.values():
            client.application.disconnected(client, reason)

    def _take(self, packet: Packet) -> None:
        match packet.type:
            case PacketType.EVENT:
                client = self._client(packet)
                client.application.event(client, packet.data[0], packet.data[1:], packet.id)
            case PacketType.CONNECT:
                self._begin_connect(packet)
            case PacketType.DISCONNECT:
                self._disconnect(packet)
            case PacketType.ACK:
                self._client(packet)  # nothing that we send asks for one
            case _:
                raise MalformedError("a client may not send CONNECT_ERROR")

    def _client(self, packet: Packet) -> Client:
        client = self._clients.get(packet.namespace)
        if client is None:
            raise MalformedError("not connected to this namespace")
        return client

    def _begin_connect(self, packet: Packet) -> None:
        application = self._applications.get(packet.namespace)
        if application is None:
            data = {"message": "Invalid namespace"}
            send(self._socket, Packet(PacketType.CONNECT_ERROR, packet.namespace, None, data))
            return
        if packet.namespace in self._clients or packet.namespace in self._connecting:
            raise MalformedError("connected to this namespace already")
        client = Client(self._random_bytes(15).hex(), packet.namespace, self._socket, application)
        connecting = self._connect(client, packet.data or {})
        self._connecting[packet.namespace] = asyncio.get_running_loop().create_task(connecting)

    def _disconnect(self, packet: Packet) -> None:
        if connecting := self._connecting.pop(packet.namespace, None):
            connecting.cancel()
            return
        client = self._client(packet)
        del self._clients[packet.namespace]
        client.application.disconnected(client, "client namespace disconnect")
        if not self._clients:
            self._start_timer()

    async def _connect(self, client: Client, auth: dict[str, Any]) -> None:
        namespace = client.namespace
        try:
            await client.application.connect(client, auth)
        except RefusedError as refused:
            send(self._socket, Packet(PacketType.CONNECT_ERROR, namespace, None, refused.data))
            return
        finally:
            if self._connecting.get(namespace) is asyncio.current_task():
                del self._connecting[namespace]
        self._stop_timer()
        self._clients[namespace] = client
        send(self._socket, Packet(PacketType.CONNECT, namespace, None, {"sid": client.sid}))
        client.application.connected(client)

    def _start_timer(self) -> None:
        close = self._socket.close
        self._timer = asyncio.get_running_loop().call_later(self._connect_seconds, close, 1008, "no CONNECT")

    def _stop_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
