"""The data folder: one owner, one secret, whatever happens meanwhile."""

import errno
import fcntl
import os
import stat
from pathlib import Path

import pytest

from hubbub.server.failure import CannotStartError
from hubbub.server.folder import SECRET_BYTES, own_folder


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    with own_folder(tmp_path), pytest.raises(CannotStartError, match=f"in use by process {os.getpid()}") as refused:
        own_folder(tmp_path).__enter__()
    assert refused.value.exit_code == 5
    with own_folder(tmp_path):
        pass


def test_the_lock_is_given_back_when_the_owner_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), own_folder(tmp_path):
        raise ZeroDivisionError
    with own_folder(tmp_path):
        pass


def test_the_secret_is_made_once_and_for_the_owner_alone(tmp_path: Path) -> None:
    with own_folder(tmp_path / "a") as folder:
        secret = folder.secret
    assert len(secret) == SECRET_BYTES
    assert stat.S_IMODE((tmp_path / "a" / "secret").stat().st_mode) == 0o600
    with own_folder(tmp_path / "a") as again, own_folder(tmp_path / "b") as other:
        assert again.secret == secret
        assert other.secret != secret


def test_a_secret_that_was_cut_short_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "secret.new").write_bytes(b"cut")
    with own_folder(tmp_path) as folder:
        assert len(folder.secret) == SECRET_BYTES
    assert not (tmp_path / "secret.new").exists()


def test_a_folder_in_the_home_directory_may_be_named_by_a_tilde(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with own_folder(Path("~/chat")) as folder:
        assert folder.path == tmp_path / "chat"


def test_a_file_system_without_locks_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(CannotStartError, match="can't be locked: No locks available"):
        own_folder(tmp_path).__enter__()


def test_a_full_disk_is_no_reason_not_to_own_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with own_folder(tmp_path):
        pass
    monkeypatch.setattr(os, "pwrite", refuse)
    with own_folder(tmp_path), pytest.raises(CannotStartError, match="in use by another process"):
        own_folder(tmp_path).__enter__()
