"""The machine: what it is, how many files it lets us open, and who runs on which core."""

import os
import platform
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path


def describe() -> dict[str, str | int]:
    """Return what belongs beside every figure."""
    return {
        "processor": _first("/proc/cpuinfo", "model name") or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mb": _memory("MemTotal"),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "hubbub": version("hubbub"),
        "open_files": open_files(),
    }


def free_memory_mb() -> int:
    """Return the memory that programs could still have."""
    return _memory("MemAvailable")


def open_files() -> int:
    """Return how many files a process may open, at most."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def raise_file_limit() -> None:
    """Let this process, and those that it starts, open as many files as the system lets them."""
    most = open_files()
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def has_cores() -> bool:
    """Tell whether server and load generator can have a core each."""
    return len(_CORES) > 1


@contextmanager
def generator_core() -> Iterator[None]:
    """Keep this thread on its core."""
    with _on(_CORES[0]):
        yield


@contextmanager
def server_core() -> Iterator[None]:
    """Let what is started meanwhile run on the other core."""
    with _on(_CORES[-1]):
        yield


@contextmanager
def _on(core: int) -> Iterator[None]:
    if not has_cores():
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _memory(name: str) -> int:
    return int(_first("/proc/meminfo", name).split()[0]) // 1024


def _first(path: str, name: str) -> str:
    """Return what the first line of that name in a file of /proc says."""
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""
