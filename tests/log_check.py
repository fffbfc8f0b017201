"""What must never stand in a log: held against the log of every server that any test has run."""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

HARMLESS: dict[str, re.Pattern[str]] = {
    "event": re.compile(r"[a-z_]{1,40}"),
    "level": re.compile(r"debug|info|warning|error"),
    "timestamp": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"),
    "room": re.compile(r"\d+"),
    "seq": re.compile(r"\d+"),
    "user": re.compile(r"[a-z2-7]{16}"),
    "code": re.compile(r"[A-Z]{4,8}"),
}
"""Fields that can't hold what somebody said, by the form of their values. The code may be a private room's."""

LEAST = 5
"""Characters: a shorter text or name stands in any log by chance."""

TOKEN = re.compile(r"(?=([A-Za-z0-9_-]{43}))")


def leaks(log: str, database: Path) -> list[str]:
    """Return what a log tells of what its server's database keeps: texts, names, titles, tokens, private codes.

    Nearly every line has nothing but harmless fields; all that is said in the others is looked through.
    """
    words, codes = list[str](), set[str]()
    for line in log.splitlines():
        fields = _fields(line)
        codes.add(str(fields.get("code", "")))
        words += _words(fields)
    rest = "\n".join(words)
    codes.update(re.findall(r"[A-Z]{6,8}", rest))
    if not database.exists() or not (rest or any(len(code) >= 6 for code in codes)):
        return []
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
        return list(_told(connection, rest, codes))


def _told(connection: sqlite3.Connection, rest: str, codes: set[str]) -> Iterator[str]:
    for code in sorted(codes & _column(connection, "SELECT code FROM rooms WHERE private = 1")):
        yield f"the code {code} of a private room"
    for what, query in {
        "text": "SELECT text FROM messages",
        "name": "SELECT name FROM users",
        "title": "SELECT title FROM rooms",
        "client_message_id": "SELECT client_message_id FROM messages",
    }.items():
        for said in _column(connection, query):
            if said and len(said) >= LEAST and said in rest:
                yield f"the {what} {said!r}"
    hashes = _column(connection, "SELECT token_hash FROM logins")
    for token in set(TOKEN.findall(rest)):
        if hashlib.sha256(token.encode()).digest() in hashes:
            yield f"the token {token}"


def _column(connection: sqlite3.Connection, query: str) -> set[Any]:
    return {value for (value,) in connection.execute(query)}


def _fields(line: str) -> dict[str, Any]:
    """Return a line's fields; one that isn't JSON is a single field."""
    try:
        fields = json.loads(line)
    except ValueError:
        return {"line": line}
    return fields if isinstance(fields, dict) else {"line": line}


def _words(fields: dict[str, Any]) -> Iterator[str]:
    """Give what a line says beyond what is harmless."""
    for name, value in fields.items():
        if name not in HARMLESS or not HARMLESS[name].fullmatch(str(value)):
            yield f"{name} {value}"
