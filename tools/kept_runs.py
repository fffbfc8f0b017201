"""The runs of tests that were kept with what they measured, as `--figures=FILE` of pytest writes them."""

import json
from pathlib import Path
from typing import Any


def runs_of(file: Path) -> list[dict[str, Any]]:
    """Return the runs in a file, the oldest first; none if there is no file."""
    runs: list[dict[str, Any]] = json.loads(file.read_text()) if file.exists() else []
    return runs
