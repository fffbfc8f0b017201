"""`make docs`: rewrites the generated parts of all documents."""

from pathlib import Path

from tools.docs.parts import documents, fill

ROOT = Path(__file__).parents[2]


def main() -> None:
    """Rewrite what is stale, and name it."""
    for document in documents(ROOT):
        old = document.read_text()
        new = fill(old, ROOT)
        if new != old:
            document.write_text(new)
            print(f"Wrote {document.relative_to(ROOT)}.")


if __name__ == "__main__":
    main()
