"""The documents are true: what is generated is fresh, what is named exists, what is shown works."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server_process import ServerProcess, environment
from tools.docs.markdown import table
from tools.docs.parts import PARTS, documents, fill, parts_of

ROOT = Path(__file__).parents[1]
DOCUMENTS = list(documents(ROOT))
WALK = "A walk with curl"

each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@each_document
def test_what_is_generated_says_what_the_code_says_now(document: Path) -> None:
    text = document.read_text()
    assert fill(text, ROOT) == text, "run `make docs`"


def test_a_stale_part_is_noticed() -> None:
    stale = (ROOT / "docs/settings.md").read_text().replace("| `port` |", "| `harbour` |")
    assert "harbour" in stale, "need a table with the port for this test to mean anything"
    assert "harbour" not in fill(stale, ROOT)


def test_every_generated_part_stands_in_one_document() -> None:
    assert sorted(part for document in DOCUMENTS for part in parts_of(document.read_text())) == sorted(PARTS)


def test_the_index_refuses_a_module_without_an_opening_sentence(tmp_path: Path) -> None:
    package = tmp_path / "src" / "hubbub"
    package.mkdir(parents=True)
    (package / "silent.py").write_text("x = 1\n")
    with pytest.raises(ValueError, match="silent"):
        PARTS["files"](tmp_path)


def test_a_bar_in_a_cell_ends_no_column() -> None:
    assert table(["a"], [["x|y"]]).splitlines()[-1] == r"| x\|y |"


@pytest.mark.parametrize("command", [(), ("serve",), ("bench",)])
def test_every_command_and_flag_that_the_help_names_is_in_the_documents(command: tuple[str, ...]) -> None:
    shown = _printed_help(*command)
    named = re.findall(r"--[a-z-]+", shown) + re.findall(r"^  ([a-z]+)  ", shown, re.MULTILINE)
    assert "--help" in named
    documented = (ROOT / "docs/cli.md").read_text()
    assert [name for name in named if name not in documented] == []


@each_document
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    broken = [link for link in _links(document.read_text()) if not _leads_somewhere(document, link)]
    assert broken == []


def test_a_broken_link_is_noticed() -> None:
    readme = ROOT / "README.md"
    assert _leads_somewhere(readme, "docs/api.md#errors")
    assert not _leads_somewhere(readme, "docs/api.md#mistakes")
    assert not _leads_somewhere(readme, "docs/apy.md")


@each_document
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    named = re.findall(r"`([\w.-]+/[\w./-]+\.[a-z]+)`", document.read_text())
    assert [name for name in named if not _is_there(name)] == []


@each_document
def test_every_make_command_that_a_document_names_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert "test" in targets
    assert set(re.findall(r"(?:`|\$ |\d )make ([a-z]+)", document.read_text())) <= targets


def test_the_walk_with_curl_works_as_shown(server: ServerProcess, tmp_path: Path) -> None:
    """The answers may come in another order, and say other codes, ids and times, but they have the same form."""
    walk = _section((ROOT / "README.md").read_text(), WALK)
    script = "set -euo pipefail\n" + "\n".join(_blocks(walk, "sh"))
    assert script.count("curl") > 4
    ran = subprocess.run(
        ["bash", "-c", script.replace("http://127.0.0.1:8000", server.url)],
        check=False, cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    shown = [answer for block in _blocks(walk, "json") for answer in _answers(block)]
    answers = list(_answers(ran.stdout[ran.stdout.index("{") :]))
    assert sorted(map(_form, answers)) == sorted(map(_form, shown))
    acks = [answer for answer in answers if "number" in answer]
    assert acks[0] == acks[1], "a retry is answered as the first time"
    (heard,) = [answer["events"][0]["text"] for answer in answers if "events" in answer]
    assert heard == "Hello, Bob."


def _printed_help(*command: str) -> str:
    line = [sys.executable, "-m", "hubbub", *command, "--help"]
    return subprocess.run(line, env=os.environ | {"COLUMNS": "200"}, check=True, capture_output=True, text=True).stdout


def _links(text: str) -> list[str]:
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if not re.match(r"[a-z]+:", link)]


def _leads_somewhere(document: Path, link: str) -> bool:
    file, _, heading = link.partition("#")
    target = document.parent / file if file else document
    return target.exists() and (not heading or heading in _anchors(target.read_text()))


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _is_there(name: str) -> bool:
    return any((folder / name).exists() for folder in (ROOT, ROOT / "src/hubbub"))


def _section(text: str, heading: str) -> str:
    return text.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def _answers(text: str) -> Iterator[dict[str, Any]]:
    """Read JSON objects that stand one after another."""
    while text := text.strip():
        answer, end = json.JSONDecoder().raw_decode(text)
        yield answer
        text = text[end:]


def _form(value: Any) -> str:
    """Return a value's form: its keys, what is true of every run, and only the type of what isn't."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_form(value[key])}" for key in value) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(_form, value))}]"
    return "a string" if isinstance(value, str) else json.dumps(value)
