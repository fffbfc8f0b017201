"""Measurements: `python -m bench` prints what this checkout does on this machine; NOTES.md keeps what was found."""
