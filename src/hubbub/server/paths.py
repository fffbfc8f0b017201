"""Paths as people type them."""

from pathlib import Path

from hubbub.server.failure import CannotStartError


def whole(path: Path) -> Path:
    """Return a path from the root on, with `~` as somebody's home. Raises CannotStartError if that isn't known."""
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise CannotStartError(f"The path {path} leads nowhere: there is no such home.") from None
