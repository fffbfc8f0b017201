"""What a server may answer to malformed input: the refusals that docs/api.md names, and nothing else."""

import email
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from hubbub.core.error import ERRORS, ErrorCode

REFUSALS = {code.value for code in ErrorCode} - {ErrorCode.INTERNAL.value}
STATUS = {code.value: row.http for code, row in ERRORS.items()}
CARRIED_OUT = {200, 201, 204, 303, 307, 308}
BARE = {(400, b"Invalid HTTP request received."), (408, b""), (431, b"")}
"""Answers without a refusal of ours: there was no request yet that it could have been given to."""


class Answer(NamedTuple):
    """One answer over HTTP; `whole` unless the connection ended in its midst."""

    status: int
    kind: str = ""
    body: bytes = b""
    whole: bool = True

    def check(self) -> None:
        """See that it is one that may be: no failure of ours, and every refusal with its own status."""
        if self.status in CARRIED_OUT or not self.whole or (self.status, self.body) in BARE:
            return
        if (self.status, self.kind.partition(";")[0]) == (400, "text/html"):
            return  # the form of the home page again
        code = refusal_in(self.body.decode())
        assert self.status == STATUS.get(code) or (self.status, code) == (405, "unknown_command"), self


def answers_in(data: bytes) -> Iterator[Answer]:
    """Take apart what came over a connection."""
    while data:
        head, _, rest = data.partition(b"\r\n\r\n")
        status, fields = re.match(rb"HTTP/1\.1 (\d{3}) ", head), email.message_from_bytes(head.partition(b"\r\n")[2])
        assert status, data
        length = int(fields["Content-Length"] or 0)
        yield Answer(int(status[1]), fields["Content-Type"] or "", rest[:length], len(rest) >= length)
        data = rest[length:]


def refusal_in(text: str) -> str:
    """Return the code of a refusal, which may be none that tells of a failure of ours; "ok" if there is none."""
    found: Any = re.search(r'"error":\{"code":"(\w+)"', text)
    assert not found or found[1] in REFUSALS, text
    return found[1] if found else "ok"
