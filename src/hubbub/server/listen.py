"""Listening: our own sockets, so that a port in use is one clear line, and how others reach them."""

import contextlib
import socket
import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from hubbub.server.failure import CannotStartError
from hubbub.server.paths import whole

BACKLOG = 2048


@contextlib.contextmanager
def listen(host: str, port: int, unix_socket: Path | None) -> Iterator[list[socket.socket]]:
    """Listen on the network, and at a path if there is one. Raises CannotStartError."""
    with contextlib.ExitStack() as stack:
        listeners = [stack.enter_context(bind(host, port))]
        if unix_socket:
            listeners.append(stack.enter_context(bind_unix(unix_socket)))
        yield listeners


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens there. Raises CannotStartError."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, proto)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "not a name of a machine"
        raise CannotStartError(f"There is no address {host} to listen on: {why}.") from None
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        words = f"Can't listen on {host}:{port}: {(error.strerror or str(error)).lower()}."
        raise CannotStartError(words, 5) from None
    listener.setblocking(False)
    return listener


@contextlib.contextmanager
def bind_unix(path: Path) -> Iterator[socket.socket]:
    """Listen at a path, for its owner and group alone, until the end. Raises CannotStartError.

    What a server that was killed has left there is replaced.
    """
    path = whole(path)
    try:
        _check_free(path)
        listener, number = _listen_at(path)
    except OSError as error:
        raise CannotStartError(f"Can't listen on {path}: {(error.strerror or str(error)).lower()}.", 5) from None
    try:
        yield listener
    finally:
        listener.close()
        with contextlib.suppress(OSError):
            if path.lstat().st_ino == number:
                path.unlink()


def url_of(listener: socket.socket, *, tls: bool = False) -> str:
    """Return the address that a browser on this machine, or on its network, opens."""
    host, port = listener.getsockname()[:2]
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        host = _address_on_the_network()
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def reachable_by_others(listener: socket.socket) -> bool:
    """Tell whether other machines can reach it."""
    return not ip_address(listener.getsockname()[0]).is_loopback


def _check_free(path: Path) -> None:
    """Refuse a path where there is something else than a socket that nobody listens on."""
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise CannotStartError(f"Can't listen on {path}: it is there already, and it is no socket.", 5)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            return
        except BlockingIOError:  # so many wait for the other server already
            pass
    raise CannotStartError(f"Can't listen on {path}: another server does.", 5)


def _listen_at(path: Path) -> tuple[socket.socket, int]:
    """Make a socket that is ready and has its permissions when it appears; return its file's number too."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(draft))
        draft.chmod(0o660)
        listener.listen(BACKLOG)
        listener.setblocking(False)
        number = draft.lstat().st_ino
        draft.replace(path)
    except OSError:
        listener.close()
        raise
    return listener, number


def _address_on_the_network() -> str:
    """Return this machine's address on its network; connecting a datagram socket sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1 (RFC 5737)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
