"""The data folder: everything that is kept lies in it, and one process at a time owns it."""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hubbub.server.failure import CannotStartError
from hubbub.server.paths import whole

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class DataFolder:
    """A folder that this process owns. `secret` has 256 random bits, made once per installation."""

    path: Path
    secret: bytes

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "hubbub.db"


@contextmanager
def own_folder(path: Path) -> Iterator[DataFolder]:
    """Create the folder if need be, lock it, and make its secrets. Raises CannotStartError."""
    path = whole(path)
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStartError(f"The folder {path} can't be used: {error.strerror}.") from None
    try:
        _lock(lock, path)
        yield DataFolder(path, _secret(path / "secret"))
    finally:
        os.close(lock)


def _lock(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 64).decode(errors="replace").strip() or "another process"
        raise CannotStartError(f"The folder {path} is in use by {holder}.", 5) from None
    except OSError as error:  # some network file systems have no locks
        raise CannotStartError(f"The folder {path} can't be locked: {error.strerror}.") from None
    with contextlib.suppress(OSError):  # on a full disk it is held all the same, only nobody is told by whom
        os.ftruncate(lock, 0)
        os.pwrite(lock, f"process {os.getpid()}\n".encode(), 0)


def _secret(path: Path) -> bytes:
    """Read the installation's secret, or make one that only its owner can read."""
    try:
        if not path.exists():
            _write_whole(path, secrets.token_bytes(SECRET_BYTES))
        secret = path.read_bytes()
    except OSError as error:
        raise CannotStartError(f"The file {path} can't be used: {error.strerror}.") from None
    if len(secret) != SECRET_BYTES:
        raise CannotStartError(f"The file {path} is damaged: it should have {SECRET_BYTES} bytes.", 5)
    return secret


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whenever the power fails."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
