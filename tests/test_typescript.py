"""The web page's types: what they promise of events and replies is what the server writes."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.command import COMMANDS
from hubbub.core.event import EPHEMERAL_EVENTS, STORED_EVENTS, Refused
from hubbub.protocol.json import encode
from tests.protocol.any_of import any_of
from tools.typescript.document import document
from tools.typescript.shapes import interface, type_of

ROOT = Path(__file__).parents[1]
REPLIES = list(dict.fromkeys(command.reply for command in COMMANDS.values()))
EVENTS: list[type[Any]] = [*STORED_EVENTS, *EPHEMERAL_EVENTS]
TOLD: list[type[Any]] = [kind for kind in (*EVENTS, *REPLIES) if kind is not Refused]

_JSON_TYPES: dict[str, type | tuple[type, ...]] = {"string": str, "number": (int, float), "boolean": bool}


def fields_of(kind: type[Any]) -> dict[str, tuple[bool, str]]:
    """Return each field of an interface: whether it is always there, and its type."""
    found = re.findall(r"readonly (\w+)(\??): (.+);", interface(kind))
    return {name: (not optional, hint) for name, optional, hint in found}


@pytest.mark.parametrize("kind", TOLD)
@given(data=st.data())
def test_what_is_told_has_the_fields_of_its_interface(kind: type[Any], data: st.DataObject) -> None:
    told = json.loads(encode(data.draw(any_of(kind))))
    fields = fields_of(kind)
    assert told.keys() <= fields.keys()
    assert {name for name, (always, _) in fields.items() if always} <= told.keys()
    for name, value in told.items():
        if expected := _JSON_TYPES.get(fields[name][1]):
            assert isinstance(value, expected)


@pytest.mark.parametrize("name", [*COMMANDS, *(kind.type for kind in EVENTS)])
def test_every_command_and_event_is_in_the_tables(name: str) -> None:
    assert re.search(rf"^  {name}: ", document(), re.MULTILINE)


def test_everything_that_a_type_names_is_defined() -> None:
    text = re.sub(r"/\*\*.*?\*/|\"[^\"]*\"", "", document(), flags=re.DOTALL)
    defined = re.findall(r"export (?:interface|type|const) (\w+)", text)
    named = set(re.findall(r"\b[A-Z][A-Za-z]+\b", text))
    assert len(defined) > 30
    assert named - set(defined) == set()
    assert len(set(defined)) == len(defined)


@pytest.mark.parametrize(
    ("hint", "typescript"),
    [
        (int | None, "number | null"),
        (tuple[str, ...], "readonly string[]"),
        (tuple[int | str, ...], "readonly (number | string)[]"),
    ],
)
def test_a_hint_in_typescript(hint: Any, typescript: str) -> None:
    assert type_of(hint) == typescript


def test_bare_python_writes_them_and_leaves_a_fresh_file_alone(tmp_path: Path) -> None:
    file = tmp_path / "protocol.gen.ts"
    command = [sys.executable, "-S", "-m", "tools.typescript", str(file)]  # -S: without anything that was installed
    subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src")}, check=True)
    first = file.stat().st_mtime_ns
    assert file.read_text() == document()
    subprocess.run(command, cwd=ROOT, env={"PYTHONPATH": str(ROOT / "src")}, check=True)
    assert file.stat().st_mtime_ns == first
