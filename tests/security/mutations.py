"""Malformed input by the thousand: valid frames, mutated by a seeded generator, and a list of nasty ones."""

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from websockets.frames import Frame, Opcode

CANARY = "canary-that-no-log-may-sing"
"""Stands in the texts of what is sent, and so must not stand in a log."""

NASTY: tuple[str, ...] = (
    "", "\0", "\x1e", "\x1e" * 9, "\ufeff", "\u202e", "\ud7ff\ue000", "💥", "٣", "２", "[", "]", "{", "}", '"', "\\",
    "\\ud800", "[" * 3000, '{"a":' * 3000, "null", "NaN", "-Infinity", "1e999", "-1", "0", "9" * 30, str(2**53),
    str(2**63), "true", '{"_placeholder":true,"num":0}', '{"_placeholder":true,"num":-1}', "__proto__", "/admin,", "/,",
    "5-", "51-", "61-", "999999999-", "b", "bAAAA", "b=", "%00", "%ff", "\r\n", "\r\n\r\n", "A" * 9000, "/*", "<!--",
    "'; --", "../..",
)  # fmt: skip
"""What is put into the midst of something valid."""

PACKETS: tuple[str, ...] = (
    '40{"name":"Eve"}',
    "40",
    "41",
    "43[]",
    '431["x"]',
    '44{"message":"x"}',
    '420["my_rooms"]',
    '421["my_rooms",{}]',
    '422["who_am_i",{}]',
    '423["create_room",{"title":"TITLE","capacity":3,"lifetime":"expires","expires_days":3}]',
    '424["join_room",{"code":"CODE","since":0,"epoch":"x"}]',
    '425["send_message",{"code":"CODE","text":"TEXT","client_message_id":"x","reply_to":1}]',
    '426["events",{"code":"CODE","since":0,"limit":5}]',
    '427["messages",{"code":"CODE","before":9,"limit":5}]',
    '428["read",{"code":"CODE","number":1}]',
    '42["typing",{"code":"CODE"}]',
    '429["members",{"code":"CODE","after":"","limit":5}]',
    '42/admin,9["x"]',
    '451-9["send_message",{"code":"CODE","text":{"_placeholder":true,"num":0}}]',
    "2", "2probe", "3", "5", "6", "1", "0{}",
)  # fmt: skip
BODIES: tuple[tuple[str, str, str], ...] = (
    ("POST", "/api/v1/guests", '{"name":"Eve"}'),
    ("PATCH", "/api/v1/users/me", '{"name":"Eve"}'),
    ("POST", "/api/v1/rooms", '{"title":"TITLE","private":true,"capacity":3,"lifetime":"expires","expires_days":3}'),
    ("PUT", "/api/v1/rooms/CODE/members/me", '{"since":0,"epoch":"x"}'),
    ("POST", "/api/v1/rooms/CODE/messages", '{"text":"TEXT","client_message_id":"x","reply_to":1}'),
    ("PUT", "/api/v1/rooms/CODE/read", '{"number":1}'),
    ("POST", "/page-errors", '{"message":"TEXT","source":"x","line":1}'),
)
"""Commands in JSON, and where they go."""

QUERIES = (
    "/messages?before=9&limit=5",
    "/messages?after=1",
    "/events?since=1&limit=5&wait=0",
    "/members?after=x&limit=5",
    "",
)


VALUES: tuple[Any, ...] = (
    None, True, -1, 2**63, 1.5, "", CANARY, "x" * 20_000, [], {}, [[]], {"a": {}}, "\0", "\u202e"
)  # fmt: skip


class Mutations:
    """A source of malformed input, the same one for the same seed; CODE, TEXT and TITLE become what they are here."""

    def __init__(self, seed: int, code: str) -> None:
        self.random = random.Random(seed)
        self._words = {"CODE": code, "TEXT": CANARY, "TITLE": CANARY}

    def packet(self) -> str | bytes:
        """Return what should be a packet, in a message of text or of bytes."""
        text = self.mutated(self._filled(self.random.choice(PACKETS)))
        return text if self.random.random() < 0.95 else text.encode("utf-8", "surrogatepass")

    def frame(self) -> bytes:
        """Return bytes that should be a WebSocket frame with a packet in it."""
        packet = self.packet()
        data = packet.encode("utf-8", "surrogatepass") if isinstance(packet, str) else packet
        kind = Opcode.TEXT if isinstance(packet, str) else Opcode.BINARY
        whole = Frame(kind, data).serialize(mask=True)
        return self.bent(whole) if self.random.random() < 0.3 else whole

    def payload(self) -> bytes:
        """Return what should be the body of a POST to the live door."""
        packets = [self.packet() for _ in range(self.random.randint(1, 3))]
        data = b"\x1e".join(
            each if isinstance(each, bytes) else each.encode("utf-8", "surrogatepass") for each in packets
        )
        return self.bent(data) if self.random.random() < 0.3 else data

    def body(self) -> tuple[str, str, bytes]:
        """Return method, path and what should be the command in JSON."""
        method, path, body = self.random.choice(BODIES)
        filled = self._filled(body)
        bent = self.mutated(filled) if self.random.random() < 0.5 else self.rearranged(filled)
        return method, self._filled(path), bent.encode("utf-8", "surrogatepass")

    def command(self) -> tuple[str, Any]:
        """Return the name of a command, and JSON that should be its fields."""
        packet = self._filled(self.random.choice([each for each in PACKETS if each.startswith("42") and "{" in each]))
        name, fields = json.loads(packet[packet.index("[") :])
        return name, json.loads(self.rearranged(json.dumps(fields)))

    def request(self, token: str) -> bytes:
        """Return bytes that should be a request."""
        if self.random.random() < 0.5:
            method, path, body = self.body()
            path = self.mutated(path) if self.random.random() < 0.5 else path
        else:
            method, body = "GET", b""
            path = self.mutated(self._filled("/api/v1/rooms/CODE" + self.random.choice(QUERIES)))
        length = self.random.choice([str(len(body))] * 8 + ["0", "-1", "1e3", "9" * 30, "5, 5"])
        lines = [f"{method} {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", f"Content-Length: {length}"]
        lines += ["Content-Type: application/json"]
        whole = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogatepass") + body
        return self.bent(whole) if self.random.random() < 0.5 else whole

    def mutated(self, text: str) -> str:
        """Return a text with one to three things wrong."""
        for _ in range(self.random.randint(1, 3)):
            text = self.random.choice(_CHANGES)(self.random, text)
        return text

    def bent(self, data: bytes) -> bytes:
        """Return bytes with one to three things wrong."""
        return self.mutated(data.decode("latin-1")).encode("latin-1", "replace")

    def rearranged(self, text: str) -> str:
        """Return JSON with some field of another kind, gone, twice or unknown."""
        fields = json.loads(text)
        names = [*fields, "unknown", "role", "code"]
        name = self.random.choice(names)
        value: Any = self.random.choice(
            [None, True, -1, 2**63, 1.5, "", CANARY, "x" * 20_000, [], {}, [[]], {"a": {}}, "\0", "\u202e"]
        )
        if name in fields and self.random.random() < 0.3:
            del fields[name]
        else:
            fields[name] = value
        return json.dumps(self.random.choice([fields] * 8 + [[fields], value, [], "x"]))

    def _filled(self, text: str) -> str:
        for word, value in self._words.items():
            text = text.replace(word, value)
        return text


def _cut(chance: random.Random, text: str) -> str:
    place = chance.randint(0, len(text))
    return text[:place] + text[place + chance.randint(0, 8) :]


def _end_early(chance: random.Random, text: str) -> str:
    return text[: chance.randint(0, len(text))]


def _put_in(chance: random.Random, text: str) -> str:
    place = chance.randint(0, len(text))
    return text[:place] + chance.choice(NASTY) + text[place:]


def _replace(chance: random.Random, text: str) -> str:
    place = chance.randint(0, len(text))
    return text[:place] + chr(chance.choice([chance.randint(0, 255), chance.randint(0, 0xD7FF)])) + text[place + 1 :]


def _twice(chance: random.Random, text: str) -> str:
    place, length = chance.randint(0, len(text)), chance.randint(1, 30)
    return text[:place] + text[place : place + length] * 2 + text[place + length :]


def _other_packet(chance: random.Random, text: str) -> str:
    return text[: chance.randint(0, len(text))] + chance.choice(PACKETS)


_CHANGES: tuple[Callable[[random.Random, str], str], ...] = (
    _cut,
    _end_early,
    _put_in,
    _put_in,
    _replace,
    _twice,
    _other_packet,
)


def nasty_messages() -> Iterator[str]:
    """Give each nasty thing alone, as a packet of either protocol, and as an argument."""
    for each in NASTY:
        yield from (each, f"4{each}", f"42{each}", f'42["my_rooms",{each}]', f'427["send_message",{{"text":{each}}}]')
