"""The stream: what its reader is owed in every state."""

import pytest

from hubbub.core.error import Disconnect
from hubbub.core.reply import EventPage
from hubbub.core.shape import MAX_SEQ
from hubbub.gateways.http.stream import StreamSession, codec_of

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


@pytest.mark.parametrize(
    ("since", "epoch", "cursor", "reset"),
    [
        (5, "ours", 5, False),
        (9, "ours", 9, False),
        (5, "", 5, False),
        (MAX_SEQ, "", 9, False),
        (5, "theirs", 9, True),
        (10, "ours", 9, True),
        (10, "", 9, True),
    ],
)
async def test_a_reader_goes_on_where_they_were_unless_that_is_in_another_history(
    since: int, epoch: str, cursor: int, reset: bool
) -> None:
    session = StreamSession("127.0.0.1")
    session.begin(EventPage(events=(), last_seq=9, epoch="ours", more=False), since, epoch)
    assert (session.cursor, session.reset) == (cursor, reset)


async def test_all_readers_of_an_epoch_share_what_is_encoded() -> None:
    assert codec_of("ours") is codec_of("ours")
    assert codec_of("ours") is not codec_of("theirs")
