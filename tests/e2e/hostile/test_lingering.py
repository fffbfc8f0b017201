"""Clients that linger, who say nothing, or never come to an end, or don't answer, and are all let go in time."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

import pytest

from tests.e2e.hostile.conftest import Connect, Poll
from tests.e2e.hostile.raw_client import RawClient, measure
from tests.server_process import ServerProcess
from tests.waiting import eventually

HOLDS = (
    "hubbub.gateways.socketio.heartbeat",
    "hubbub.gateways.socketio.namespace",
    "hubbub.gateways.socketio.settings",
    "hubbub.server.connection",
)

Start = Callable[..., ServerProcess]

INTERVAL, TIMEOUT = 300, 200
SLACK = 2.0
"""Seconds by which a busy machine may be late."""


@pytest.fixture
def quick(start: Start) -> ServerProcess:
    """A server that loses its patience after half a second."""
    return start(throttle="off", ping_interval=str(INTERVAL), ping_timeout=str(TIMEOUT))


def timed(wait: Callable[[], object]) -> tuple[object, float]:
    """Return what comes, and after how many seconds."""
    begin = monotonic()
    return wait(), monotonic() - begin


def test_a_client_that_never_answers_pings_is_closed_after_interval_and_time_out(
    quick: ServerProcess, connect: Connect
) -> None:
    client = connect(quick).come_in(name="Ann")
    client.ask_for("join_room", code=client.ask_for("create_room")["code"])
    client = connect(quick).open()
    end, seconds = timed(client.closed)
    assert end == (1001, "heartbeat")
    assert (INTERVAL + TIMEOUT) / 1000 - 0.05 <= seconds <= (INTERVAL + TIMEOUT) / 1000 + SLACK
    eventually(lambda: set(measure(quick).values()) <= {0.0, 1.0} and not measure(quick)["hubbub_live_sockets"])


def test_a_client_that_is_gone_without_a_word_is_let_go_too(quick: ServerProcess, connect: Connect) -> None:
    client = connect(quick).come_in(name="Ann")
    client.ask_for("join_room", code=client.ask_for("create_room")["code"])
    assert measure(quick)["hubbub_hub_sessions"] == 1, "and from now on it neither reads nor writes"
    _, seconds = timed(lambda: eventually(lambda: not measure(quick)["hubbub_live_sockets"]))
    assert seconds <= (INTERVAL + TIMEOUT) / 1000 + SLACK
    assert measure(quick)["hubbub_hub_sessions"] == 0


def test_a_client_that_answers_stays_however_long(quick: ServerProcess, connect: Connect) -> None:
    client = connect(quick).come_in(name="Ann")
    for _ in range(5):
        (ping,) = [bytes(next(client.frames()).data)]
        assert ping == b"2"
        client.say("3")
    assert client.ask_for("who_am_i")["user"]["name"] == "Ann"


def test_answers_that_nobody_asked_for_keep_nobody_alive(quick: ServerProcess, connect: Connect) -> None:
    client = connect(quick).come_in(name="Ann")
    client.say(*["3"] * 1000)
    assert client.closed() == (1001, "heartbeat")


def test_a_poller_that_never_answers_or_never_comes_is_let_go(quick: ServerProcess, poll: Poll) -> None:
    absent, silent = poll(quick).come_in(name="Ann"), poll(quick)
    while silent.poll().status_code == 200:
        pass
    eventually(lambda: not measure(quick)["hubbub_live_sockets"])
    assert absent.poll().status_code == 400


def test_who_does_not_say_who_they_are_in_time_is_let_go(server: ServerProcess, connect: Connect, poll: Poll) -> None:
    """All of these wait for the same nine seconds, so they wait together."""
    before = measure(server)
    nothing, refused, gone = connect().open(), connect().open(), connect().come_in(name="Ann")
    refused.say("40")
    gone.say("41")
    probing = connect().open(poll().come_in(name="Ann").sid)
    probing.say("2probe")
    poll()
    with ThreadPoolExecutor() as pool:
        ends = [pool.submit(timed, client.closed) for client in (nothing, refused, gone, probing)]
        for end, (reason, seconds) in zip(
            ["no CONNECT"] * 3 + ["no upgrade"], (each.result() for each in ends), strict=True
        ):
            assert reason == (1008, end)
            assert 7 <= seconds <= 9 + SLACK
    eventually(lambda: measure(server)["hubbub_live_sockets"] <= before["hubbub_live_sockets"] + 1)


def test_a_request_without_an_end_is_cut_off(connect: Connect) -> None:
    """Its headers are too many, or they come too slowly; the slow ones wait together."""
    endless = connect()
    endless.send(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n")
    sent = 0
    try:
        while sent < 8_000_000:
            endless.send(b"X-Padding: " + b"x" * 1000 + b"\r\n")
            sent += 1013
    except OSError:
        pass
    assert sent < 8_000_000, "it went on reading"
    slow = [connect() for _ in range(20)]
    with ThreadPoolExecutor(20) as pool:
        for _, seconds in pool.map(lambda client: timed(lambda: trickle(client)), slow):
            assert seconds <= 10 + SLACK


def trickle(client: RawClient) -> None:
    """Send a header byte by byte, for ever."""
    client.send(b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nX: ")
    client.socket.settimeout(0.2)
    pause = threading.Event()
    while not pause.is_set():
        try:
            client.send(b"x")
            if not client.socket.recv(65_536):
                return
        except TimeoutError:
            continue
        except OSError:
            return


def test_the_milliseconds_of_the_settings_are_those_that_clients_are_told(
    quick: ServerProcess, connect: Connect
) -> None:
    client = connect(quick)
    client.ask()
    told = json.loads(client.text()[1:])
    assert (told["pingInterval"], told["pingTimeout"]) == (INTERVAL, TIMEOUT)
