"""How large what comes in from outside may be."""

MAX_BODY = 1_000_000
"""Bytes of one request, message or payload, at every door."""
