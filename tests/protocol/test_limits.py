"""The limits of what comes in: nothing that is allowed is larger."""

import json
import unicodedata

from hubbub.core.command import SendMessage
from hubbub.core.shape import MAX_CLIENT_MESSAGE_ID
from hubbub.core.text import MAX_TEXT, clean_text
from hubbub.protocol.json import decode
from hubbub.protocol.limits import MAX_BODY, seconds_for


def test_the_longest_text_fits_into_a_body_however_clumsily_it_is_written() -> None:
    four_in_one = "\N{GREEK SMALL LETTER ALPHA WITH PSILI AND VARIA AND YPOGEGRAMMENI}"
    written = unicodedata.normalize("NFD", four_in_one) * MAX_TEXT
    fields = {
        "code": "A" * 16,
        "text": written,
        "client_message_id": "👍" * MAX_CLIENT_MESSAGE_ID,
        "reply_to": 2**53 - 1,
    }
    body = json.dumps(fields, ensure_ascii=True, indent=8).encode()
    assert len(body) < MAX_BODY
    assert len(clean_text(decode(SendMessage, body).text)) == MAX_TEXT


def test_a_body_may_be_slow_but_not_a_trickle() -> None:
    assert seconds_for(0) == 7
    assert seconds_for(30_000) == 37, "a kilobyte a second is fast enough"
