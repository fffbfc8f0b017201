"""Every module opens with one sentence, and whatever is public in the source says what it is for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = [
    path
    for folder in ("src", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "node_modules" not in path.parts  # others' files, installed for tests
]
SOURCE = [path for path in MODULES if ROOT / "src" in path.parents]
Definition = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def by_path(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_one_sentence(docstring: str | None) -> bool:
    """Tell whether it is one paragraph that ends like a sentence, and in which no other one begins."""
    if not docstring or docstring != docstring.strip() or "\n\n" in docstring:
        return False
    return docstring[-1] in ".!?" and not re.search(r"[.!?]\s+[A-Z]", docstring)


def undocumented(source: str) -> list[str]:
    """Return the public classes, functions and methods that say nothing of themselves."""
    return [name for name, definition in _public(ast.parse(source), "") if not ast.get_docstring(definition)]


def _public(parent: ast.Module | ast.ClassDef, prefix: str) -> Iterator[tuple[str, Definition]]:
    for node in parent.body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from _public(node, f"{prefix}{node.name}.")


@pytest.mark.parametrize("module", MODULES, ids=by_path)
def test_a_module_opens_with_exactly_one_sentence(module: Path) -> None:
    docstring = ast.get_docstring(ast.parse(module.read_text()), clean=False)
    assert is_one_sentence(docstring), docstring


@pytest.mark.parametrize("module", SOURCE, ids=by_path)
def test_whatever_is_public_in_the_source_has_a_docstring(module: Path) -> None:
    assert undocumented(module.read_text()) == []


@pytest.mark.parametrize(
    "docstring", ["Names: what may be one.", "Ends well!", "A.B: `x.y` is v1.2 of it.", "Is it so?"]
)
def test_one_sentence_passes(docstring: str) -> None:
    assert is_one_sentence(docstring)


@pytest.mark.parametrize(
    "docstring", [None, "", "No end", "Two. Sentences.", "Two.\nLines. Of it.", "One.\n\nMore.", " Ends. "]
)
def test_anything_else_is_noticed(docstring: str | None) -> None:
    assert not is_one_sentence(docstring)


def test_a_silent_function_class_or_method_is_noticed() -> None:
    source = '''
def silent(): ...
async def also_silent(): ...
def loud():
    """Say something."""
    def inner(): ...
class Mute:
    def shrug(self): ...
    def __len__(self): ...
    def _private(self): ...
class _Hidden:
    def method(self): ...
'''
    assert undocumented(source) == ["silent", "also_silent", "Mute", "Mute.shrug"]
