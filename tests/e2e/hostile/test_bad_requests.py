"""Wrong requests at the live door: handshakes, sids of others, polls and posts and WebSockets too many."""

import json
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.e2e.hostile.conftest import Connect, Poll
from tests.e2e.hostile.raw_client import TARGET, RawPoller, frame, left_over, measure
from tests.people import Person
from tests.server_process import ServerProcess
from tests.waiting import eventually

HOLDS = (
    "hubbub.gateways.http.cookies",
    "hubbub.gateways.socketio.engine",
    "hubbub.gateways.socketio.origin",
    "hubbub.gateways.socketio.polling",
    "hubbub.gateways.socketio.websocket",
    "hubbub.server.connection",
)

POLLING = "/socket.io/?EIO=4&transport=polling"
REQUESTS: dict[str, tuple[str, str, int, int]] = {
    "no transport": ("GET", "/socket.io/?EIO=4", 400, 0),
    "an unknown transport": ("GET", "/socket.io/?EIO=4&transport=carrier", 400, 0),
    "a WebSocket without one": ("GET", TARGET, 400, 0),
    "no EIO": ("GET", "/socket.io/?transport=polling", 400, 5),
    "EIO=3": ("GET", "/socket.io/?EIO=3&transport=polling", 400, 5),
    "nothing": ("GET", "/socket.io/", 400, 0),
    "POST": ("POST", POLLING, 400, 2),
    "PUT": ("PUT", POLLING, 400, 2),
    "DELETE": ("DELETE", POLLING, 400, 2),
    "PUT with a sid": ("PUT", f"{POLLING}&sid=x", 400, 2),
    "an unknown sid": ("GET", f"{POLLING}&sid=x", 400, 1),
    "an unknown sid in a POST": ("POST", f"{POLLING}&sid={'0' * 32}", 400, 1),
    "a sid of other characters": ("GET", f"{POLLING}&sid=%00%ff%F0%9F%98%80", 400, 1),
}


@pytest.mark.parametrize("what", REQUESTS)
def test_a_wrong_request_is_refused_with_the_protocols_code(server: ServerProcess, what: str) -> None:
    method, target, status, code = REQUESTS[what]
    answer = httpx2.request(method, server.url + target)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]


UPGRADES: dict[str, tuple[int, str, dict[str, str]]] = {
    "no transport": (400, "/socket.io/?EIO=4", {}),
    "another transport": (400, POLLING, {}),
    "no EIO": (400, "/socket.io/?transport=websocket", {}),
    "EIO=3": (400, "/socket.io/?EIO=3&transport=websocket", {}),
    "another path": (404, "/", {}),
    "a path of the API": (404, "/api/v1/rooms", {}),
    "a path that is no URL": (404, "//[/socket.io/?EIO=4&transport=websocket", {}),
    "a whole URL": (404, "http://[" + TARGET, {}),
    "another origin": (403, TARGET, {"Origin": "https://evil.example"}),
    "the origin null": (403, TARGET, {"Origin": "null"}),
    "an origin that is no URL": (403, TARGET, {"Origin": "http://["}),
    "an origin of other characters": (403, TARGET, {"Origin": "http://\u00ff"}),
    "two origins": (400, TARGET, {"Origin": "null", "origin": "null"}),
    "two hosts": (400, TARGET, {"host": "other"}),
    "two keys": (400, TARGET, {"sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA=="}),
    "another version": (400, TARGET, {"sec-websocket-version": "8"}),
    "a very long cookie": (431, TARGET, {"Cookie": "x" * 20_000}),
    "very many headers": (431, TARGET, {f"X-{number}": "x" for number in range(200)}),
}


@pytest.mark.parametrize("what", UPGRADES)
def test_a_wrong_upgrade_is_refused_with_a_status_and_the_connection_ends(connect: Connect, what: str) -> None:
    status, target, headers = UPGRADES[what]
    client = connect()
    assert client.ask(target, **headers) == status
    client.ended()


@pytest.mark.parametrize("method", ["POST", "PUT", "HEAD", "OPTIONS"])
def test_an_upgrade_by_another_method_is_refused(connect: Connect, method: str) -> None:
    assert connect().ask(method=method) == 405


def test_an_upgrade_with_a_body_is_cut_off(connect: Connect) -> None:
    client = connect()
    client.send(client.request(Content_Length="5") + b"hello")
    client.ended()


def test_our_own_page_may_upgrade_and_poll(server: ServerProcess, connect: Connect) -> None:
    assert connect().ask(Origin=server.url) == 101
    assert httpx2.get(server.url + POLLING, headers={"Origin": server.url}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://[", ""])
def test_a_page_of_another_site_may_neither_poll_nor_post(server: ServerProcess, poll: Poll, origin: str) -> None:
    assert httpx2.get(server.url + POLLING, headers={"Origin": origin}).status_code == 403
    poller = poll()
    assert poller.poll(Origin=origin).status_code == 403
    assert poller.post("40", Origin=origin).status_code == 403
    assert "access-control-allow-origin" not in poller.post("40").headers


# Whose sid it is


@pytest.fixture
def cookie(server: ServerProcess) -> str:
    """The cookie of a guest."""
    answer = httpx2.post(f"{server.url}/api/v1/guests", json={"name": "Ann"})
    name, value = next(iter(answer.cookies.items()))
    return f"{name}={value}"


def test_a_sid_is_of_no_use_to_another_login_or_to_none(
    server: ServerProcess, connect: Connect, poll: Poll, cookie: str
) -> None:
    ann = poll(cookie=cookie).come_in()
    for other in ("", cookie[:-1], "a=b"):
        url, headers = f"{ann.url}&sid={ann.sid}", {"Cookie": other}
        assert httpx2.get(url, headers=headers).json() == {"code": 1, "message": "Session ID unknown"}
        assert httpx2.post(url, content="1", headers=headers).status_code == 400
        assert connect().open(ann.sid, Cookie=other).closed() == (1008, "unknown sid")
    assert ann.post('427["who_am_i"]').text == "ok"
    assert ann.poll().text.startswith('437[{"ok":true')
    upgraded = connect().open(ann.sid, Cookie=f"x=y; {cookie}")
    upgraded.say("2probe", "5", '428["who_am_i"]')
    assert upgraded.text() == "3probe"
    assert upgraded.text().startswith('438[{"ok":true')


def test_a_sid_that_was_never_given_opens_nothing(connect: Connect) -> None:
    assert connect().open("0" * 32).closed() == (1008, "unknown sid")


def test_a_second_websocket_for_one_sid_is_closed_and_the_first_goes_on(connect: Connect, poll: Poll) -> None:
    ann = poll().come_in(name="Ann")
    first = connect().open(ann.sid)
    refusal = (1008, "this sid has a WebSocket already")
    assert connect().open(ann.sid).closed() == refusal
    first.say("2probe", "5")
    assert first.text() == "3probe"
    assert first.ask_for("who_am_i")["user"]["name"] == "Ann"
    assert connect().open(ann.sid).closed() == refusal
    assert ann.poll().status_code == 400
    assert ann.post("41").status_code == 400
    assert first.ask_for("who_am_i")["user"]["name"] == "Ann"


def test_a_websocket_of_its_own_has_a_sid_that_no_other_may_take(connect: Connect) -> None:
    first = connect()
    assert first.ask() == 101
    sid = json.loads(first.text()[1:])["sid"]
    assert connect().open(sid).closed() == (1008, "this sid has a WebSocket already")
    first.say('40{"name":"Ann"}')
    assert first.text().startswith("40{")


# Too many at once


def test_two_polls_at_once_end_the_socket(server: ServerProcess, poll: Poll) -> None:
    ann = poll().come_in(name="Ann")
    with ThreadPoolExecutor() as pool:
        polls = [pool.submit(ann.poll) for _ in range(2)]
        answers = sorted((each.result().status_code, each.result().text) for each in polls)
    assert answers == [(200, "1"), (400, '{"code":3,"message":"Bad request"}')]
    assert ann.poll().json() == {"code": 1, "message": "Session ID unknown"}


def test_two_posts_at_once_end_the_socket_and_neither_is_said_to_be_well(
    server: ServerProcess, connect: Connect, poll: Poll
) -> None:
    with Person(server.url) as person:
        ann = poll().come_in(token=person.token)
        body = b'42["create_room",{}]'
        first = connect()
        head = f"POST {POLLING}&sid={ann.sid} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        first.send(head.encode() + body[:5])
        eventually(lambda: ann.post("3").status_code == 400)
        first.send(body[5:])
        assert first.socket.recv(65_536).startswith(b"HTTP/1.1 400 ")
        assert ann.poll().status_code == 400
        assert person.ask("GET", "/rooms")["rooms"] == []


def test_a_poll_that_is_hung_up_ends_the_socket(server: ServerProcess, connect: Connect, poll: Poll) -> None:
    before = measure(server)
    ann = poll().come_in(name="Ann")
    waiting = connect()
    waiting.send(f"GET {POLLING}&sid={ann.sid} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    waiting.cut()
    eventually(lambda: not left_over(server, before))


def test_a_post_that_is_hung_up_ends_the_socket(server: ServerProcess, connect: Connect, poll: Poll) -> None:
    before = measure(server)
    ann = poll().come_in(name="Ann")
    half = connect()
    half.send(f"POST {POLLING}&sid={ann.sid} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n42[".encode())
    half.cut()
    eventually(lambda: not left_over(server, before))
    assert ann.poll().status_code == 400


# The upgrade


@pytest.mark.parametrize("probe", ["2", "2prob", "3probe", "4", '42["create_room",{}]', "1", "", b"2probe", b"\xff"])
def test_a_malformed_probe_is_closed_and_polling_goes_on(connect: Connect, poll: Poll, probe: str | bytes) -> None:
    ann = poll().come_in(name="Ann")
    client = connect().open(ann.sid)
    client.say(probe, "5")
    assert client.closed() == (1002, "malformed probe")
    assert ann.post('427["who_am_i"]').text == "ok"
    assert ann.poll().text.startswith('437[{"ok":true')


def test_a_probe_that_dies_after_its_answer_lets_polls_wait_again(connect: Connect, poll: Poll) -> None:
    ann = poll().come_in(name="Ann")
    client = connect().open(ann.sid)
    client.say("2probe")
    assert client.text() == "3probe"
    assert ann.poll().text == "6"
    client.cut()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(next_answer, ann)
        assert ann.post('427["who_am_i"]').text == "ok"
        assert waiting.result().startswith('437[{"ok":true')


def next_answer(poller: RawPoller) -> str:
    """Poll until there is more than nothing."""
    while (text := poller.poll().text) == "6":
        pass
    return text


def test_a_request_under_way_and_an_upgrade_on_one_connection_are_cut_off(
    server: ServerProcess, connect: Connect
) -> None:
    with Person(server.url) as ann:
        code = ann.create_room()
        client = connect()
        head = f"GET /api/v1/rooms/{code}/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ann.token}\r\n\r\n"
        client.send(head.encode())
        client.socket.recv(65_536)
        client.send(client.request() + frame("40"))
        assert b"101 Switching" not in client.ended()
        ann.send(code, "still there")


def test_r11_an_upgrade_behind_an_answer_that_was_not_read_is_cut_off(server: ServerProcess, connect: Connect) -> None:
    with Person(server.url) as ann:
        code = ann.create_room()
        for number in range(30):
            ann.send(code, f"{number} ".ljust(10_000, "x"))
        client = connect(receive_buffer=4096, far=True)
        path = f"/api/v1/rooms/{code}/messages?limit=200"
        client.send(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ann.token}\r\n\r\n".encode())
        beginning = client.socket.recv(100)
        client.send(client.request())
        answer = beginning + client.ended()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"101 Switching" not in answer
        assert len(answer) < 300_000, "need an answer that didn't get through for this test to mean anything"


@pytest.mark.timeout(60)  # Python before 3.11.10 and 3.12.6 takes seconds to undo the quotes of one
@pytest.mark.parametrize("target", ["/", "/api/v1/users/me", POLLING])
def test_cookies_of_many_backslashes_keep_nobody_waiting(server: ServerProcess, target: str) -> None:
    cookie = 'hubbub="' + r"\a" * 30_000 + '"'
    statuses = {httpx2.get(server.url + target, headers={"Cookie": cookie}).status_code for _ in range(40)}
    assert statuses == {401 if "users" in target else 200}
