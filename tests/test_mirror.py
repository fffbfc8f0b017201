"""Tests mirror the source: who knows a module knows where its tests are, and no module is without any."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "hubbub"
TESTS = ROOT / "tests"
HOLDERS = ("conformance", "contracts", "e2e", "reliability", "scenarios", "security")
"""Folders whose tests go across modules; a file there may name in `HOLDS` the modules that it holds to their word."""


def source_files() -> list[Path]:
    """Return the source files that need tests: all with code in them, but not the steps of the database."""
    steps = SOURCE / "store" / "migrations"
    files = [path for path in sorted(SOURCE.rglob("*.py")) if path.name != "__init__.py" and steps not in path.parents]
    return [path for path in files if has_code(path.read_text())]


def has_code(source: str) -> bool:
    """Tell whether there is more to a module than its docstring, imports and `__all__`."""
    return not all(_is_no_code(statement) for statement in ast.parse(source).body)


def _is_no_code(statement: ast.stmt) -> bool:
    match statement:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Assign(targets=[ast.Name(id="__all__")]):
            return True
    return False


def mirror_of(source: Path) -> Path:
    """Return where the tests of a module are."""
    relative = source.relative_to(SOURCE)
    return TESTS / relative.parent / f"test_{relative.stem}.py"


def original_of(test: Path) -> Path | None:
    """Return what a test file mirrors: a module, a package beside it, or the package whose name its folder has."""
    folder = SOURCE / test.relative_to(TESTS).parent
    name = test.stem.removeprefix("test_")
    package = folder if folder.name == name else folder / name
    return next((path for path in (folder / f"{name}.py", package / "__init__.py") if path.exists()), None)


def module_name(source: Path) -> str:
    return ".".join(source.relative_to(ROOT / "src").with_suffix("").parts)


def mirrors() -> list[Path]:
    """Return the test files that have to mirror a module."""
    across = [TESTS / folder for folder in HOLDERS]
    return [
        path
        for path in sorted(TESTS.rglob("test_*.py"))
        if path.parent != TESTS and not any(folder in path.parents for folder in across)
    ]


def held() -> dict[str, list[str]]:
    """Return the modules that each test file across modules says to hold."""
    files = [path for folder in HOLDERS for path in sorted((TESTS / folder).rglob("*.py"))]
    return {str(path.relative_to(ROOT)): list(held_by(path.read_text())) for path in files}


def held_by(source: str) -> Iterator[str]:
    """Give the names in a file's `HOLDS`."""
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "HOLDS":
            yield from ast.literal_eval(statement.value)


@pytest.mark.parametrize("test", mirrors(), ids=lambda path: str(path.relative_to(TESTS)))
def test_a_test_file_mirrors_a_module(test: Path) -> None:
    assert original_of(test)


@pytest.mark.parametrize("source", source_files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_with_code_has_a_mirror_or_is_held_by_tests_across_modules(source: Path) -> None:
    holders = [file for file, names in held().items() if module_name(source) in names]
    assert mirror_of(source).exists() or holders, "write its test file, or name it in the HOLDS of one that tries it"


@pytest.mark.parametrize(("file", "names"), held().items(), ids=list(held()))
def test_what_a_test_file_says_to_hold_exists_once(file: str, names: list[str]) -> None:
    assert len(set(names)) == len(names)
    assert {name for name in names if name not in {module_name(path) for path in SOURCE.rglob("*.py")}} == set()


def test_a_mirror_is_found_from_either_side() -> None:
    source, test = SOURCE / "core" / "name.py", TESTS / "core" / "test_name.py"
    assert (mirror_of(source), original_of(test)) == (test, source)
    assert source in source_files()
    assert test in mirrors()


def test_a_package_is_mirrored_beside_its_folder_or_in_it() -> None:
    assert original_of(TESTS / "store" / "test_migrations.py") == SOURCE / "store" / "migrations" / "__init__.py"
    assert original_of(TESTS / "cli" / "test_cli.py") == SOURCE / "cli" / "__init__.py"


def test_a_module_without_its_mirror_would_be_noticed() -> None:
    lonely = SOURCE / "core" / "lonely.py"
    assert not mirror_of(lonely).exists()
    assert not any(module_name(lonely) in names for names in held().values())
    assert original_of(TESTS / "core" / "test_lonely.py") is None


@pytest.mark.parametrize("source", ['"""Nothing."""', "import os\nfrom os import path\n__all__ = ['path']", ""])
def test_docstrings_and_imports_are_no_code(source: str) -> None:
    assert not has_code(source)


@pytest.mark.parametrize("source", ["x = 1", "def f(): ...", "class C: ...", "print()", "if True:\n    import os"])
def test_everything_else_is(source: str) -> None:
    assert has_code(source)


def test_names_are_read_out_of_a_file() -> None:
    assert list(held_by("X = 1\nHOLDS = ('hubbub.a', 'hubbub.b')\n")) == ["hubbub.a", "hubbub.b"]
    assert list(held_by("X = 1\n")) == []
