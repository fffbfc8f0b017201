"""One malformed input after another at a real server, each on a connection that must not be left without an answer."""

import asyncio
import contextlib
import json
import re
import socket
import struct
from collections import Counter

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side, State
from websockets.uri import parse_uri

from tests.security.answers import CARRIED_OUT, Answer, answers_in, refusal_in
from tests.security.mutations import Mutations
from tests.server_process import ServerProcess

LIMIT = 75.0
"""Seconds after which a connection counts as left silent; nobody may ask to wait for longer than 60."""

MORE = 1.0
"""Seconds in which another answer may follow on the same connection."""

WAITED_OUT = 20
"""One request of so many is waited for until its connection ends, however long that takes."""

CODES = {1000, 1001, 1002, 1007, 1008, 1009}
"""Close codes that docs/security.md names."""

LAST = 9_007_199_254_740_991
PROBE = f'42{LAST}["who_am_i"]'
TARGET = "/socket.io/?EIO=4&transport=websocket"
POLLING = "/socket.io/?EIO=4&transport=polling"
IN_ORDER = {"ok", "goes on", "goodbye", *map(str, CARRIED_OUT)}
"""Outcomes of what was neither refused nor the end of its connection."""


class Assault:
    """Counts what came of each input in `outcomes`; raises AssertionError for what may not come of any."""

    def __init__(self, server: ServerProcess, token: str) -> None:
        self._server = server
        self._token = token
        self.outcomes: Counter[str] = Counter()
        self.connections = 0

    @property
    def refused(self) -> Counter[str]:
        """How many inputs of each kind were refused or ended their connection."""
        found = Counter[str]()
        for name, times in self.outcomes.items():
            kind, _, outcome = name.partition(": ")
            found[kind] += 0 if outcome in IN_ORDER else times
        return found

    async def by_websocket(self, *frames: bytes, enter: bool = True) -> int:
        """Send frames on a WebSocket of its own until it is closed; return how many it took."""
        async with _Socket(self._server) as connection:
            self.connections += 1
            await connection.open(self._token if enter else "")
            for number, each in enumerate(frames, 1):
                outcome = await connection.outcome(each)
                self.outcomes[f"websocket: {outcome}"] += 1
                if outcome not in {"goes on", "refused"}:
                    return number
        return len(frames)

    async def by_polling(self, payload: bytes) -> None:
        """Send a payload as a POST of a socket of its own; what it brings is fetched by a poll."""
        async with _Http(self._server) as http:
            self.connections += 1
            _, opened = await http.ask("GET", POLLING)
            path = f"{POLLING}&sid={json.loads(opened[1:])['sid']}"
            assert (await http.ask("POST", path, b"40" + json.dumps({"token": self._token}).encode()))[1] == b"ok"
            status, body = await http.ask("POST", path, payload + b"\x1e" + PROBE.encode())
            assert status in {200, 400, 413}, (status, payload)
            refused = False
            while status == 200 and f"43{LAST}" not in (body.decode()):
                status, body = await http.ask("GET", path)
                refused |= refusal_in(body.decode()) != "ok"
            self.outcomes[f"polling: {'refused' if refused else status}"] += 1

    async def by_request(self, data: bytes) -> None:
        """Send bytes that should be a request."""
        async with _Http(self._server) as http:
            self.connections += 1
            http.write(data)
            http.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answers = list(answers_in(await http.rest(to_the_end=self.connections % WAITED_OUT == 0)))
            for each in answers:
                each.check()
            self.outcomes[f"request: {answers[0].status if answers else 'closed'}"] += 1

    async def by_body(self, *bodies: tuple[str, str, bytes]) -> None:
        """Send commands in JSON, one after another on one connection."""
        async with _Http(self._server) as http:
            self.connections += 1
            for method, path, body in bodies:
                head = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
                status, answer = await http.ask(method, path, body, head)
                Answer(status, body=answer).check()
                self.outcomes[f"body: {status}"] += 1

    async def by_command(self, commands: Mutations, count: int) -> None:
        """Send commands with wrong fields on one WebSocket, and wait for the answer to each."""
        async with _Socket(self._server) as connection:
            self.connections += 1
            await connection.open(self._token)
            for done in range(0, count, 50):
                asked = [commands.command() for _ in range(min(50, count - done))]
                packets = [f"42{number}{json.dumps(each)}" for number, each in enumerate(asked)]
                for outcome in await connection.answers(packets):
                    self.outcomes[f"command: {outcome}"] += 1


class _Socket:
    """A WebSocket that says exactly what it is told to, over asyncio."""

    def __init__(self, server: ServerProcess) -> None:
        self._address = server.address
        self._protocol = ClientProtocol(parse_uri(f"ws://x{TARGET}"), max_size=None)
        self._said = b""

    async def __aenter__(self) -> "_Socket":
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        return self

    async def __aexit__(self, *_: object) -> None:
        _cut(self._writer)

    async def open(self, token: str) -> None:
        """Shake hands, and come in with a token, if there is one."""
        self._protocol.send_request(self._protocol.connect())
        self._writer.write(b"".join(self._protocol.data_to_send()))
        await self._wait_for(b"0{")
        if token:
            self._writer.write(text_frame("40" + json.dumps({"token": token})))
            await self._wait_for(b'42["welcome"')

    async def _wait_for(self, start: bytes) -> None:
        async with asyncio.timeout(LIMIT):
            while not any(bytes(each.data).startswith(start) for each in await self._frames()):
                pass

    async def outcome(self, frame: bytes) -> str:
        """Send a frame and a question behind it; return what came of both."""
        self._said = sent = frame + text_frame(PROBE)
        refused = False
        self._writer.write(sent)
        async with asyncio.timeout(LIMIT):
            while True:
                for each in await self._frames():
                    data = bytes(each.data)
                    if each.opcode is Opcode.CLOSE:
                        code = int.from_bytes(data[:2], "big")
                        if _says_goodbye(sent):
                            return "goodbye"
                        assert code in CODES, (sent, data)
                        assert data[2:] or code == 1000, (sent, data)
                        return f"closed with {code}"
                    if each.opcode is not Opcode.TEXT:
                        continue  # a mutation may be a ping, whose pong repeats its bytes
                    refused |= refusal_in(data.decode()) != "ok"
                    if data.startswith(f"43{LAST}".encode()):
                        return "refused" if refused else "goes on"

    async def answers(self, packets: list[str]) -> list[str]:
        """Send packets with acknowledgements of 0 to so many; return what each is answered, in order."""
        self._writer.write(b"".join(map(text_frame, packets)))
        found: dict[int, str] = {}
        async with asyncio.timeout(LIMIT):
            while len(found) < len(packets):
                for each in await self._frames():
                    assert each.opcode is Opcode.TEXT, (packets, each)
                    text = bytes(each.data).decode()
                    if text == "2":
                        self._writer.write(text_frame("3"))
                    elif text.startswith("43"):
                        found[int(text[2:].partition("[")[0])] = refusal_in(text)
        return [found[number] for number in range(len(packets))]

    async def _frames(self) -> list[Frame]:
        try:
            data = await self._reader.read(65_536)
        except ConnectionResetError:
            data = b""
        assert data, f"the connection ended without a word after {self._said!r}"
        self._protocol.receive_data(data)
        self._protocol.data_to_send()
        return [each for each in self._protocol.events_received() if isinstance(each, Frame)]


class _Http:
    """A bare HTTP connection over asyncio."""

    def __init__(self, server: ServerProcess) -> None:
        self._address = server.address

    async def __aenter__(self) -> "_Http":
        self._reader, self._writer = await asyncio.open_connection(*self._address)
        return self

    async def __aexit__(self, *_: object) -> None:
        _cut(self._writer)

    def write(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    async def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        """Send a request that is well-formed; return status and body of the answer."""
        more = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        self.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{more}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        async with asyncio.timeout(LIMIT):
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            return int(head.split()[1]), await self._reader.readexactly(int(length[1]) if length else 0)

    async def rest(self, *, to_the_end: bool) -> bytes:
        """Wait for an answer, and what may follow it, or to the end, which must come; return all that came."""
        data = b""
        with contextlib.suppress(ConnectionResetError):
            async with asyncio.timeout(LIMIT):
                data = await self._reader.read(65_536)
            with contextlib.nullcontext() if to_the_end else contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LIMIT if to_the_end else MORE):
                    while piece := await self._reader.read(65_536):
                        data += piece
        return data


def _says_goodbye(sent: bytes) -> bool:
    """Tell whether a mutation has made a close frame of something, which is answered as it came, without a code too."""
    server = Protocol(Side.SERVER, state=State.OPEN, max_size=None)
    server.receive_data(sent)
    return any(isinstance(each, Frame) and each.opcode is Opcode.CLOSE for each in server.events_received())


def text_frame(packet: str) -> bytes:
    """Return a packet in a frame."""
    return Frame(Opcode.TEXT, packet.encode()).serialize(mask=True)


def _cut(writer: asyncio.StreamWriter) -> None:
    """Break off: an address whose connections end in order soon has no port left for another."""
    linger = struct.pack("ii", 1, 0)
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()
