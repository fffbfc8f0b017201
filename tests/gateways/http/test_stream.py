"""The stream: what its reader is owed in every state."""

import pytest

from hubbub.core.error import Disconnect
from hubbub.gateways.http.stream import StreamSession

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("behind", [False, True])
async def test_a_reader_is_told_that_the_server_closes_even_while_pages_bring_what_they_lack(behind: bool) -> None:
    session = StreamSession("127.0.0.1")
    session.behind = behind
    session.push("WXYZ", b"said ", 3)
    session.push("", b"closing", 0)
    session.end(Disconnect.CLOSING)
    session.push("WXYZ", b"too late", 4)
    assert [frames async for frames in session.frames()] == ([b"closing"] if behind else [b"said ", b"closing"])
