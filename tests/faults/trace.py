"""The system calls of a running process, in the order in which they happened."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import eventually

CALLS = "fdatasync,fsync,write,writev,pwrite64,pwritev,sendto,sendmsg,sendmmsg"


@contextmanager
def traced(pid: int, file: Path, calls: str = CALLS) -> Iterator[None]:
    """Have a process and all its threads traced into a file, whole strings included. Only root may, by `strace`.

    At the end the file is complete: a line for each call, or two (`<unfinished ...>`, `resumed>`) where others came
    between.
    """
    command = ["strace", "--follow-forks", "--decode-fds=path", "--string-limit=70000", f"--trace={calls}"]
    command += ["--output", str(file), "--attach", str(pid)]
    tracer = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: tracer.poll() is None and all(_traced(task) for task in Path(f"/proc/{pid}/task").iterdir()))
        yield
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.wait()


def _traced(task: Path) -> bool:
    """Tell whether a thread has a tracer."""
    found = re.search(r"^TracerPid:\t(\d+)", (task / "status").read_text(), re.MULTILINE)
    return bool(found and int(found[1]))
