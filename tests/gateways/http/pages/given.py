"""A door with a built page behind it, for tests without a server around them."""

import json
from pathlib import Path

import httpx2

from hubbub.chat import Chat
from hubbub.gateways.http import Door, build_app
from hubbub.gateways.http.door import WEB
from hubbub.store.memory import MemoryStore
from tests.fakes import FakeClock, make_context

SCRIPT = b"console.log('home');" * 100
FILES: dict[str, bytes] = {
    "assets/home-1.js": SCRIPT,
    "assets/home-1.css": b"body { margin: 0 }",
    "assets/room-1.js": b"console.log('room');",
    "assets/room-1.css": b"main { margin: 0 }",
    "assets/shared-1.js": b"export {};",
    "assets/shared-1.css": b"a { color: red }",
    "assets/inter-1.woff2": b"font" * 1_000,
    "favicon.svg": b"<svg/>",
    "apple-touch-icon.png": b"png",
    "icon-192.png": b"png",
    ".hidden": b"secret",
}
MANIFEST = {
    "src/home.ts": {"file": "assets/home-1.js", "isEntry": True, "imports": ["_s.js"], "css": ["assets/home-1.css"]},
    "src/room.ts": {"file": "assets/room-1.js", "isEntry": True, "imports": ["_s.js"], "css": ["assets/room-1.css"]},
    "_s.js": {"file": "assets/shared-1.js", "css": ["assets/shared-1.css"]},
}


def build_page(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """Write a built page into a folder; return it."""
    for name, content in (FILES if files is None else files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    return folder


def make_web(folder: Path, *, built: bool = True) -> Path:
    """Make a folder with our own templates and plain style, and a built page if it is to have one."""
    folder.mkdir(exist_ok=True)
    for name in ("templates", "plain"):
        (folder / name).symlink_to(WEB / name)
    if built:
        build_page(folder / "static")
    return folder


def make_door(web: Path, clock: FakeClock | None = None) -> Door:
    """Return a door on that folder."""

    async def ready() -> bool:
        return True

    context = make_context(MemoryStore(), clock or FakeClock())
    return Door(
        chat=Chat(context),
        cookie="hubbub_test",
        ready=ready,
        measure=dict,
        clock=context.clock,
        random_bytes=context.random_bytes,
        secret=b"secret",
        version="1.2.3",
        web=web,
    )


def client_of(door: Door, address: str = "192.0.2.7") -> httpx2.AsyncClient:
    """Return a browser in front of the door."""
    transport = httpx2.ASGITransport(build_app(door), client=(address, 5), raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://test", headers={"Accept": "text/html"})
