"""`python -m tools.typescript FILE`: writes the types, and leaves a file alone that says the same already.

Needs nothing but Python and `src` on its path, so that the build hook can run it before anything is installed.
"""

import sys
from pathlib import Path

from tools.typescript.document import document


def main() -> None:
    """Write the file that is named."""
    path, text = Path(sys.argv[1]), document()
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
