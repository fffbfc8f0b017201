"""A clock of its own for one server process, that jumps when a test says so."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Clock:
    """What the process takes for the time of day; its monotonic clock is the true one.

    `settings` are for `ServerProcess` or `start`: `start(**clock.settings)`.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.jump_to(0)

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment that gives a process this clock. Needs the command `faketime`."""
        return {
            "LD_PRELOAD": _library(),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",  # else it looks at the file every ten seconds
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def jump_to(self, seconds: int) -> None:
        """Show the true time and so many seconds more, or fewer, from now on."""
        draft = self._file.with_suffix(".new")
        draft.write_text(f"{seconds:+d}\n")
        draft.replace(self._file)


@contextmanager
def own_clock(folder: Path) -> Iterator[Clock]:
    """Make a clock that is right until it jumps; it is right again at the end."""
    clock = Clock(folder / "clock")
    try:
        yield clock
    finally:
        clock.jump_to(0)


def _library() -> str:
    """Return where libfaketime is, which its command knows best."""
    asked = subprocess.run(
        ["faketime", "-f", "+0", "printenv", "LD_PRELOAD"], capture_output=True, encoding="utf-8", check=True
    )
    return asked.stdout.strip()
