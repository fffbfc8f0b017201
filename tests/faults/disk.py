"""A full disk: files of a process that may not grow, or a small file system of its own."""

import errno
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path


@contextmanager
def no_larger_files(pid: int, most: int) -> Iterator[None]:
    """Refuse a running process every write beyond so many bytes of a file, as if the disk were full (EFBIG)."""
    soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, hard))


class SmallDisk:
    """A file system of some megabytes, mounted at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ballast = path / "ballast"

    @contextmanager
    def full(self) -> Iterator[None]:
        """Leave no byte of room (ENOSPC)."""
        try:
            with self._ballast.open("wb", buffering=0) as file:
                _write_until_full(file)
            yield
        finally:
            self._ballast.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount a file system in memory; only root may. It is unmounted at the end, whoever still uses it."""
    folder.mkdir()
    options = f"size={megabytes}m,mode=0700"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "hubbub-test", str(folder)], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _write_until_full(file: RawIOBase) -> None:
    """Write zeros; a write that no longer fits whole is done in part, and the next one fails."""
    try:
        while file.write(bytes(65_536)):
            pass
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
