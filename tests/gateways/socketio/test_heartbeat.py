"""Heartbeats, on a clock that is moved by hand."""

import pytest

from hubbub.gateways.socketio.heartbeat import Heartbeat
from hubbub.gateways.socketio.origin import anywhere
from hubbub.gateways.socketio.settings import EngineSettings
from hubbub.gateways.socketio.socket import EngineSocket
from tests.gateways.socketio.fakes import FakeCarrier, FakeLoop, make_socket

pytestmark = pytest.mark.anyio

INTERVAL, TIMEOUT = 0.3, 0.2
SILENT = (1001, "heartbeat")


class Heart:
    """A heartbeat of 300 ms and 200 ms, and the sockets that it watches."""

    def __init__(self, early: float = 0.0, timeout: int = 200) -> None:
        self.loop = FakeLoop(early)
        settings = EngineSettings(may_connect=anywhere(), ping_interval=300, ping_timeout=timeout)
        self.beat = Heartbeat(settings, self.loop)

    def watch(self) -> tuple[EngineSocket, FakeCarrier]:
        carrier = FakeCarrier()
        socket = make_socket(carrier)
        self.beat.watch(socket)
        return socket, carrier


async def test_a_socket_is_pinged_an_interval_after_it_was_opened_to_the_millisecond() -> None:
    heart = Heart()
    _, carrier = heart.watch()
    heart.loop.advance(0.299)
    assert carrier.owed == []
    heart.loop.advance(0.001)
    assert carrier.owed == [b"2"]


async def test_who_does_not_answer_within_the_time_out_is_closed_to_the_millisecond() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    heart.loop.advance(INTERVAL + 0.199)
    assert socket.is_open
    heart.loop.advance(0.001)
    assert carrier.end == SILENT
    assert not socket.is_open


async def test_who_answers_is_pinged_once_an_interval_however_long_each_answer_takes() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    heart.loop.advance(INTERVAL)
    for count, takes in enumerate([0.0, 0.15, 0.199, 0.001], 1):
        assert carrier.owed == [b"2"] * count, "the interval counts from the last ping"
        heart.loop.advance(takes)
        socket.receive("3")
        heart.loop.advance(INTERVAL - takes)
    assert socket.is_open


async def test_who_may_take_longer_than_an_interval_is_not_pinged_again_before_they_answer() -> None:
    heart = Heart(timeout=700)
    socket, carrier = heart.watch()
    heart.loop.advance(0.999)
    assert carrier.owed == [b"2"]
    socket.receive("3")
    heart.loop.advance(0.002)
    assert socket.is_open
    heart.loop.advance(0.2)
    assert carrier.owed == [b"2"] * 2


async def test_whose_answer_cannot_be_heard_is_not_taken_for_silent_until_it_can() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    heart.loop.advance(INTERVAL)
    carrier.hears = False
    for _ in range(3):
        heart.loop.advance(TIMEOUT)
        assert socket.is_open
    assert carrier.owed == [b"2"], "nor is it asked again"
    carrier.hears = True
    heart.loop.advance(TIMEOUT)
    assert carrier.end == SILENT


async def test_a_timer_that_rings_a_little_late_moves_nothing() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    heart.loop.be_late(0.05)
    assert (carrier.owed, socket.is_open) == ([b"2"], True)
    heart.loop.advance(0.149)
    assert socket.is_open
    heart.loop.advance(0.001)
    assert not socket.is_open


async def test_a_server_that_was_away_for_long_gives_everybody_their_time() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    heart.loop.be_late(60)
    assert carrier.owed == [b"2"]
    heart.loop.advance(0.199)
    assert socket.is_open
    socket.receive("3")
    heart.loop.advance(0.1)
    assert carrier.owed == [b"2"]
    heart.loop.advance(0.001)
    assert carrier.owed == [b"2"] * 2


async def test_who_comes_after_their_time_finds_themselves_closed_before_the_timer_rings() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    heart.loop.advance(INTERVAL)
    heart.loop.now += 0.199
    heart.beat.keep_time()
    assert socket.is_open
    heart.loop.now += 0.001
    heart.beat.keep_time()
    assert carrier.end == SILENT


async def test_the_answer_to_one_ping_does_not_count_for_the_next() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    heart.loop.advance(INTERVAL + 0.199)
    socket.receive("3")
    heart.loop.advance(INTERVAL - 0.001)
    assert socket.is_open
    heart.loop.advance(0.002)
    assert carrier.end == SILENT


async def test_an_answer_that_nobody_asked_for_keeps_nobody_alive_and_pings_nobody_twice() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    for _ in range(10):
        socket.receive("3")
    heart.loop.advance(INTERVAL)
    assert carrier.owed == [b"2"]
    heart.loop.advance(TIMEOUT)
    assert carrier.end == SILENT


async def test_two_answers_to_one_ping_are_one() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    heart.loop.advance(INTERVAL)
    socket.receive("3")
    socket.receive("3")
    heart.loop.advance(INTERVAL)
    assert carrier.owed == [b"2", b"2"]


async def test_an_answer_that_comes_too_late_changes_nothing() -> None:
    heart = Heart()
    socket, carrier = heart.watch()
    heart.loop.advance(INTERVAL + TIMEOUT)
    carrier.owed.clear()
    socket.receive("3")
    heart.loop.advance(10)
    assert (carrier.owed, carrier.end, heart.loop.waiting) == ([], SILENT, 0)


async def test_a_socket_that_was_closed_meanwhile_is_neither_pinged_nor_closed_again() -> None:
    heart = Heart()
    (socket, carrier), (pinged, other) = heart.watch(), heart.watch()
    socket.close()
    heart.loop.advance(INTERVAL)
    pinged.close()
    heart.loop.advance(10)
    assert (carrier.owed, carrier.end) == ([], (1000, ""))
    assert (other.owed, other.end) == ([b"2"], (1000, ""))
    assert heart.loop.waiting == 0, "nobody is kept in mind for ever"


async def test_one_timer_serves_all_and_everybody_is_pinged_in_their_own_time() -> None:
    heart = Heart()
    sockets = []
    for _ in range(20):
        sockets.append(heart.watch())
        heart.loop.advance(0.01)
        assert heart.loop.waiting == 1
    for _ in range(300):
        heart.loop.advance(0.01)
        for socket, carrier in sockets:
            if carrier.owed:
                carrier.owed.clear()
                socket.receive("3")
    assert all(socket.is_open for socket, _ in sockets)


async def test_a_timer_that_rings_a_little_early_is_set_again() -> None:
    heart = Heart(early=0.0004)
    socket, carrier = heart.watch()
    heart.loop.advance(INTERVAL + 0.001)
    assert carrier.owed == [b"2"]
    socket.receive("3")
    heart.watch()
    heart.loop.advance(INTERVAL + 0.001)
    assert carrier.owed == [b"2", b"2"]


async def test_after_the_stop_nobody_is_pinged_but_who_comes_then() -> None:
    heart = Heart()
    _, carrier = heart.watch()
    heart.beat.stop()
    heart.beat.stop()
    assert heart.loop.waiting == 0
    _, newcomer = heart.watch()
    heart.loop.advance(INTERVAL)
    assert (carrier.owed, newcomer.owed) == ([], [b"2"])
