"""Long-polling: what a GET brings home, what a POST may carry, and how both end."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from hubbub.gateways.socketio import polling
from hubbub.gateways.socketio.engine import Engine
from hubbub.gateways.socketio.origin import same_site
from hubbub.gateways.socketio.polling import MOST_PACKETS, PollingEndpoint, PollingTransport
from hubbub.gateways.socketio.settings import MOST_OWED, PACKETS_AT_ONCE, EngineSettings
from hubbub.gateways.socketio.socket import EngineSocket
from hubbub.protocol.engineio import PacketType
from hubbub.protocol.malformed import MalformedError
from tests.gateways.socketio.fakes import FakeCarrier, FakeCrowd, FakeReceiver, counting, turn

pytestmark = pytest.mark.anyio

SID = "01" * 16
SETTINGS = EngineSettings(may_connect=same_site(frozenset()), cookie="login", ping_interval=300, ping_timeout=200)


class Answer:
    """What came back."""

    def __init__(self, messages: list[Any]) -> None:
        start, *rest = messages
        self.status: int = start["status"]
        self.headers: Mapping[str, str] = {name.decode(): value.decode() for name, value in start["headers"]}
        self.body: bytes = b"".join(each["body"] for each in rest)

    @property
    def error(self) -> tuple[int, str]:
        """The protocol's code and words of a refusal."""
        error = json.loads(self.body)
        return error["code"], error["message"]


class Request:
    """One request, under way until `answer` is asked for."""

    def __init__(self, app: PollingEndpoint, method: str, query: str, headers: dict[str, str], *parts: bytes) -> None:
        self.parts: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for number, part in enumerate(parts):
            more = number < len(parts) - 1
            self.parts.put_nowait({"type": "http.request", "body": part, "more_body": more})
        self.sent: list[Any] = []
        scope = {
            "type": "http",
            "method": method,
            "path": "/socket.io/",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("192.0.2.7", 5),
        }
        self.task = asyncio.ensure_future(app(scope, self.parts.get, self.send))

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    def hang_up(self) -> None:
        """Go away without waiting for the answer."""
        self.parts.put_nowait({"type": "http.disconnect"})

    async def answer(self) -> Answer:
        await self.task
        return Answer(self.sent)


class House:
    """The endpoint, what its sockets hear, and ways to ask."""

    def __init__(self, settings: EngineSettings = SETTINGS) -> None:
        self.receivers: list[FakeReceiver] = []
        self.engine = Engine(settings, self.accept, counting())
        self.app = PollingEndpoint(self.engine)

    def accept(self, socket: EngineSocket) -> FakeReceiver:
        self.receivers.append(FakeReceiver())
        return self.receivers[-1]

    @property
    def heard(self) -> list[Any]:
        (receiver,) = self.receivers
        return receiver.heard

    @property
    def socket(self) -> EngineSocket:
        return self.engine.find(SID, "")

    def begin(self, method: str, query: str, *parts: bytes, **headers: str) -> Request:
        return Request(self.app, method, f"EIO=4&transport=polling{query}", headers, *parts)

    async def open(self, **headers: str) -> Answer:
        return await self.begin("GET", "", b"", **headers).answer()

    def begin_poll(self) -> Request:
        return self.begin("GET", f"&sid={SID}", b"")

    async def poll(self) -> Answer:
        return await self.begin_poll().answer()

    async def post(self, *parts: bytes) -> Answer:
        return await self.begin("POST", f"&sid={SID}", *parts).answer()


@pytest.fixture
async def house() -> House:
    """A house with one socket that polls."""
    house = House()
    await house.open()
    return house


# The handshake


async def test_a_first_get_opens_a_socket_that_says_how_it_behaves() -> None:
    house = House()
    answer = await house.open()
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert json.loads(answer.body.removeprefix(b"0")) == {
        "sid": SID,
        "upgrades": ["websocket"],
        "pingInterval": 300,
        "pingTimeout": 200,
        "maxPayload": 1_000_000,
    }
    assert house.socket.address == "192.0.2.7"


REFUSED: dict[str, tuple[str, str, dict[str, str], int, int]] = {
    "no transport": ("GET", "EIO=4", {}, 400, 0),
    "an unknown transport": ("GET", "EIO=4&transport=carrier", {}, 400, 0),
    "the other transport": ("GET", "EIO=4&transport=websocket", {}, 400, 0),
    "no EIO": ("GET", "transport=polling", {}, 400, 5),
    "EIO=3": ("GET", "EIO=3&transport=polling", {}, 400, 5),
    "POST without a sid": ("POST", "EIO=4&transport=polling", {}, 400, 2),
    "PUT": ("PUT", "EIO=4&transport=polling", {}, 400, 2),
    "PUT with a sid": ("PUT", f"EIO=4&transport=polling&sid={SID}", {}, 400, 2),
    "an unknown sid": ("GET", "EIO=4&transport=polling&sid=x", {}, 400, 1),
    "a POST with an unknown sid": ("POST", "EIO=4&transport=polling&sid=x", {}, 400, 1),
    "an empty sid": ("GET", "EIO=4&transport=polling&sid=", {}, 400, 1),
    "a sid of another login": ("GET", f"EIO=4&transport=polling&sid={SID}", {"cookie": "login=mine"}, 400, 1),
    "another origin": ("GET", "EIO=4&transport=polling", {"origin": "http://evil", "host": "test"}, 403, 4),
    "the origin null": ("GET", "EIO=4&transport=polling", {"origin": "null", "host": "test"}, 403, 4),
    "an origin that is no URL": ("GET", "EIO=4&transport=polling", {"origin": "http://[", "host": "test"}, 403, 4),
    "another origin with a sid": (
        *("POST", f"EIO=4&transport=polling&sid={SID}", {"origin": "http://evil", "host": "test"}, 403, 4),
    ),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_another_request_is_refused_with_the_protocols_code_and_the_socket_goes_on(
    house: House, what: str
) -> None:
    method, query, headers, status, code = REFUSED[what]
    answer = await Request(house.app, method, query, headers, b"").answer()
    assert (answer.status, answer.error[0]) == (status, code)
    assert (len(house.engine), house.heard) == (1, [])


async def test_our_own_page_may_connect_and_options_are_told_without_a_socket(house: House) -> None:
    assert (await house.open(origin="http://test", host="test")).status == 200
    answer = await Request(house.app, "OPTIONS", "", {}).answer()
    assert answer.status == 204
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_other_pages_may_read_the_answers_where_that_is_set() -> None:
    house = House(EngineSettings(may_connect=lambda origin, host: True, allow_origin="*"))
    assert (await house.open()).headers["access-control-allow-origin"] == "*"
    answer = await Request(house.app, "OPTIONS", "", {}).answer()
    assert answer.headers["access-control-allow-methods"] == "GET, POST"


async def test_a_server_that_drains_lets_nobody_in_but_lets_who_is_there_go_on(house: House) -> None:
    house.engine.draining = True
    assert (await house.open()).status == 503
    assert (await house.post(b"4hello")).status == 200


ENDS: dict[str, Callable[[EngineSocket], None]] = {
    "it is closed": lambda socket: socket.close(),
    "it is dropped": lambda socket: socket.die("why"),
    "it leaves too much lying": lambda socket: socket.send_message(bytes(MOST_OWED)),
    "another transport takes over": lambda socket: socket.take_over(FakeCarrier()),
}


@pytest.mark.parametrize("end", ENDS)
async def test_a_socket_counts_for_the_address_of_its_client_until(end: str) -> None:
    crowd = FakeCrowd(most=1)
    house = House(EngineSettings(SETTINGS.may_connect, polling_crowd=crowd))
    assert (await house.open()).status == 200
    assert (await house.open()).status == 429
    assert (len(house.engine), crowd.inside) == (1, ["192.0.2.7"])
    ENDS[end](house.socket)
    assert crowd.inside == []
    await turn()
    assert (await house.open()).status == 200


# Polls


async def test_a_poll_waits_until_something_is_owed_and_brings_all_of_it(house: House) -> None:
    poll = house.begin_poll()
    await turn()
    assert not poll.task.done()
    house.socket.send_message(b"hello")
    house.socket.send_binary(b"\x01\x02\x03\x04")
    assert (await poll.answer()).body == b"4hello\x1ebAQIDBA=="


async def test_a_poll_brings_at_once_what_is_owed_already(house: House) -> None:
    house.socket.send_message(b"hello")
    assert (await house.poll()).body == b"4hello"


async def test_a_poll_brings_no_more_packets_than_the_official_clients_take(house: House) -> None:
    for number in range(2 * MOST_PACKETS + 1):
        house.socket.send_message(b"%d" % number)
    got = [(await house.poll()).body.split(b"\x1e") for _ in range(3)]
    assert [len(packets) for packets in got] == [MOST_PACKETS, MOST_PACKETS, 1]
    assert [packet for packets in got for packet in packets] == [b"4%d" % number for number in range(33)]


async def test_a_second_poll_at_once_closes_the_socket_and_both_hear_of_it(house: House) -> None:
    first, second = house.begin_poll(), house.begin_poll()
    answers = [await first.answer(), await second.answer()]
    assert [answer.status for answer in answers] == [200, 400]
    assert answers[0].body == b"1"
    assert house.heard == [("closed", "two polls at once")]
    assert (await house.poll()).status == 400


async def test_a_poll_that_is_hung_up_ends_the_socket(house: House) -> None:
    poll = house.begin_poll()
    await turn()
    poll.hang_up()
    await poll.answer()
    assert house.heard == [("closed", "the poll was hung up")]
    assert len(house.engine) == 0


# Posts


async def test_a_post_brings_texts_and_bytes_in_order_and_is_answered_ok(house: House) -> None:
    answer = await house.post(b"4hel", b"lo\x1ebAQIDBA==", b"\x1e4world")
    assert (answer.status, answer.body) == (200, b"ok")
    assert house.heard == ["hello", b"\x01\x02\x03\x04", "world"]


@pytest.mark.parametrize("body", [b"", b"abc", b"\x1e4more", b"4\xff", b"b@", b"7\x1e4more"])
async def test_a_payload_that_is_none_is_refused_and_closes_the_socket(house: House, body: bytes) -> None:
    answer = await house.post(body)
    assert (answer.status, answer.error) == (400, (3, "Bad request"))
    assert [kind for kind, _ in house.heard] == ["closed"]
    assert (await house.poll()).status == 400


@pytest.mark.parametrize("packet", [b"0", b"2", b"2probe", b"5", b"6"])
async def test_a_packet_that_no_client_may_send_is_refused_and_what_follows_it_is_not_heard(
    house: House, packet: bytes
) -> None:
    assert (await house.post(b"4hello\x1e" + packet + b"\x1e4more")).status == 400
    assert house.heard == ["hello", ("closed", "unexpected packet")]


async def test_a_long_payload_is_taken_in_a_part_at_a_time_so_that_others_have_their_turn(house: House) -> None:
    post = house.begin("POST", f"&sid={SID}", b"\x1e".join([b"4x"] * (3 * PACKETS_AT_ONCE)))
    heard = []
    while not post.task.done():
        await turn(1)
        heard.append(len(house.heard))
    assert {PACKETS_AT_ONCE, 2 * PACKETS_AT_ONCE, 3 * PACKETS_AT_ONCE} == set(heard) - {0}
    assert (await post.answer()).body == b"ok"


async def test_a_second_post_during_a_long_one_is_refused_and_the_rest_of_that_is_not_heard(house: House) -> None:
    long = house.begin("POST", f"&sid={SID}", b"\x1e".join([b"4x"] * (3 * PACKETS_AT_ONCE)))
    while not house.heard:
        await turn(1)
    assert (await house.post(b"4second")).status == 400
    assert (await long.answer()).status == 400
    assert house.heard[-1] == ("closed", "two posts at once")
    assert len(house.heard) < 3 * PACKETS_AT_ONCE


async def test_a_message_that_the_receiver_finds_malformed_is_refused(house: House) -> None:
    house.receivers[0].error = MalformedError("why")
    assert (await house.post(b"4hello")).status == 400
    assert house.heard == ["hello", ("closed", "why")]


async def test_a_payload_may_be_as_large_as_the_handshake_said_and_no_larger(house: House) -> None:
    assert (await house.post(b"4" + b"x" * 500_000, b"x" * 499_999)).status == 200
    assert (await house.post(b"4" + b"x" * 500_000, b"x" * 500_000)).status == 400
    assert house.heard[1:] == [("closed", "the payload is too large")]


async def test_a_second_post_at_once_is_refused_and_the_first_is_not_said_to_be_well(house: House) -> None:
    first = house.begin("POST", f"&sid={SID}")
    await turn()
    assert (await house.post(b"4second")).status == 400
    first.parts.put_nowait({"type": "http.request", "body": b"4first"})
    assert (await first.answer()).status == 400
    assert house.heard == [("closed", "two posts at once")]


async def test_a_post_that_does_not_come_to_its_end_closes_the_socket(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "seconds_for", lambda size: 0)
    assert (await house.begin("POST", f"&sid={SID}").answer()).status == 400
    assert house.heard == [("closed", "the payload didn't arrive")]


async def test_a_post_that_is_hung_up_closes_the_socket(house: House) -> None:
    post = house.begin("POST", f"&sid={SID}")
    post.hang_up()
    await post.answer()
    assert [kind for kind, _ in house.heard] == ["closed"]


async def test_a_post_may_follow_another(house: House) -> None:
    for _ in range(3):
        assert (await house.post(b"4hello")).status == 200
    assert house.heard == ["hello"] * 3


# The end


async def test_a_client_that_closes_has_its_poll_answered_with_nothing(house: House) -> None:
    poll = house.begin_poll()
    await turn()
    assert (await house.post(b"1")).status == 200
    assert (await poll.answer()).body == b"6"
    assert (await house.poll()).status == 400
    assert house.heard == [("closed", "closed")]


async def test_who_breaks_the_protocol_is_told_by_a_close_packet_after_what_is_owed(house: House) -> None:
    poll = house.begin_poll()
    await turn()
    house.socket.send_message(b"owed")
    house.socket.close(1008, "why")
    assert (await poll.answer()).body == b"4owed\x1e1"


async def test_the_last_poll_brings_all_that_is_owed(house: House) -> None:
    poll = house.begin_poll()
    await turn()
    for _ in range(MOST_PACKETS + 1):
        house.socket.send_message(b"owed")
    house.socket.close(1008, "why")
    assert (await poll.answer()).body.endswith(b"4owed\x1e1")


async def test_who_is_to_come_back_gets_no_close_packet(house: House) -> None:
    poll = house.begin_poll()
    await turn()
    house.socket.close(1012, "closing")
    assert (await poll.answer()).body == b"6"


async def test_who_does_not_answer_a_ping_in_time_is_closed(house: House) -> None:
    assert (await house.poll()).body == b"2"
    assert (await house.poll()).body == b"6"
    assert house.heard == [("closed", "heartbeat")]
    assert (await house.post(b"3")).status == 400


async def test_who_answers_pings_stays(house: House) -> None:
    for _ in range(3):
        assert (await house.poll()).body == b"2"
        assert (await house.post(b"3")).body == b"ok"
    assert house.heard == []


# What a poller is owed


def make_transport() -> tuple[PollingTransport, FakeReceiver]:
    transport, receiver = PollingTransport(), FakeReceiver()
    transport.socket = EngineSocket(SID, "", "", transport, lambda _: None)
    transport.socket.receiver = receiver
    return transport, receiver


async def test_who_leaves_much_lying_is_full_until_it_is_fetched() -> None:
    transport, receiver = make_transport()
    for _ in range(MOST_OWED // 2 // 1024 + 1):
        transport.owe(transport.frame(b"4" + b"x" * 1024))
    polls = 0
    while transport.full:
        polls += 1
        assert receiver.heard == []
        assert transport.take().startswith(b"4")
    assert polls == 1
    assert receiver.heard == ["resumed"]


async def test_who_leaves_too_much_lying_is_dropped_but_not_in_the_midst_of_sending() -> None:
    transport, receiver = make_transport()
    for _ in range(MOST_OWED // 1024 + 100):
        transport.owe(transport.frame(b"4" + b"x" * 1024))
    assert receiver.heard == []
    assert transport.take() == b"6", "nothing is kept for somebody who is gone"
    await turn()
    assert receiver.heard == [("closed", "slow")]


async def test_a_poller_that_is_let_go_asks_in_vain_until_it_is_retained() -> None:
    transport, _ = make_transport()
    waiting = transport.begin_poll()
    transport.release()
    assert waiting.done()
    assert transport.take() == b"6"
    assert transport.begin_poll().done()
    transport.take()
    transport.retain()
    assert not transport.begin_poll().done()


async def test_another_transport_takes_over_what_a_poller_is_owed_as_it_was_sent() -> None:
    transport, _ = make_transport()
    assert transport.socket
    transport.socket.send_message("€ \x1f".encode())
    transport.socket.send_binary(b"\x1e\x00")
    transport.socket.send_packet(PacketType.PING)
    other = FakeCarrier()
    transport.socket.take_over(other)
    assert other.owed == ["4€ \x1f".encode(), b"b\x1e\x00", b"2"]
    assert transport.begin_poll().done()
    assert transport.take() == b"6"
    transport.owe(transport.frame(b"4late"))
    assert transport.take() == b"6"
