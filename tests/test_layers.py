"""Imports go down only: who may import what, as a table, held against every import of the source."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

SRC = Path(__file__).parents[1] / "src"
EVERYTHING = "*"


class Rule(NamedTuple):
    """What a layer may import of ours beside itself and of others, and what it may not of the standard library."""

    ours: str = ""
    others: str = ""
    not_of_python: str = ""


NO_IO = (
    "asyncio threading multiprocessing socket ssl select selectors sqlite3 subprocess os pathlib io signal http urllib"
)
PURE = f"{NO_IO} time random secrets logging"
FRAMEWORKS_OF_DOORS = "starlette fastapi fastapi_offline jinja2 prometheus_client segno structlog msgspec"

LAYERS: dict[str, Rule] = {
    "hubbub.core": Rule(not_of_python=PURE),
    "hubbub.protocol": Rule(ours="hubbub.core", others="msgspec", not_of_python=PURE),
    "hubbub.store.base": Rule(ours="hubbub.core", not_of_python=PURE),
    "hubbub.broker.base": Rule(ours="hubbub.core", not_of_python=PURE),
    "hubbub.slow_reader": Rule(),
    "hubbub.session": Rule(ours="hubbub.core hubbub.protocol hubbub.broker.base"),
    "hubbub.hub": Rule(
        ours="hubbub.core hubbub.protocol hubbub.broker.base hubbub.session",
        not_of_python="time random secrets logging",
    ),
    "hubbub.chat": Rule(
        ours="hubbub.core hubbub.store.base hubbub.broker.base hubbub.session hubbub.hub",
        others="structlog",
        not_of_python="time random secrets logging sqlite3",
    ),
    "hubbub.gateways.http": Rule(
        ours="hubbub.core hubbub.protocol hubbub.session hubbub.chat",
        others=FRAMEWORKS_OF_DOORS,
        not_of_python="sqlite3",
    ),
    "hubbub.gateways.socketio": Rule(
        ours="hubbub.core hubbub.protocol hubbub.slow_reader hubbub.session hubbub.chat",
        others="starlette uvicorn websockets structlog",
        not_of_python="sqlite3",
    ),
    "hubbub.gateways": Rule(),
    "hubbub.store": Rule(ours="hubbub.core hubbub.store.base", others="sqlalchemy alembic"),
    "hubbub.broker": Rule(ours="hubbub.core hubbub.broker.base"),
    "hubbub.web": Rule(),
    "hubbub.config": Rule(ours="hubbub", others=EVERYTHING),
    "hubbub.server": Rule(ours="hubbub", others=EVERYTHING),
    "hubbub.bench": Rule(ours="hubbub.core hubbub.store", others="uvloop"),
    "hubbub.cli": Rule(ours="hubbub", others=EVERYTHING),
    "hubbub.__main__": Rule(ours="hubbub.cli"),
    "hubbub": Rule(),
}
"""By package or module; the longest name that fits a module is its layer, and a layer may always import itself."""


def module_name(path: Path) -> str:
    """Return the dotted name of a source file."""
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(SRC.rglob("*.py"))}


def layer_of(module: str) -> str:
    """Return the layer that a module belongs to."""
    return max((layer for layer in LAYERS if is_in(module, layer)), key=len)


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def imports_of(source: str, module: str) -> Iterator[str]:
    """Return the dotted names that a module imports, wherever in it the import stands."""
    package = module if MODULES.get(module, Path()).name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(node, package)
            for alias in node.names:
                whole = f"{base}.{alias.name}"
                yield whole if whole in MODULES else base
        elif isinstance(node, ast.Call) and _calls_import(node):
            yield ast.literal_eval(node.args[0])


def _base(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def _calls_import(node: ast.Call) -> bool:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in {"import_module", "__import__"}


def forbidden_imports(source: str, module: str) -> list[str]:
    """Return what a module imports and its layer may not."""
    layer = layer_of(module)
    return [name for name in imports_of(source, module) if not _may(LAYERS[layer], layer, name)]


def _may(rule: Rule, layer: str, name: str) -> bool:
    top = name.partition(".")[0]
    if top == "hubbub":
        is_own = is_in(name, layer) and layer_of(name) == layer
        return is_own or any(is_in(name, allowed) for allowed in rule.ours.split())
    if top in sys.stdlib_module_names:
        return not any(is_in(name, forbidden) for forbidden in rule.not_of_python.split())
    return rule.others == EVERYTHING or top in rule.others.split()


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_its_layer_may(module: str) -> None:
    assert forbidden_imports(MODULES[module].read_text(), module) == []


def test_every_layer_has_modules_or_is_a_fence_around_layers_that_have() -> None:
    used = {layer_of(module) for module in MODULES}
    fences = {layer for layer in LAYERS if any(is_in(other, layer) for other in used - {layer})}
    assert set(LAYERS) == used | fences


def test_only_the_composition_root_names_config_server_and_command_line() -> None:
    root = {"hubbub.config", "hubbub.server", "hubbub.cli"}
    namers = {
        module
        for module, path in MODULES.items()
        for name in imports_of(path.read_text(), module)
        if any(is_in(name, part) for part in root)
    }
    assert namers, "the server is made of them somewhere"
    assert {layer_of(module) for module in namers} <= root | {"hubbub.__main__"}


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("hubbub.core.text", "import msgspec"),
        ("hubbub.core.text", "import asyncio"),
        ("hubbub.core.text", "import time"),
        ("hubbub.core.text", "from random import randrange"),
        ("hubbub.core.text", "import logging.handlers"),
        ("hubbub.core.text", "from hubbub.protocol import limits"),
        ("hubbub.core.text", "from hubbub import session"),
        ("hubbub.core.text", "from .. import session"),
        ("hubbub.core.text", "from ..hub import hub"),
        ("hubbub.core.text", "def later():\n    import secrets"),
        ("hubbub.core.text", "importlib.import_module('hubbub.chat')"),
        ("hubbub.protocol.json", "import structlog"),
        ("hubbub.protocol.json", "from hubbub.session import Session"),
        ("hubbub.store.base", "import sqlalchemy"),
        ("hubbub.store.base", "from hubbub.store import models"),
        ("hubbub.broker.base", "from hubbub.hub import Hub"),
        ("hubbub.session", "from hubbub.hub import Hub"),
        ("hubbub.hub.hub", "from hubbub.chat import Chat"),
        ("hubbub.hub.hub", "from hubbub.broker.memory import MemoryBroker"),
        ("hubbub.hub.hub", "import structlog"),
        ("hubbub.chat.rooms", "import starlette"),
        ("hubbub.chat.rooms", "from hubbub.store.sqlite import SqliteStore"),
        ("hubbub.chat.rooms", "from hubbub.store import sqlite"),
        ("hubbub.chat.rooms", "from hubbub.gateways import http"),
        ("hubbub.gateways.http.app", "from hubbub.store.base import Store"),
        ("hubbub.gateways.http.app", "from hubbub.hub import Hub"),
        ("hubbub.gateways.http.app", "import hubbub.broker.base"),
        ("hubbub.gateways.http.app", "from hubbub.gateways import irc"),
        ("hubbub.gateways.http.app", "from hubbub.gateways.irc import lines"),
        ("hubbub.gateways.http.app", "from hubbub.config import Settings"),
        ("hubbub.gateways.http.app", "import uvicorn"),
        ("hubbub.store.sqlite.rows", "from hubbub.hub import Hub"),
        ("hubbub.store.sqlite.rows", "import starlette"),
        ("hubbub.broker.memory", "from hubbub.store.base import Store"),
        ("hubbub.bench.run", "from hubbub.server.serve import serve"),
        ("hubbub.bench.run", "import websockets"),
        ("hubbub.__main__", "from hubbub.server.serve import serve"),
    ],
)
def test_an_import_that_goes_up_or_aside_would_be_found(module: str, line: str) -> None:
    assert len(forbidden_imports(line, module)) == 1


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("hubbub.core.text", "import unicodedata"),
        ("hubbub.core.text", "from hubbub.core.error import ChatError"),
        ("hubbub.core.text", "from . import error"),
        ("hubbub.hub.hub", "import asyncio"),
        ("hubbub.hub", "from hubbub.hub.hub import Hub"),
        ("hubbub.store.sqlite.rows", "from hubbub.store.base import Membership"),
        ("hubbub.gateways.http.app", "from hubbub.gateways.http import api"),
        ("hubbub.server.serve", "from hubbub.store.sqlite import SqliteStore"),
    ],
)
def test_an_import_that_goes_down_is_let_through(module: str, line: str) -> None:
    assert forbidden_imports(line, module) == []
