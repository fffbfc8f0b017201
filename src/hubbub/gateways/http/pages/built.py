"""The page as it was built: its files in memory, packed, and what each entry needs of them."""

import gzip
import hashlib
import json
import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
PACKED = frozenset({".js", ".css", ".svg", ".json", ".webmanifest", ".txt", ".html"})
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
"""Not left to the machine, whose own table may say otherwise."""


@dataclass(frozen=True)
class File:
    """One file; `packed` is its gzip, None where that gains nothing."""

    content: bytes
    media_type: str
    packed: bytes | None = None

    @cached_property
    def digest(self) -> str:
        """The first half of the content's SHA-256."""
        return hashlib.sha256(self.content).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Entry:
    """What a page loads, as addresses."""

    styles: tuple[str, ...] = ()
    script: str = ""
    modules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuiltPage:
    """All files by their address, `entries` by their source's name, `digest` over all; empty if nothing was built."""

    files: dict[str, File] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    digest: str = ""


def read_built_page(folder: Path) -> BuiltPage:
    """Read what was built into a folder; an empty page if there is none."""
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return BuiltPage()
    chunks: dict[str, Any] = json.loads(manifest.read_bytes())
    files = {f"/{path.relative_to(folder).as_posix()}": read_file(path) for path in _files_of(folder)}
    entries = {name: _entry(name, chunks) for name, chunk in chunks.items() if chunk.get("isEntry")}
    return BuiltPage(files, entries, _digest(files))


def read_file(path: Path) -> File:
    """Read a file, and pack it if that makes it smaller."""
    content = path.read_bytes()
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = gzip.compress(content, mtime=0) if path.suffix in PACKED else content
    return File(content, media_type, packed if len(packed) < len(content) else None)


def _files_of(folder: Path) -> list[Path]:
    """Return the files that are handed out: not the manifest, nothing hidden."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if path.name != MANIFEST and not _is_hidden(path.relative_to(folder))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _entry(name: str, chunks: dict[str, Any]) -> Entry:
    imported = list(dict.fromkeys(_imported(name, chunks)))
    styles = [style for each in [*imported, name] for style in chunks[each].get("css", ())]
    modules = tuple(f"/{chunks[each]['file']}" for each in imported)
    return Entry(tuple(f"/{style}" for style in dict.fromkeys(styles)), f"/{chunks[name]['file']}", modules)


def _imported(name: str, chunks: dict[str, Any]) -> Iterator[str]:
    """Give what a chunk imports, deepest first, since their styles come first too."""
    for each in chunks[name].get("imports", ()):
        yield from _imported(each, chunks)
        yield each


def _digest(files: dict[str, File]) -> str:
    """Return what tells this page from another build of it."""
    lines = "".join(f"{name} {file.digest}\n" for name, file in sorted(files.items()))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]
