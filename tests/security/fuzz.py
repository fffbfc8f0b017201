"""`python -m tests.security.fuzz CODEC SECONDS CORPUS`: atheris looks for bytes that a codec doesn't survive."""

import sys
from collections.abc import Callable

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


CODECS: dict[str, Callable[[bytes], None]] = {
    "engineio": fuzz_engineio,
    "socketio": fuzz_socketio,
    "json": fuzz_json,
}

if __name__ == "__main__":
    _, codec, seconds, corpus = sys.argv
    options = [f"-max_total_time={seconds}", "-max_len=4096", "-verbosity=1", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={corpus}/", corpus], CODECS[codec])
    atheris.Fuzz()
