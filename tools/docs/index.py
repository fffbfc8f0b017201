"""The index of the files: each module's opening sentence, folder by folder."""

import ast
from itertools import groupby
from pathlib import Path

FOLDERS = ("src/hubbub/**", "tests", "bench/**", "tools/**")
"""In this order; of the tests, only what they share and what is true of the whole project."""


def files(root: Path) -> str:
    """Return the index. Raises ValueError for a module without an opening sentence."""
    return "\n\n".join(
        _folder(folder, list(modules), root)
        for pattern in FOLDERS
        for folder, modules in groupby(sorted(root.glob(f"{pattern}/*.py"), key=_place), key=lambda path: path.parent)
    )


def _place(path: Path) -> tuple[Path, str]:
    return path.parent, path.name


def _folder(folder: Path, modules: list[Path], root: Path) -> str:
    head, lines = f"**`{folder.relative_to(root)}/`**", []
    for path in modules:
        if path.name == "__init__.py":
            head += f": {_sentence(path)}"
        else:
            lines.append(f"- [`{path.name}`]({path.relative_to(root)}): {_sentence(path)}")
    return "\n".join([head, "", *lines]).rstrip()


def _sentence(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    if not docstring:
        raise ValueError(f"{path} doesn't open with a sentence")
    return " ".join(docstring.partition("\n\n")[0].split())
