"""Paths as people type them."""

from pathlib import Path

import pytest

from hubbub.server.failure import CannotStartError
from hubbub.server.paths import whole


def test_a_path_is_whole_from_the_root_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ann")
    assert [whole(Path(typed)) for typed in ("data", "/data", "~/data")] == [
        tmp_path / "data",
        Path("/data"),
        Path("/home/ann/data"),
    ]


def test_nobodys_home_is_refused_in_one_line() -> None:
    with pytest.raises(CannotStartError, match=r"^The path ~nobody-of-that-name/x leads nowhere"):
        whole(Path("~nobody-of-that-name/x"))
