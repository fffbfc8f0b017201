"""Pages: as much of a log as fits, and never more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.core.event import Author, MemberRenamed, MessageSent, Person, RoomCreated, StoredEvent
from hubbub.core.member import Role
from hubbub.core.name import MAX_NAME
from hubbub.core.page import MOST_BYTES, cost, fit
from hubbub.core.reply import EventPage, MessagePage
from hubbub.core.room import MAX_TITLE, Lifetime
from hubbub.core.shape import MAX_CLIENT_MESSAGE_ID, MAX_SEQ
from hubbub.core.text import MAX_TEXT
from hubbub.protocol.json import encode

WIDEST = "👍" * MAX_NAME
BY = Author("a" * 16, WIDEST, Role.MODERATOR)
AT = 1_800_000_000_000


def message(text: str | None, seq: int = MAX_SEQ, client_message_id: str = "one") -> MessageSent:
    return MessageSent(
        code="ABCDEFGH", seq=seq, at=AT, by=BY, text=text, number=MAX_SEQ,
        client_message_id=client_message_id, reply_to=MAX_SEQ,
    )  # fmt: skip


LARGEST_MESSAGE = message("\x01" * MAX_TEXT, client_message_id="\x01" * MAX_CLIENT_MESSAGE_ID)
LARGEST_OF_EACH_KIND: list[StoredEvent] = [
    LARGEST_MESSAGE,
    message("👍" * MAX_TEXT, client_message_id="👍" * MAX_CLIENT_MESSAGE_ID),
    message('"\\' * (MAX_TEXT // 2)),
    message(None),
    MemberRenamed(code="ABCDEFGH", seq=MAX_SEQ, at=AT, by=BY, user=Person("a" * 16, WIDEST), name=WIDEST),
    RoomCreated(
        code="ABCDEFGH", seq=MAX_SEQ, at=AT, by=BY, title="👍" * MAX_TITLE, private=False, capacity=100_000,
        lifetime=Lifetime.VANISHES, expires_days=3650,
    ),
]  # fmt: skip

texts = st.lists(
    st.builds(
        lambda letter, length: letter * length,
        st.sampled_from(["a", "é", "字", "👍", "\x01", '"', "\\", "\n", "\x7f", "\u2028", "</script>"]),
        st.sampled_from([0, 1, 100, 900, 1_111]),
    ),
    max_size=60,
)
limits = st.integers(1, 60)


@pytest.mark.parametrize("event", LARGEST_OF_EACH_KIND)
def test_no_event_takes_more_bytes_than_it_is_counted_for(event: StoredEvent) -> None:
    assert len(encode(event)) < cost(event)


def test_the_largest_message_fits_into_a_page_with_its_frame() -> None:
    page, more = fit([LARGEST_MESSAGE], 200)
    assert (page, more) == ((LARGEST_MESSAGE,), False)
    assert len(encode(MessagePage(messages=page, last_seq=MAX_SEQ, epoch="e" * 16, more=more))) <= MOST_BYTES


@given(texts, limits, st.booleans())
def test_a_page_is_one_end_of_the_log_within_its_bounds_and_says_whether_there_is_more(
    texts: list[str], limit: int, keep_newest: bool
) -> None:
    log = [message(text * 9, seq) for seq, text in enumerate(texts)]
    page, more = fit(log, limit, keep_newest=keep_newest)
    assert len(page) <= limit
    assert bool(page) == bool(log)
    assert list(page) == (log[len(log) - len(page) :] if keep_newest else log[: len(page)])
    assert more == (len(page) < len(log))
    assert len(encode(EventPage(events=page, last_seq=MAX_SEQ, epoch="e" * 16, more=more))) <= 256 * 1024


@given(texts, limits)
def test_page_after_page_gives_the_whole_log_in_order(texts: list[str], limit: int) -> None:
    log = [message(text * 9, seq) for seq, text in enumerate(texts)]
    read: list[MessageSent] = []
    more = bool(log)
    while more:
        page, more = fit(log[len(read) :], limit)
        read += page
    assert read == log


def test_a_page_stops_at_its_bytes_before_its_limit_only_when_it_has_to() -> None:
    log = [message("x" * MAX_TEXT, seq) for seq in range(200)]
    page, more = fit(log, 200)
    assert more
    assert len(page) == MOST_BYTES // cost(log[0])
    assert MOST_BYTES * 0.9 < len(encode(page)) <= MOST_BYTES


def test_small_events_fill_a_page_up_to_its_limit() -> None:
    log = [message("hi", seq) for seq in range(201)]
    assert len(fit(log, 200)[0]) == 200
    assert fit(log, 200)[1]
    assert not fit(log[:200], 200)[1]


def test_a_page_of_nothing_is_empty_and_complete() -> None:
    assert fit([], 200) == ((), False)
