"""A real server in a process of its own, that tests may stop, kill, freeze and start again."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from tests.log_check import leaks

ROOT = Path(__file__).parents[1]

STOP_WITHIN = 30.0
"""Three times the ten seconds that are promised."""

START_WITHIN = 120.0
"""Seconds after which a server that hasn't said where it listens never will."""


class ServerProcess:
    """`hubbub serve` on a free port; `output` and `log` are what it has printed and logged so far.

    However it ends, its log is held against all that was said there (S19). `port` empty leaves the choice to the
    settings; `module` is run in place of `hubbub`.
    """

    def __init__(self, data: Path, *flags: str, port: str = "0", module: str = "hubbub", **settings: str) -> None:
        self.data = data
        self._files = [self._open("output"), self._open("log")]
        where = [f"--port={port}"] if port else []
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "serve", "--data", str(data), *where, *flags],
            env=environment(**settings),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._files[1],
            encoding="utf-8",
        )
        self.url = self._read_url()

    @property
    def output(self) -> str:
        """What the person who started it has read."""
        return self._path("output").read_text("utf-8")

    @property
    def log(self) -> str:
        """What it has logged."""
        return self._path("log").read_text("utf-8")

    @property
    def is_done_with(self) -> bool:
        """Whether somebody has seen its end."""
        return bool(self.process.stdout and self.process.stdout.closed)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens, for bare sockets."""
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; return its exit code."""
        self.process.send_signal(by)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end; return its exit code. One that doesn't end in time is killed."""
        try:
            code = self.process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._finish()
        return code

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait()
        self._finish()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it stand still, as on a machine that hangs: it keeps everything open, and does nothing until the end."""
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def _read_url(self) -> str:
        assert self.process.stdout
        limit = threading.Timer(START_WITHIN, self.process.kill)
        limit.start()
        try:
            for line in self.process.stdout:
                self._files[0].write(line)
                self._files[0].flush()
                if " is on http" in line:
                    return line.split(" is on ")[1].strip()
        finally:
            limit.cancel()
        self.wait()
        raise AssertionError(f"the server did not start: {self.output}{self.log}")

    def _finish(self) -> None:
        if self.process.stdout and not self.is_done_with:
            self._files[0].write(self.process.stdout.read())
            self.process.stdout.close()
            for file in self._files:
                file.close()
            told = leaks(self.log, self.data / "hubbub.db")
            assert not told, f"the log tells {told}"

    def _path(self, kind: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{kind}")

    def _open(self, kind: str) -> IO[str]:
        return self._path(kind).open("a", encoding="utf-8")


@contextmanager
def running(
    data: Path, *flags: str, port: str = "0", module: str = "hubbub", **settings: str
) -> Iterator[ServerProcess]:
    """Run a server on a folder; its settings as `environment` takes them. It must end well and log no traceback."""
    server = ServerProcess(data, *flags, port=port, module=module, **settings)
    try:
        yield server
    except BaseException:
        server.kill()
        raise
    if not server.is_done_with:
        assert server.stop() == 0, server.log
    assert "Traceback" not in server.log, server.log


def run_hubbub(*arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    """Run a command that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "hubbub", *arguments],
        env=environment(**settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without any Hubbub settings but the given ones, nor a settings file.

    `throttle="off"` is HUBBUB_THROTTLE; a name in capitals is the variable itself.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_") and name != "PORT"}
    kept["XDG_CONFIG_HOME"] = os.devnull
    return kept | {name if name.isupper() else f"HUBBUB_{name.upper()}": value for name, value in settings.items()}


def free_port() -> int:
    """Return a port for a server that is to come back on it.

    It is none of those that the system hands to clients: one of them could sit on it while the server is away.
    """
    ports = random.Random()
    while True:
        port = ports.randrange(10_000, 30_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
