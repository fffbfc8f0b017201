"""Hubbub: live group chat that runs from one command."""

__version__ = "0.1.0"
