"""Measurements: `python -m bench` is `hubbub bench` with peers beside it, and what only a checkout can measure; NOTES.md keeps what was found."""
