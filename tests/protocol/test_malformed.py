"""The one error of all codecs."""

import pytest

from hubbub.protocol.engineio import decode_text
from hubbub.protocol.malformed import MalformedError
from hubbub.protocol.socketio import Decoder


def test_every_codec_says_why_in_words_that_fit_into_a_close_frame() -> None:
    with pytest.raises(MalformedError) as packet:
        decode_text("x")
    with pytest.raises(MalformedError) as event:
        Decoder().text("2{}")
    for error in (packet.value, event.value):
        assert 0 < len(str(error).encode()) <= 123, (
            "RFC 6455, section 5.5: a control frame has 125 bytes, 2 are the code"
        )
