"""Engine.IO v4, promise by promise of the protocol's document, at an echo server in a process of its own."""

import json
import re
from time import monotonic

import httpx2
import pytest

from tests.conformance.conftest import Connect, Poll, Servers
from tests.conformance.server import EchoServer, Line, Poller

INTERVAL, TIMEOUT, MOST = 0.3, 0.2, 1_000_000
POLLING, WEBSOCKET = "transport=polling", "transport=websocket"


KIND = "engineio"


@pytest.fixture
def beating(servers: Servers) -> EchoServer:
    """A server that pings often and waits long for answers."""
    return servers(KIND, ping_interval=300, ping_timeout=20_000)


# Handshake


def test_a_get_is_answered_by_an_open_packet_with_exactly_what_the_document_lists(
    poll: Poll, strict: EchoServer
) -> None:
    poller = poll(strict)
    assert json.loads(poller.opened.text[1:]) == {
        "sid": poller.sid,
        "upgrades": ["websocket"],
        "pingInterval": 300,
        "pingTimeout": 200,
        "maxPayload": MOST,
    }
    assert poller.opened.headers["content-type"].lower() == "text/plain; charset=utf-8"
    assert poller.opened.headers["cache-control"] == "no-store"


def test_a_websocket_of_its_own_is_told_the_same_but_of_no_upgrades(connect: Connect, strict: EchoServer) -> None:
    handshake = connect(strict).begin()
    assert isinstance(handshake.pop("sid"), str)
    assert handshake == {"upgrades": [], "pingInterval": 300, "pingTimeout": 200, "maxPayload": MOST}


def test_every_session_has_a_sid_of_its_own_that_nobody_guesses(poll: Poll, connect: Connect) -> None:
    sids = [poll().sid, poll().sid, str(connect().begin()["sid"])]
    assert len(set(sids)) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", sid) for sid in sids)


@pytest.mark.parametrize(
    "query",
    ["", "EIO=4", "EIO=4&transport=", "EIO=4&transport=abc", f"EIO=4&{WEBSOCKET}", POLLING, f"EIO=&{POLLING}"]
    + [f"EIO={version}&{POLLING}" for version in ("abc", "3", "5", "04")],
)
def test_a_request_without_a_mandatory_parameter_is_answered_400(echo: EchoServer, query: str) -> None:
    assert httpx2.get(f"{echo.url}{echo.path}?{query}").status_code == 400


@pytest.mark.parametrize(
    "query", ["", "EIO=4", "EIO=4&transport=abc", WEBSOCKET, f"EIO=abc&{WEBSOCKET}", f"EIO=3&{WEBSOCKET}"]
)
def test_a_websocket_without_a_mandatory_parameter_is_closed(connect: Connect, echo: EchoServer, query: str) -> None:
    line = connect()
    assert line.ask(f"{echo.path}?{query}") == 400
    assert line.closed() is None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_handshake_by_another_method_is_answered_400_not_405(echo: EchoServer, method: str) -> None:
    answer = httpx2.request(method, f"{echo.url}{echo.path}?EIO=4&{POLLING}")
    assert (answer.status_code, answer.json()["code"]) == (400, 2)


def test_what_keeps_caches_away_and_what_is_unknown_changes_nothing(echo: EchoServer) -> None:
    assert httpx2.get(f"{echo.url}{echo.path}?t=N8hyd6w&EIO=4&{POLLING}&b64=1&x=").status_code == 200


def test_pages_of_other_sites_may_read_every_answer(echo: EchoServer) -> None:
    url, page = f"{echo.url}{echo.path}", {"Origin": "https://elsewhere.example"}
    opened = httpx2.get(f"{url}?EIO=4&{POLLING}", headers=page)
    refused = httpx2.get(url, headers=page)
    asked = httpx2.options(f"{url}?EIO=4&{POLLING}", headers=page)
    assert [each.status_code for each in (opened, refused, asked)] == [200, 400, 204]
    assert {each.headers["access-control-allow-origin"] for each in (opened, refused, asked)} == {"*"}


# Sending and receiving by polls


PAYLOADS = [
    "4hello",
    "4test1\x1e4test2\x1e4test3",
    "4hello\x1ebAQIDBA==",
    "b",
    "4",
    "4€😀",
    "4\x1e4",
    "44\x1e4b\x1eb/+8=",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_packets_are_taken_with_ok_and_come_back_in_one_payload_in_order(poll: Poll, payload: str) -> None:
    poller = poll()
    answer = poller.post(payload)
    assert (answer.status_code, answer.text) == (200, "ok")
    back = poller.poll()
    assert (back.status_code, back.text) == (200, payload)
    assert back.headers["content-type"].lower() == "text/plain; charset=utf-8"


@pytest.mark.parametrize("kind", ["text/plain;charset=UTF-8", "text/plain", "application/octet-stream", "x"])
def test_a_payload_is_read_alike_whatever_its_content_type_says(poll: Poll, kind: str) -> None:
    poller = poll()
    assert poller.post("4hello", **{"Content-Type": kind}).text == "ok"
    assert poller.heard() == "4hello"


def test_a_poll_waits_until_there_is_something(poll: Poll) -> None:
    poller = poll()
    with poller.waiting() as answer:
        poller.says("4hello")
        assert answer() == (200, "4hello")


def test_many_packets_come_back_in_order_over_as_many_polls_as_it_takes(poll: Poll) -> None:
    poller = poll()
    packets = [f"4{number}" for number in range(1000)]
    poller.says("\x1e".join(packets))
    heard: list[str] = []
    while len(heard) < len(packets):
        heard += poller.heard().split("\x1e")
    assert heard == packets


@pytest.mark.parametrize("sid", ["x", "0" * 32, "", "%00", "%F0%9F%98%80"])
def test_an_unknown_sid_is_answered_400(echo: EchoServer, sid: str) -> None:
    url = f"{echo.url}{echo.path}?EIO=4&{POLLING}&sid={sid}"
    assert [httpx2.get(url).status_code, httpx2.post(url, content="4x").status_code] == [400, 400]


BAD: list[str | bytes] = [
    "abc",
    "",
    "7",
    "\x1e",
    "4hello\x1e",
    "\x1e4hello",
    "4a\x1e\x1e4b",
    "4hello\x1eabc",
    "bAQ=",
    "b@@@@",
    b"4\xff",
]
NOT_A_CLIENTS: list[str | bytes] = ["0", '0{"sid":"x"}', "2", "2probe", "5", "6"]


@pytest.mark.parametrize("payload", BAD + NOT_A_CLIENTS)
def test_a_payload_that_is_none_is_answered_400_and_closes_the_session(poll: Poll, payload: str | bytes) -> None:
    poller = poll()
    assert poller.post(payload).status_code == 400
    assert poller.is_gone()


def test_a_payload_may_have_as_many_bytes_as_the_handshake_says_and_no_more(poll: Poll) -> None:
    poller = poll()
    largest = "4" + "x" * (MOST - 1)
    poller.says(largest)
    assert poller.heard() == largest
    assert poller.post(largest + "x").status_code == 400
    assert poller.is_gone()


def test_a_second_poll_is_answered_400_the_first_with_a_close_packet_and_the_session_ends(poll: Poll) -> None:
    poller = poll()
    with poller.waiting() as first:
        assert poller.poll().status_code == 400
        assert first() == (200, "1")
    assert poller.is_gone()


def test_a_second_post_is_answered_400_and_the_session_ends(poll: Poll, connect: Connect) -> None:
    poller, line = poll(), connect()
    head = f"POST {poller.at} HTTP/1.1\r\nHost: test\r\nContent-Length: 6\r\nExpect: 100-continue\r\n\r\n"
    line.send(head.encode())
    assert line.socket.recv(100).startswith(b"HTTP/1.1 100 "), "the server waits for the body"
    assert poller.post("4hello").status_code == 400
    line.send(b"4hello")
    assert line.socket.recv(100).startswith(b"HTTP/1.1 400 ")
    assert poller.is_gone()


def test_a_poll_that_is_cut_off_ends_the_session(poll: Poll) -> None:
    poller = poll()
    with poller.waiting():
        pass
    assert poller.is_gone()


# Messages over a WebSocket


@pytest.mark.parametrize(
    "packet", ["4hello", "4", "4€😀", "44", "4\x1e", "4" + "x" * 70_000, b"\x01\x02\x03\x04", b"", b"4", b"\xff"]
)
def test_every_packet_comes_back_in_a_frame_of_its_own(connect: Connect, packet: str | bytes) -> None:
    line = connect()
    line.begin()
    line.say(packet, "4x", packet)
    assert [line.hear() for _ in range(3)] == [packet, "4x", packet]


@pytest.mark.parametrize("packet", ["abc", "", "7", "b", "bAQIDBA==", " 4", *NOT_A_CLIENTS])
def test_a_packet_that_is_none_closes_the_websocket(connect: Connect, packet: str | bytes) -> None:
    line = connect()
    line.begin()
    line.say(packet, "4unheard")
    assert (line.closed() or (0,))[0] == 1002


def test_a_message_may_have_as_many_bytes_as_the_handshake_says_and_no_more(connect: Connect) -> None:
    line = connect()
    line.begin()
    largest = "4" + "x" * (MOST - 1)
    line.say(largest)
    assert line.hear() == largest
    line.say(largest + "x")
    assert (line.closed() or (0,))[0] == 1009


# Heartbeat


def test_a_poller_is_pinged_interval_by_interval_while_it_answers(poll: Poll, beating: EchoServer) -> None:
    begin = monotonic()
    poller = poll(beating)
    for _ in range(3):
        assert poller.heard() == "2"
        poller.says("3")
    assert monotonic() - begin >= 3 * INTERVAL, "milliseconds, not whole seconds rounded down"


def test_a_websocket_is_pinged_interval_by_interval_while_it_answers(connect: Connect, beating: EchoServer) -> None:
    begin = monotonic()
    line = connect(beating)
    line.begin()
    for _ in range(3):
        assert line.hear() == "2"
        line.say("3")
    assert monotonic() - begin >= 3 * INTERVAL


def test_who_does_not_answer_a_ping_is_closed(connect: Connect, strict: EchoServer) -> None:
    begin = monotonic()
    line = connect(strict)
    line.begin()
    assert line.hear() == "2"
    assert line.closed() == (1001, "heartbeat")
    assert monotonic() - begin >= INTERVAL + TIMEOUT


def test_a_poller_that_does_not_answer_a_ping_is_closed(poll: Poll, strict: EchoServer) -> None:
    poller = poll(strict)
    while (answer := poller.poll()).status_code == 200:
        assert answer.text in {"2", "6"}
    assert poller.is_gone()


def test_a_poller_that_never_comes_is_gone_after_interval_and_time_out(
    poll: Poll, connect: Connect, strict: EchoServer
) -> None:
    poller, later = poll(strict), connect(strict)
    later.begin()
    later.closed()
    assert poller.is_gone(), "its time was over before that of the other"


def test_answers_that_nobody_asked_for_keep_nobody_alive(connect: Connect, strict: EchoServer) -> None:
    line = connect(strict)
    line.begin()
    line.say("3", "3", "3")
    assert line.hear() == "2"
    assert line.closed() == (1001, "heartbeat")


# Closing


def test_a_poller_that_closes_is_told_ok_its_poll_gets_a_noop_and_the_session_ends(poll: Poll) -> None:
    poller = poll()
    with poller.waiting() as answer:
        poller.says("1")
        assert answer() == (200, "6")
    assert poller.is_gone()


def test_a_poller_that_closes_with_its_last_words_is_answered_them(poll: Poll) -> None:
    poller = poll()
    with poller.waiting() as answer:
        poller.says("4last\x1e1")
        assert answer() == (200, "4last")
    assert poller.is_gone()


def test_a_close_packet_closes_the_websocket(connect: Connect) -> None:
    line = connect()
    line.begin()
    line.say("4last", "1")
    assert line.hear() == "4last"
    assert (line.closed() or (0,))[0] == 1000


# Upgrade


def probed(poller: Poller, line: Line) -> Line:
    """Open a WebSocket for a poller, as far as the server's answer to the probe."""
    line.upgrade(poller.sid).say("2probe")
    assert line.hear() == "3probe"
    return line


def test_an_upgrade_answers_the_probe_and_the_poll_and_then_goes_on_by_websocket(poll: Poll, connect: Connect) -> None:
    poller, line = poll(), connect()
    with poller.waiting() as answer:
        probed(poller, line)
        assert answer() == (200, "6")
    line.say("5", "4hello", b"\x01")
    assert [line.hear(), line.hear()] == ["4hello", b"\x01"]


def test_after_an_upgrade_the_heartbeat_goes_over_the_websocket(
    poll: Poll, connect: Connect, beating: EchoServer
) -> None:
    line = probed(poll(beating), connect(beating))
    line.say("5")
    for _ in range(2):
        assert line.hear() == "2"
        line.say("3")


def test_a_poll_after_the_probe_is_answered_at_once(poll: Poll, connect: Connect) -> None:
    poller = poll()
    line = probed(poller, connect())
    assert poller.heard() == "6"
    line.say("5", "4hello")
    assert line.hear() == "4hello"


def test_what_a_poller_is_owed_comes_first_over_the_websocket(poll: Poll, connect: Connect) -> None:
    poller = poll()
    line = probed(poller, connect())
    poller.says("4first\x1ebAQIDBA==")
    line.say("5", "4third")
    assert [line.hear() for _ in range(3)] == ["4first", b"\x01\x02\x03\x04", "4third"]


def test_after_an_upgrade_polls_and_posts_are_answered_400_and_the_websocket_goes_on(
    poll: Poll, connect: Connect
) -> None:
    poller = poll()
    line = probed(poller, connect())
    line.say("5", "4hello")
    assert line.hear() == "4hello"
    assert poller.is_gone()
    line.say("4hello")
    assert line.hear() == "4hello"


@pytest.mark.parametrize("when", ["while the first one probes", "after the upgrade"])
def test_a_second_websocket_is_closed_and_the_first_goes_on(poll: Poll, connect: Connect, when: str) -> None:
    poller = poll()
    line = probed(poller, connect())
    if when == "after the upgrade":
        line.say("5", "4hello")
        assert line.hear() == "4hello"
    second = connect().upgrade(poller.sid)
    assert (second.closed() or (0,))[0] == 1008
    if when != "after the upgrade":
        line.say("5")
    line.say("4hello")
    assert line.hear() == "4hello"


@pytest.mark.parametrize("probe", ["2", "2other", "4hello", "5", "3probe", b"2probe"])
def test_a_websocket_that_begins_otherwise_is_closed_and_the_poller_goes_on(
    poll: Poll, connect: Connect, probe: str | bytes
) -> None:
    poller, line = poll(), connect()
    line.upgrade(poller.sid).say(probe)
    if probe == "5":
        line.say("4hello")
        assert line.hear() == "4hello", "a client may know that the WebSocket works"
        return
    assert line.closed()
    poller.says("4hello")
    assert poller.heard() == "4hello"


def test_a_websocket_for_an_unknown_sid_or_for_that_of_another_websocket_is_closed(connect: Connect) -> None:
    first = connect()
    for sid in ["0" * 32, str(first.begin()["sid"])]:
        assert (connect().upgrade(sid).closed() or (0,))[0] == 1008
    first.say("4hello")
    assert first.hear() == "4hello"
