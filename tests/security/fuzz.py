"""`python -m tests.security.fuzz CODEC SECONDS CORPUS`: atheris looks for bytes that a codec doesn't survive."""

import dataclasses
import json as python_json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["hubbub.protocol"]):
    from hubbub.core.command import COMMANDS
    from hubbub.core.error import ChatError
    from hubbub.protocol import engineio, json, socketio
    from hubbub.protocol.malformed import MalformedError

KINDS = list(COMMANDS.values())


def fuzz_engineio(data: bytes) -> None:
    """Read bytes as a payload and as a message; what was read must be written as it can be read again."""
    try:
        packets = list(engineio.decode_payload(data))
    except MalformedError:
        packets = []
    if packets:
        assert list(engineio.decode_payload(engineio.encode_payload(packets).encode())) == packets
    try:
        packet = engineio.decode_text(data.decode("utf-8", "replace"))
    except MalformedError:
        return
    assert engineio.decode_text(str(engineio.encode_text(packet))) == packet


def fuzz_socketio(data: bytes) -> None:
    """Read bytes as the messages of one connection; the first says which of them are text."""
    which, _, rest = data.partition(b"\n")
    decoder = socketio.Decoder()
    for number, message in enumerate(rest.split(b"\n")):
        try:
            if number < len(which) and which[number] % 2:
                packet = decoder.binary(message)
            else:
                packet = decoder.text(message.decode("utf-8", "replace"))
        except MalformedError:
            return
        assert packet is None or isinstance(packet, socketio.Packet)


def fuzz_json(data: bytes) -> None:
    """Read bytes as a command; the first one says which."""
    kind = KINDS[data[0] % len(KINDS)] if data else KINDS[0]
    try:
        command = json.decode(kind, data[1:])
    except ChatError:
        return
    assert isinstance(command, kind)


SAMPLES = {
    "name": "Ann",
    "title": "Tea",
    "code": "ABCD",
    "text": "hello",
    "client_message_id": "1",
    "epoch": "abcdef",
    "private": True,
    "capacity": 5,
    "lifetime": "expires",
    "expires_days": 3,
    "since": 1,
    "before": 5,
    "number": 1,
    "reply_to": 1,
    "limit": 50,
    "wait": 0,
}
"""Values that fields of commands may have."""


def commands() -> Iterator[bytes]:
    """Give a whole command of every kind: by itself, chance would find hardly any."""
    for number, kind in enumerate(KINDS):
        names = [field.name for field in dataclasses.fields(kind)]
        body = python_json.dumps({name: SAMPLES[name] for name in names if name in SAMPLES}).encode()
        assert isinstance(json.decode(kind, body), kind)
        yield bytes([number]) + body


SEEDS: dict[str, list[bytes]] = {
    "engineio": [b"4hello", b"2probe", b"1", b"6", b"bAQID", b"4a\x1e4b\x1ebAQI=", b'0{"sid":"a"}'],
    "socketio": [
        *(b'\n0{"token":"x"}', b"\n0/custom,", b"\n1", b'\n2["m",1]\n2["m",2]', b'\n2/custom,12["m"]', b"\n312[1]"),
        *(b'\n4{"message":"x"}', b'0123\n52-["m",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]\na\nb'),
        b'01\n61-7[{"_placeholder":true,"num":0}]\na',
    ],
    "json": list(commands()),
}
"""What each codec reads, for chance to begin with."""

CODECS: dict[str, Callable[[bytes], None]] = {
    "engineio": fuzz_engineio,
    "socketio": fuzz_socketio,
    "json": fuzz_json,
}

if __name__ == "__main__":
    _, codec, seconds, corpus = sys.argv
    for place, seed in enumerate(SEEDS[codec]):
        (Path(corpus) / f"seed {place}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-keep_seed=1", "-verbosity=1", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={corpus}/", corpus], CODECS[codec])
    atheris.Fuzz()
