"""A real server in a process of its own, that tests may stop, kill and start again."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

STOP_WITHIN = 30.0
"""Three times the ten seconds that are promised."""


class ServerProcess:
    """`hubbub serve` on a free port; `output` and `log` are what it has printed and logged so far."""

    def __init__(self, data: Path, *flags: str, **settings: str) -> None:
        self.data = data
        self._files = [self._open("output"), self._open("log")]
        command = [sys.executable, "-m", "hubbub", "serve", "--port", "0", "--data", str(data), *flags]
        self.process = subprocess.Popen(
            command,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._files[1],
            text=True,
        )
        self.url = self._read_url()

    @property
    def output(self) -> str:
        """What the person who started it has read."""
        return self._path("output").read_text()

    @property
    def log(self) -> str:
        """What it has logged."""
        return self._path("log").read_text()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to stop; return its exit code."""
        self.process.send_signal(by)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end; return its exit code."""
        code = self.process.wait(STOP_WITHIN)
        self._finish()
        return code

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self.process.kill()
        self.process.wait()
        self._finish()

    def _read_url(self) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            self._files[0].write(line)
            self._files[0].flush()
            if " is on http" in line:
                return line.split(" is on ")[1].strip()
        self.process.wait()
        raise AssertionError(f"the server did not start: {self.output}{self.log}")

    def _finish(self) -> None:
        if self.process.stdout and not self.process.stdout.closed:
            self._files[0].write(self.process.stdout.read())
            self.process.stdout.close()
            for file in self._files:
                file.close()

    def _path(self, kind: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{kind}")

    def _open(self, kind: str) -> IO[str]:
        return self._path(kind).open("a")


@contextmanager
def running(data: Path, *flags: str, **settings: str) -> Iterator[ServerProcess]:
    """Run a server on a folder; its settings as HUBBUB_* variables. It must end well and log no traceback."""
    server = ServerProcess(data, *flags, **settings)
    try:
        yield server
    except BaseException:
        server.kill()
        raise
    if server.process.poll() is None:
        assert server.stop() == 0, server.log
    assert "Traceback" not in server.log, server.log


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without any Hubbub settings but the given ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HUBBUB_") and name != "PORT"}
    return kept | {f"HUBBUB_{name.upper()}": value for name, value in settings.items()}
