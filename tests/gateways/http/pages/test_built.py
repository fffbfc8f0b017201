"""What was built is read whole, packed, and put together as its manifest says."""

import gzip
from pathlib import Path

from hubbub.gateways.http.pages.built import BuiltPage, Entry, read_built_page
from tests.gateways.http.pages.given import FILES, SCRIPT, build_page


def test_a_server_without_the_page_has_an_empty_one(tmp_path: Path) -> None:
    assert read_built_page(tmp_path) == read_built_page(tmp_path / "nothing") == BuiltPage()


def test_every_file_is_there_by_its_address_but_what_is_hidden_and_the_manifest(tmp_path: Path) -> None:
    built = read_built_page(build_page(tmp_path))
    assert set(built.files) == {f"/{name}" for name in FILES if name != ".hidden"}
    assert built.files["/assets/home-1.js"].content == SCRIPT


def test_an_entry_brings_the_styles_and_modules_of_what_it_imports_before_its_own(tmp_path: Path) -> None:
    entries = read_built_page(build_page(tmp_path)).entries
    assert set(entries) == {"src/home.ts", "src/room.ts"}
    assert entries["src/home.ts"] == Entry(
        ("/assets/shared-1.css", "/assets/home-1.css"), "/assets/home-1.js", ("/assets/shared-1.js",)
    )


def test_files_have_the_types_that_browsers_insist_on(tmp_path: Path) -> None:
    files = read_built_page(build_page(tmp_path)).files
    types = {name.rpartition(".")[2]: file.media_type for name, file in files.items()}
    assert types == {
        "js": "text/javascript",
        "css": "text/css",
        "woff2": "font/woff2",
        "svg": "image/svg+xml",
        "png": "image/png",
    }


def test_what_gains_by_it_is_packed(tmp_path: Path) -> None:
    files = read_built_page(build_page(tmp_path)).files
    packed = files["/assets/home-1.js"].packed
    assert packed is not None
    assert gzip.decompress(packed) == SCRIPT
    assert files["/assets/inter-1.woff2"].packed is None, "fonts are packed already"
    assert files["/favicon.svg"].packed is None, "it would grow"


def test_the_digest_tells_one_build_from_another_and_nothing_else(tmp_path: Path) -> None:
    first, same = (read_built_page(build_page(tmp_path / name)).digest for name in ("first", "same"))
    changed = read_built_page(build_page(tmp_path / "changed", FILES | {"assets/room-1.js": b"other"})).digest
    renamed = read_built_page(build_page(tmp_path / "renamed", FILES | {"assets/new.js": b"x"})).digest
    assert first == same
    assert len({first, changed, renamed}) == 3
