"""TLS: the certificate and its key."""

import ssl
from pathlib import Path

from hubbub.server.failure import CannotStartError
from hubbub.server.paths import whole


def load_tls(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """Return what encrypts connections, None if neither file is given. Raises CannotStartError."""
    if cert is None and key is None:
        return None
    if cert is None or key is None:
        raise CannotStartError(f"TLS needs both files: {'tls_cert' if cert is None else 'tls_key'} isn't set.")
    cert, key = _readable(cert), _readable(key)

    def refuse_to_ask() -> str:
        raise CannotStartError(f"The key {key} has a passphrase. A server starts by itself: store it without one.")

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(cert, key, password=refuse_to_ask)
    except ssl.SSLError as error:
        raise CannotStartError(_words(cert, key, error)) from None
    return context


def _readable(path: Path) -> Path:
    """See that the file can be read: OpenSSL wouldn't say which of the two can't."""
    path = whole(path)
    try:
        path.read_bytes()
    except OSError as error:
        raise CannotStartError(f"The file {path} can't be read: {error.strerror}.") from None
    return path


def _words(cert: Path, key: Path, error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return f"The key {key} isn't that of the certificate {cert}."
    try:
        ssl.create_default_context(cafile=cert)
    except ssl.SSLError:
        return f"The file {cert} has no certificate in PEM form."
    return f"The file {key} has no private key in PEM form."
