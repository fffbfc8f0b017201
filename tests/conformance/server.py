"""An echo server in a process of its own, and the strict clients that tests put questions to it with."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2
from websockets.frames import Opcode

from tests.e2e.hostile.raw_client import PATIENCE, RawClient
from tests.server_process import ROOT, STOP_WITHIN, environment


class EchoServer:
    """A server that is up; `path` is where its engine is."""

    def __init__(self, kind: str, url: str) -> None:
        self.url, self.path = url, f"/{kind.removesuffix('io')}.io/"

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, for bare sockets."""
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port


@contextmanager
def running(kind: str, **times: int) -> Iterator[EchoServer]:
    """Run a server; it must end well and say nothing but where it is. Its times are those of the suites, or given."""
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in times.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.conformance.echo_server", kind, "--port", "0", *flags],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    assert process.stdout
    with process.stdout:
        line = process.stdout.readline()
        try:
            assert " is on http" in line, line + process.stdout.read()
            yield EchoServer(kind, line.split(" is on ")[1].strip())
        finally:
            process.terminate()
            said = process.stdout.read()
            code = process.wait(STOP_WITHIN)
    assert (code, said) == (0, "")


class Line(RawClient):
    """A WebSocket, on which every packet is seen, pings too."""

    def __init__(self, server: EchoServer) -> None:
        super().__init__(server)
        self._at = f"{server.path}?EIO=4&transport=websocket"

    def __enter__(self) -> Self:
        return self

    def upgrade(self, sid: str) -> Self:
        """Open a WebSocket for a sid that polls."""
        assert self.ask(f"{self._at}&sid={sid}") == 101
        return self

    def begin(self) -> dict[str, object]:
        """Open a WebSocket of its own; return the handshake."""
        assert self.ask(self._at) == 101
        opened = self.hear()
        assert isinstance(opened, str)
        assert opened[0] == "0"
        handshake: dict[str, object] = json.loads(opened[1:])
        return handshake

    def hear(self) -> str | bytes:
        """Wait for the next message."""
        each = next(self.frames(), None)
        assert each, "the connection has ended"
        assert each.fin, "a packet has a frame of its own"
        assert each.opcode in {Opcode.TEXT, Opcode.BINARY}, (each.opcode, bytes(each.data))
        return bytes(each.data).decode() if each.opcode is Opcode.TEXT else bytes(each.data)

    def connect(self, namespace: str = "", auth: str = "") -> str:
        """Connect to a namespace of the Socket.IO server; return the sid."""
        self.say(f"40{namespace}{auth}")
        answer = self.hear()
        assert isinstance(answer, str)
        assert answer.startswith(f"40{namespace}{{"), answer
        sid = json.loads(answer.removeprefix(f"40{namespace}"))
        assert list(sid) == ["sid"]
        assert self.hear() == f'42{namespace}["auth",{auth or "{}"}]'
        return str(sid["sid"])


class Poller:
    """A client that polls; it says nothing of its own accord."""

    def __init__(self, server: EchoServer) -> None:
        self.server = server
        self.http = httpx2.Client(base_url=server.url, timeout=PATIENCE)
        self.opened = self.http.get(self.at)
        assert (self.opened.status_code, self.opened.text[0]) == (200, "0")
        self.sid: str = json.loads(self.opened.text[1:])["sid"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    @property
    def at(self) -> str:
        """The engine's address, with the sid when there is one."""
        sid = getattr(self, "sid", "")
        return f"{self.server.path}?EIO=4&transport=polling" + (f"&sid={sid}" if sid else "")

    def poll(self) -> httpx2.Response:
        """Wait for what is owed."""
        return self.http.get(self.at)

    def heard(self) -> str:
        """Return what a poll brings; it must bring something."""
        answer = self.poll()
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, body: str | bytes, **headers: str) -> httpx2.Response:
        """Send a payload."""
        return self.http.post(self.at, content=body, headers=headers)

    def says(self, body: str) -> None:
        """Send a payload that must be taken."""
        answer = self.post(body)
        assert (answer.status_code, answer.text) == (200, "ok")

    @contextmanager
    def waiting(self) -> Iterator[Callable[[], tuple[int, str]]]:
        """Have a poll wait at the server; give what waits for its status and text.

        Its connection is one that the server knows already, so whatever is sent later is taken in later.
        """
        with closing(HTTPConnection(*self.server.address, timeout=PATIENCE)) as http:

            def answer() -> tuple[int, str]:
                response = http.getresponse()
                return response.status, response.read().decode()

            http.request("GET", self.server.path)
            assert answer()[0] == 400
            http.request("GET", self.at)
            yield answer

    def is_gone(self) -> bool:
        """Tell whether the session is no more, for polls and posts alike."""
        return {self.poll().status_code, self.post("3").status_code} == {400}
