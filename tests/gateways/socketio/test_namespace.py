"""Socket.IO on one socket: CONNECT first, then events; everything else ends the connection."""

import asyncio
import json
from collections.abc import Mapping

import pytest

from hubbub.gateways.socketio.namespace import Application, SocketIO
from tests.gateways.socketio.fakes import FakeApplication, FakeCarrier, counting, make_socket, turn

pytestmark = pytest.mark.anyio

MAIN_SID, ADMIN_SID = "01" * 15, "02" * 15


class Line:
    """A socket with two namespaces behind it."""

    def __init__(self, connect_seconds: float = 60.0) -> None:
        self.main, self.admin = FakeApplication(), FakeApplication()
        self.carrier = FakeCarrier()
        self.socket = make_socket(self.carrier)
        applications: Mapping[str, Application] = {"/": self.main, "/admin": self.admin}
        self.receiver = SocketIO(self.socket, applications, counting(), connect_seconds)
        self.socket.receiver = self.receiver

    def send(self, *packets: str | bytes) -> None:
        for packet in packets:
            if isinstance(packet, str):
                self.socket.receive(f"4{packet}")
            else:
                self.socket.receive_binary(packet)

    async def connect(self, packet: str = "0") -> None:
        self.send(packet)
        await turn()
        self.carrier.owed.clear()

    @property
    def answers(self) -> list[bytes]:
        """What was sent since the last call."""
        owed = list(self.carrier.owed)
        self.carrier.owed.clear()
        return owed


@pytest.fixture
async def line() -> Line:
    return Line()


# CONNECT


async def test_a_connect_is_answered_with_a_sid_that_is_not_the_engines(line: Line) -> None:
    line.send("0")
    await turn()
    assert line.answers == [b'40{"sid":"%b"}' % MAIN_SID.encode()]
    assert line.main.heard == [("connect", {})]
    assert [client.sid for client in line.main.clients] == [MAIN_SID]


async def test_a_connect_may_name_another_namespace_and_bring_data(line: Line) -> None:
    line.send('0/admin,{"token":"123"}', "0")
    await turn()
    assert line.answers == [b'40/admin,{"sid":"%b"}' % MAIN_SID.encode(), b'40{"sid":"%b"}' % ADMIN_SID.encode()]
    assert line.admin.heard == [("connect", {"token": "123"})]
    assert line.main.heard == [("connect", {})]


async def test_who_is_refused_is_told_why_and_may_try_again(line: Line) -> None:
    line.send('0{"refuse":"No.","data":{"code":5}}')
    await turn()
    assert line.answers == [b'44{"message":"No.","data":{"code":5}}']
    line.send('0/admin,{"refuse":"No."}')
    await turn()
    assert line.answers == [b'44/admin,{"message":"No."}']
    await line.connect()
    assert len(line.main.clients) == 1


async def test_an_unknown_namespace_is_refused_in_the_words_of_the_reference(line: Line) -> None:
    line.send("0/random")
    assert line.answers == [b'44/random,{"message":"Invalid namespace"}']
    assert line.socket.is_open


@pytest.mark.parametrize(
    "packet", ['2["x"]', '21["x"]', "1", "31[]", '50-["x"]', '4{"message":"x"}', "abc", "", b"\x01"]
)
async def test_anything_before_a_connect_closes_the_connection(line: Line, packet: str | bytes) -> None:
    line.send(packet)
    assert line.carrier.end
    assert line.carrier.end[0] == 1002
    await turn()
    assert (line.main.heard, line.carrier.owed) == ([], [])


async def test_an_event_before_the_answer_to_a_connect_closes_the_connection(line: Line) -> None:
    line.send("0", '2["x"]')
    await turn()
    assert line.carrier.end == (1002, "not connected to this namespace")
    assert line.main.clients == []


async def test_a_second_connect_closes_the_connection(line: Line) -> None:
    line.send("0", "0")
    assert line.carrier.end == (1002, "connected to this namespace already")
    other = Line()
    await other.connect()
    other.send("0")
    assert other.carrier.end == (1002, "connected to this namespace already")
    assert other.main.heard[-1] == ("disconnected", "connected to this namespace already")


async def test_who_goes_while_they_are_let_in_is_not_let_in(line: Line) -> None:
    line.main.may_go_on.clear()
    line.send("0")
    await turn()
    line.socket.die("gone")
    line.main.may_go_on.set()
    await turn()
    assert line.main.heard == [("connect", {})]
    assert (line.main.clients, line.carrier.owed) == ([], [])


async def test_who_disconnects_while_they_are_let_in_is_not_let_in_and_may_come_again(line: Line) -> None:
    line.main.may_go_on.clear()
    line.send("0")
    await turn()
    line.send("1", "0")
    await turn()
    line.send("0")
    assert line.carrier.end == (1002, "connected to this namespace already"), "the second one is under way"


async def test_who_is_in_no_namespace_in_time_is_closed() -> None:
    line = Line(connect_seconds=0)
    await turn()
    assert line.carrier.end == (1008, "no CONNECT")


async def test_a_refusal_is_no_connect() -> None:
    line = Line(connect_seconds=0.05)
    line.send('0{"refuse":"No."}')
    await line.carrier.ended.wait()
    assert line.carrier.end == (1008, "no CONNECT")


async def test_who_is_connected_has_time_until_they_leave_the_last_namespace() -> None:
    line = Line(connect_seconds=0.05)
    await line.connect()
    await line.connect("0/admin,")
    line.send("1")
    with pytest.raises(TimeoutError):  # there is the other one
        await asyncio.wait_for(line.carrier.ended.wait(), 0.1)
    line.send("1/admin,")
    await line.carrier.ended.wait()
    assert line.carrier.end == (1008, "no CONNECT")


# Events


async def test_events_reach_the_application_of_their_namespace_with_arguments_and_id(line: Line) -> None:
    await line.connect()
    await line.connect("0/admin,")
    line.send('2["hello",1,{"a":[true]}]', '2/admin,12["hi"]', '51-["bytes",{"_placeholder":true,"num":0}]', b"\x01")
    assert line.main.heard[1:] == [("hello", [1, {"a": [True]}], None), ("bytes", [b"\x01"], None)]
    assert line.admin.heard[1:] == [("hi", [], 12)]


async def test_a_client_is_answered_in_its_namespace(line: Line) -> None:
    await line.connect()
    await line.connect("0/admin,")
    (main,), (admin,) = line.main.clients, line.admin.clients
    for client in (main, admin):
        client.emit("hello", 1, "two")
        client.acknowledge(12, {"ok": True})
        client.acknowledge_json(2**53 - 1, b"{}")
        client.emit("bytes", b"\x01")
        client.acknowledge(3)
        client.disconnect()
    assert line.answers == [
        *(b'42["hello",1,"two"]', b'4312[{"ok":true}]', b"439007199254740991[{}]"),
        *(b'451-["bytes",{"_placeholder":true,"num":0}]', b"b\x01", b"433[]", b"41"),
        *(b'42/admin,["hello",1,"two"]', b'43/admin,12[{"ok":true}]', b"43/admin,9007199254740991[{}]"),
        *(b'451-/admin,["bytes",{"_placeholder":true,"num":0}]', b"b\x01", b"43/admin,3[]", b"41/admin,"),
    ]


async def test_an_acknowledgement_means_nothing(line: Line) -> None:
    await line.connect()
    line.send("31[]", '61-1[{"_placeholder":true,"num":0}]', b"\x01")
    assert (line.carrier.end, line.main.heard[1:], line.answers) == (None, [], [])


@pytest.mark.parametrize(
    "packet", ["2{}", "2[]", '2abc["x"]', '2["connect"]', '29223372036854775808["x"]', '2/admin,["x"]', "3/admin,1[]"]
)
async def test_what_is_malformed_closes_the_connection_and_the_application_hears_of_it(line: Line, packet: str) -> None:
    await line.connect()
    line.send(packet, '2["more"]')
    assert line.carrier.end
    assert line.carrier.end[0] == 1002
    assert [name for name, *_ in line.main.heard] == ["connect", "disconnected"]


async def test_bytes_that_nothing_announced_and_texts_where_bytes_belong_close_the_connection(line: Line) -> None:
    await line.connect()
    line.send(b"\x01")
    assert line.carrier.end == (1002, "an attachment of nothing")
    other = Line()
    await other.connect()
    other.send('51-["x",{"_placeholder":true,"num":0}]', '2["x"]')
    assert other.carrier.end == (1002, "an attachment is missing")


# The end


async def test_who_disconnects_from_one_namespace_stays_in_the_other(line: Line) -> None:
    await line.connect()
    await line.connect("0/admin,")
    line.send("1/admin", '2["x"]')
    assert line.admin.heard[-1] == ("disconnected", "client namespace disconnect")
    assert line.main.heard[-1] == ("x", [], None)
    line.send("1/admin")
    assert line.carrier.end == (1002, "not connected to this namespace")


async def test_who_disconnects_may_connect_again(line: Line) -> None:
    await line.connect()
    line.send("1")
    assert line.main.clients == []
    line.send("0")
    await turn()
    assert json.loads(line.answers[0].removeprefix(b"40")) == {"sid": ADMIN_SID}
    assert len(line.main.clients) == 1


async def test_the_end_of_the_connection_is_heard_once_in_every_namespace(line: Line) -> None:
    await line.connect()
    await line.connect("0/admin,")
    line.socket.die("why")
    line.receiver.closed("again")
    for application in (line.main, line.admin):
        assert application.heard[1:] == [("disconnected", "why")]


async def test_every_namespace_hears_that_the_connection_takes_data_again(line: Line) -> None:
    await line.connect()
    await line.connect("0/admin,")
    line.receiver.resumed()
    assert (line.main.heard[1:], line.admin.heard[1:]) == (["resumed"], ["resumed"])
