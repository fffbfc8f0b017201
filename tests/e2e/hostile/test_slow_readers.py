"""Readers that stop reading: nobody else notices, memory stays bounded, and nothing is missing when they read again."""

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import httpx2
import pytest
from websockets.frames import Opcode

from tests.e2e.hostile.conftest import Connect, Poll
from tests.e2e.hostile.raw_client import PATIENCE, RawClient, command, frame, measure
from tests.people import Person
from tests.server_process import ServerProcess
from tests.waiting import eventually

HOLDS = (
    "hubbub.gateways.socketio.polling",
    "hubbub.gateways.socketio.session",
    "hubbub.gateways.socketio.websocket",
)

SIZE = 10_000
MEGABYTE = 1024
"""In KB, as the kernel counts."""

MOST_GROWTH = 16 * MEGABYTE


class Room:
    """A room of one's own server, and somebody who fills it."""

    def __init__(self, server: ServerProcess, sender: RawClient, person: Person) -> None:
        self.server, self.person = server, person
        self.code = person.create_room()
        self.sent = 0
        self._sender = sender.come_in(token=person.token)

    def fill(self, messages: int) -> None:
        """Say something long so often; each batch is acknowledged before the next."""
        for _ in range(messages // 20):
            self._sender.say(*(self._next() for _ in range(20)))
            for _ in range(20):
                assert '"ok":true' in self._sender.text()

    def _next(self) -> str:
        self.sent += 1
        return command("send_message", self.sent, code=self.code, text=f"{self.sent} ".ljust(SIZE, "x"))

    @property
    def memory(self) -> int:
        """What the server occupies, in KB."""
        status = Path(f"/proc/{self.server.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1])


ENOUGH = 5_000
"""Messages that fill any connection, and that can still be told one by one to who has missed them."""


@pytest.fixture
def room(start: Callable[..., ServerProcess], connect: Connect) -> Iterator[Room]:
    """A room with a sender, on a server that has warmed up."""
    server = start(throttle="off")
    with Person(server.url) as person:
        room = Room(server, connect(server), person)
        room.fill(200)
        yield room


class Watcher:
    """A reader who keeps up, in a thread."""

    def __init__(self, client: RawClient, code: str) -> None:
        self.numbers: list[int] = []
        self._client = client
        client.ask_for("join_room", code=code)
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        with contextlib.suppress(OSError, AssertionError):  # the test is over
            for event in self._client.events():
                if event["type"] == "message_sent":
                    self.numbers.append(event["number"])


def read_up_to(client: RawClient, number: int) -> list[int]:
    """Read messages until one has that number; return the numbers of all."""
    numbers = []
    for event in client.events():
        if event["type"] == "message_sent":
            numbers.append(event["number"])
            if numbers[-1] == number:
                break
    return numbers


def test_a_reader_that_stops_for_a_while_catches_up_without_a_gap_or_doubling(room: Room, connect: Connect) -> None:
    client = connect(room.server, receive_buffer=4096).come_in(name="Slow")
    client.ask_for("join_room", code=room.code)
    first = room.sent + 1
    room.fill(1500)
    assert room.sent * SIZE > 14_000_000, "need more than the kernel keeps for this test to mean anything"
    assert read_up_to(client, room.sent) == list(range(first, room.sent + 1))
    room.fill(20)
    assert read_up_to(client, room.sent) == list(range(room.sent - 19, room.sent + 1)), "and it is live again"


def test_r11_a_reader_that_never_reads_again_is_dropped_and_resumes_without_loss(room: Room, connect: Connect) -> None:
    watcher = Watcher(connect(room.server).come_in(name="Keen"), room.code)
    slow = connect(room.server, receive_buffer=4096).come_in(name="Slow")
    joined = slow.ask_for("join_room", code=room.code)
    sessions, before, first = measure(room.server)["hubbub_hub_sessions"], room.memory, room.sent + 1
    begin, growth = monotonic(), 0
    while measure(room.server)["hubbub_hub_sessions"] == sessions:
        if room.sent < ENOUGH:
            room.fill(100)
        growth = max(growth, room.memory - before)
        assert monotonic() - begin < 20, "it is kept for ever"
    assert growth <= MOST_GROWTH
    room.fill(100)
    eventually(lambda: watcher.numbers[-1:] == [room.sent])
    assert watcher.numbers == list(range(first, room.sent + 1)), "who reads has missed nothing"
    assert missed(room, connect(room.server).come_in(name="Slow again"), joined) == list(range(first, room.sent + 1))


def missed(room: Room, client: RawClient, joined: dict[str, object]) -> list[int]:
    """Resume where a join left off, page by page; return the numbers of the messages."""
    page = client.ask_for("join_room", code=room.code, since=joined["last_seq"], epoch=joined["epoch"])
    numbers: list[int] = []
    while True:
        events = page["events"]
        numbers += [event["number"] for event in events if event["type"] == "message_sent"]
        if not page["more"]:
            return numbers
        page = client.ask_for("events", code=room.code, since=events[-1]["seq"])


FLOODS: dict[str, Callable[[str], bytes]] = {
    "large answers": lambda code: frame(command("messages", 1, code=code, limit=200)),
    "small answers": lambda _: frame(command("who_am_i", 1)),
    "refusals": lambda _: frame(command("fly", 1)),
    "pongs": lambda _: frame("x" * 125, Opcode.PING),
}


@pytest.mark.parametrize("what", FLOODS)
def test_a_client_that_asks_much_and_reads_nothing_is_heard_no_more_and_dropped(
    room: Room, connect: Connect, what: str
) -> None:
    for _ in range(20):
        room.person.messages(room.code, limit=200)
    client = connect(room.server, receive_buffer=4096).come_in(token=room.person.token)
    before = room.memory
    with ThreadPoolExecutor() as pool:
        flood = pool.submit(flood_until_cut_off, client, FLOODS[what](room.code) * 200)
        growth, delay = 0, 0.0
        while not flood.done():
            growth = max(growth, room.memory - before)
            delay = max(delay, answered_within(room.server))
        sent, seconds = flood.result()
    assert sent > 2 * MEGABYTE * 1024, "need more than may be kept for this test to mean anything"
    assert seconds <= 15
    assert growth <= MOST_GROWTH
    assert delay <= 1, "others were kept waiting"
    eventually(lambda: measure(room.server)["hubbub_live_sockets"] == 1)


def flood_until_cut_off(client: RawClient, data: bytes) -> tuple[int, float]:
    """Send this again and again, as much as the server takes; return how much and how long it was."""
    client.socket.settimeout(1)
    begin, sent, rest = monotonic(), 0, data
    while monotonic() - begin < PATIENCE:
        try:
            count = client.socket.send(rest)
        except TimeoutError:
            continue
        except OSError:
            break
        sent, rest = sent + count, rest[count:] or data
    return sent, monotonic() - begin


def answered_within(server: ServerProcess) -> float:
    """Return in how many seconds another request is answered."""
    begin = monotonic()
    assert httpx2.get(f"{server.url}/healthz", timeout=PATIENCE).status_code == 200
    return monotonic() - begin


def test_a_poller_that_stays_away_for_a_while_catches_up_without_a_gap_or_doubling(room: Room, poll: Poll) -> None:
    poller = poll(room.server).come_in(name="Slow")
    poller.post(command("join_room", code=room.code))
    while "presence" not in poller.poll().text:
        pass
    first, before = room.sent + 1, room.memory
    room.fill(1500)
    assert room.memory - before <= MOST_GROWTH
    numbers: list[int] = []
    while numbers[-1:] != [room.sent]:
        for packet in poller.poll().text.split("\x1e"):
            if packet == "2":
                poller.post("3")
            elif packet.startswith('42["message_sent"'):
                numbers.append(json.loads(packet[2:])[1]["number"])
    assert numbers == list(range(first, room.sent + 1))
