"""A session of the live door: what it hears, how it catches up when its connection was full, how it ends."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import msgspec
import pytest

from hubbub.chat import Chat
from hubbub.core.command import Events
from hubbub.core.error import ChatError, Disconnect, ErrorCode
from hubbub.core.event import Author, MessageSent, Presence
from hubbub.core.member import Role
from hubbub.core.reply import EventPage
from hubbub.gateways.socketio.chat import ChatApplication
from hubbub.gateways.socketio.namespace import Client
from hubbub.gateways.socketio.session import SocketSession, encode_polling, encode_websocket
from tests.gateways.socketio.fakes import FakeCarrier, make_socket, turn

pytestmark = pytest.mark.anyio

ANN = Author("ann", "Ann", Role.GUEST)


def sent(seq: int, code: str = "ABCD") -> MessageSent:
    """Return an event."""
    return MessageSent(code=code, seq=seq, at=0, by=ANN, text=str(seq), number=seq, client_message_id=str(seq))


class Log:
    """A chat in which rooms only have a log; `after_page` is called when a page of two was read, `error` raised."""

    def __init__(self) -> None:
        self.last_seq = 0
        self.people = 2
        self.after_page: Callable[[], None] = lambda: None
        self.error: Exception | None = None
        self.forgetful = False
        self.ended: list[object] = []
        self.asked: list[int] = []

    async def handle(self, session: object, command: Events) -> EventPage:
        await asyncio.sleep(0)
        self.asked.append(command.since)
        if self.error:
            raise self.error
        events = tuple(sent(seq, command.code) for seq in range(command.since + 1, self.last_seq + 1))
        page = EventPage(events=events[:2], last_seq=self.last_seq, epoch="e", more=len(events) > 2)
        self.after_page()
        return page

    def in_step(self, code: str, seq: int) -> bool:
        return self.forgetful or self.last_seq <= seq

    def here(self, code: str) -> int:
        return self.people

    def end(self, session: object) -> None:
        self.ended.append(session)


class Reader:
    """A session on a fake carrier that watches two rooms, up to seq 1."""

    def __init__(self) -> None:
        self.log = Log()
        self.carrier = FakeCarrier()
        chat = cast("Chat", self.log)
        self.client = Client("sid", "/", make_socket(self.carrier), ChatApplication(chat))
        self.session = SocketSession(self.client, chat)
        for code in ("ABCD", "WXYZ"):
            self.session.rooms.add(code)
            self.session.joined(code, 1)

    def happen(self, seq: int, *codes: str) -> None:
        """Let the next thing happen in rooms."""
        self.log.last_seq = seq
        for code in codes or ("ABCD", "WXYZ"):
            self.session.push(code, self.session.codec(sent(seq, code)), seq)

    def leave(self, *codes: str) -> None:
        """Let somebody go from rooms."""
        self.log.people -= 1
        for code in codes:
            gone = Presence(code=code, here=self.log.people, went=("bob",))
            self.session.push(code, self.session.codec(gone), 0)

    async def drained(self) -> None:
        """Let the connection take data again."""
        self.carrier.full = False
        self.session.resumed()
        await turn(20)

    def heard(self, code: str) -> list[int]:
        """Return the seqs that the client got of a room."""
        return [event["seq"] for event in self.events(code) if event["type"] != "presence"]

    def events(self, code: str) -> list[dict[str, Any]]:
        """Return the events that the client got of a room."""
        events: list[Any] = [msgspec.json.decode(each[each.index(b"[") :]) for each in self.carrier.owed]
        return [event for _, event in events if event["code"] == code]


@pytest.fixture
async def reader() -> Reader:
    return Reader()


async def test_what_was_dropped_while_the_connection_was_full_comes_from_the_log(reader: Reader) -> None:
    reader.happen(2)
    reader.carrier.full = True
    for seq in range(3, 8):
        reader.happen(seq)
    assert reader.heard("ABCD") == [2]
    await reader.drained()
    reader.happen(8)
    assert reader.heard("ABCD") == reader.heard("WXYZ") == list(range(2, 9))


@pytest.mark.parametrize("missed", [0, 1, 5])
async def test_who_was_behind_is_told_how_many_are_here_now(reader: Reader, missed: int) -> None:
    reader.happen(2)
    reader.carrier.full = True
    reader.leave("ABCD")
    for seq in range(3, 3 + missed):
        reader.happen(seq)
    await reader.drained()
    assert reader.heard("ABCD") == list(range(2, 3 + missed))
    assert reader.events("ABCD")[-1] == {"type": "presence", "code": "ABCD", "here": 1, "came": [], "went": []}
    assert len(reader.events("ABCD")) == 1 + missed + 1, "once, when it is whole again"
    assert all(event["type"] != "presence" for event in reader.events("WXYZ")) is (missed == 0)


async def test_who_is_told_how_many_are_here_is_told_so_when_there_is_room_for_it(reader: Reader) -> None:
    reader.carrier.full = True
    reader.leave("ABCD")

    def fill() -> None:
        reader.carrier.full = True

    reader.log.after_page = fill
    await reader.drained()
    assert reader.events("ABCD") == []
    reader.log.after_page = lambda: None
    reader.leave("ABCD")
    await reader.drained()
    assert [event["here"] for event in reader.events("ABCD")] == [0]


async def test_who_was_behind_in_a_room_that_ends_while_a_page_of_it_is_read_comes_back_to_be_told(
    reader: Reader,
) -> None:
    reader.carrier.full = True
    reader.happen(2, "ABCD")
    reader.log.forgetful = True
    reader.log.after_page = lambda: reader.session.rooms.discard("ABCD")
    await reader.drained()
    assert (reader.heard("ABCD"), len(reader.events("ABCD"))) == ([2], 1)
    assert reader.carrier.end == (1013, "slow")


async def test_who_watches_one_room_is_written_to_at_once_and_who_watches_more_once_for_all(reader: Reader) -> None:
    reader.happen(2)
    assert (len(reader.carrier.owed), reader.carrier.at_once) == (2, 0)
    reader.session.rooms.discard("WXYZ")
    reader.happen(3, "ABCD")
    assert (len(reader.carrier.owed), reader.carrier.at_once) == (3, 1)


async def test_who_leaves_a_room_while_behind_in_it_stays_connected_and_hears_the_others(reader: Reader) -> None:
    reader.carrier.full = True
    reader.happen(2)
    reader.session.rooms.discard("ABCD")
    reader.session.left("ABCD")
    await reader.drained()
    assert (reader.heard("ABCD"), reader.heard("WXYZ"), reader.carrier.end) == ([], [2], None)


async def test_who_leaves_a_room_while_a_page_of_it_is_read_is_sent_none_of_it(reader: Reader) -> None:
    reader.carrier.full = True
    reader.happen(2, "ABCD")

    def leave() -> None:
        reader.session.rooms.discard("ABCD")
        reader.session.left("ABCD")

    reader.log.after_page = leave
    await reader.drained()
    assert (reader.heard("ABCD"), reader.carrier.end) == ([], None)


async def test_all_pages_are_read_even_if_nobody_remembers_how_far_the_room_has_come(reader: Reader) -> None:
    reader.carrier.full = True
    for seq in range(2, 8):
        reader.happen(seq)
    reader.log.forgetful = True
    await reader.drained()
    assert reader.heard("ABCD") == list(range(2, 8))


async def test_what_happens_during_the_catching_up_comes_once_and_in_its_place(reader: Reader) -> None:
    reader.carrier.full = True
    reader.happen(2)
    reader.log.after_page = lambda: reader.happen(reader.log.last_seq + 1) if reader.log.last_seq < 5 else None
    await reader.drained()
    assert reader.heard("ABCD") == reader.heard("WXYZ") == list(range(2, 6))


async def test_a_connection_that_fills_up_and_drains_during_the_catching_up_forgets_no_room(reader: Reader) -> None:
    reader.carrier.full = True
    reader.happen(2)
    pages = 0

    def fill_and_drain() -> None:
        nonlocal pages
        pages += 1
        if pages == 1:
            reader.carrier.full = True
            asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(reader.drained()))

    reader.log.after_page = fill_and_drain
    await reader.drained()
    await turn(40)
    assert pages > 2, "need a second attempt for this test to mean anything"
    reader.happen(3)
    assert reader.heard("ABCD") == reader.heard("WXYZ") == [2, 3]


async def test_a_room_whose_reply_is_still_to_come_is_not_told_from_its_beginning(reader: Reader) -> None:
    reader.session.rooms.add("NEWR")
    reader.carrier.full = True
    reader.happen(500, "NEWR")
    await reader.drained()
    assert (reader.log.asked, reader.heard("NEWR"), reader.carrier.end) == ([], [], None)
    reader.log.last_seq = 501
    reader.session.joined("NEWR", 499)
    await turn(20)
    assert reader.heard("NEWR") == [500, 501]


async def test_a_room_that_one_may_no_longer_read_is_let_go(reader: Reader) -> None:
    reader.carrier.full = True
    reader.happen(2)
    reader.log.error = ChatError(ErrorCode.NOT_A_MEMBER)
    await reader.drained()
    assert reader.carrier.end is None
    assert len(reader.log.asked) == 2


@pytest.mark.parametrize("error", [ChatError(ErrorCode.UNAVAILABLE), RuntimeError("a bug")], ids=str)
async def test_who_cannot_be_caught_up_is_sent_away_to_come_back(reader: Reader, error: Exception) -> None:
    reader.carrier.full = True
    reader.happen(2)
    reader.log.error = error
    await reader.drained()
    assert reader.carrier.end == (1013, "slow")


async def test_an_upgrade_changes_how_events_are_written(reader: Reader) -> None:
    assert reader.session.codec is encode_websocket
    assert encode_websocket(sent(1)).endswith(b"42" + encode_polling(sent(1))[2:-1])
    assert encode_polling(sent(1)).startswith(b'42["message_sent",{"type":"message_sent"')
    assert encode_polling(sent(1)).endswith(b"\x1e")


@pytest.mark.parametrize(
    ("reason", "packets", "end"),
    [
        (Disconnect.CLOSING, [], None),
        (Disconnect.SLOW, [], (1013, "slow")),
        (Disconnect.HEARTBEAT, [], (1001, "heartbeat")),
        (Disconnect.REMOVED, [b"41"], (1008, "removed")),
        (Disconnect.BANNED, [b"41"], (1008, "banned")),
        (Disconnect.LOGGED_OUT, [b"41"], (1008, "logged_out")),
    ],
)
async def test_who_may_come_back_is_closed_and_who_may_not_is_told_to_stay_away(
    reader: Reader, reason: Disconnect, packets: list[bytes], end: tuple[int, str] | None
) -> None:
    reader.session.end(reason)
    assert (reader.carrier.owed, reader.carrier.end) == (packets, end)


async def test_who_is_gone_is_caught_up_no_more(reader: Reader) -> None:
    reader.carrier.full = True
    reader.happen(2)
    reader.carrier.full = False
    reader.session.resumed()
    reader.session.gone()
    await turn(20)
    assert reader.log.ended == [reader.session]
    assert reader.heard("ABCD") == []
