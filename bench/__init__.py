"""Measurements: `hubbub bench` with peers beside it, and what only a checkout can do; NOTES.md keeps what was found."""
