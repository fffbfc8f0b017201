"""Socket.IO v5, promise by promise of the protocol's document, at an echo server in a process of its own."""

from time import monotonic

import pytest

from tests.conformance.conftest import Connect, Poll, Servers
from tests.conformance.server import EchoServer

KIND = "socketio"
PLACE = '{"_placeholder":true,"num":%d}'
ONE, TWO = b"\x01\x02\x03", b"\x04\x05\x06"


@pytest.fixture
def beating(servers: Servers) -> EchoServer:
    """A server that pings often and waits long for answers."""
    return servers(KIND, ping_interval=300, ping_timeout=20_000, connect_timeout=20_000)


# Connecting to a namespace


@pytest.mark.parametrize("namespace", ["", "/custom,"])
@pytest.mark.parametrize("auth", ["", "{}", '{"token":"123"}', '{"deep":[{"x":null}]}'])
def test_a_connect_is_answered_with_a_sid_and_the_application_gets_what_came_with_it(
    connect: Connect, namespace: str, auth: str
) -> None:
    line = connect()
    handshake = line.begin()
    assert line.connect(namespace, auth) != handshake["sid"], "the engine's sid is a secret of the connection"


def test_one_connection_may_be_in_several_namespaces_each_with_a_sid_and_events_of_its_own(connect: Connect) -> None:
    line = connect()
    line.begin()
    assert line.connect() != line.connect("/custom,")
    line.say('42["message",1]', '42/custom,["message",2]')
    assert [line.hear(), line.hear()] == ['42["message-back",1]', '42/custom,["message-back",2]']


@pytest.mark.parametrize("comma", ["", ","])
def test_an_unknown_namespace_is_refused_in_just_these_words_and_another_may_be_tried(
    connect: Connect, comma: str
) -> None:
    line = connect()
    line.begin()
    line.say(f"40/random{comma}")
    assert line.hear() == '44/random,{"message":"Invalid namespace"}'
    line.connect()


def test_a_query_is_no_part_of_a_namespace(connect: Connect) -> None:
    line = connect()
    line.begin()
    line.say("40/custom?token=1,")
    answer = line.hear()
    assert isinstance(answer, str)
    assert answer.startswith("40/custom,{")


NO_CONNECT = ['42["message"]', '420["message"]', "41", "430[]", '451-["x",{"_placeholder":true,"num":0}]', b"\x01"]
NO_CONNECT += ['44{"message":"x"}', "4", "4abc", "48", '40"x"', "40[]", "401", '40{"a"', "40/custom,[]"]


@pytest.mark.parametrize("packet", NO_CONNECT)
def test_whatever_comes_before_a_connect_closes_the_connection_at_once(connect: Connect, packet: str | bytes) -> None:
    line = connect()
    line.begin()
    line.say(packet, b"\x01")
    assert (line.closed() or (0,))[0] == 1002


def test_who_sends_no_connect_in_time_is_closed(connect: Connect, servers: Servers) -> None:
    begin = monotonic()
    line = connect(servers(KIND, ping_timeout=20_000))
    line.begin()
    assert line.closed() == (1008, "no CONNECT")
    assert monotonic() - begin >= 1


def test_a_second_connect_to_a_namespace_closes_the_connection(connect: Connect) -> None:
    line = connect()
    line.begin()
    line.connect("/custom,")
    line.say("40/custom,")
    assert (line.closed() or (0,))[0] == 1002


# Events


EVENTS = [
    ('2["message"]', '2["message-back"]'),
    ('2["message",1,"2",{"3":[true]}]', '2["message-back",1,"2",{"3":[true]}]'),
    ('2["message",null,1.5,-0.25,"€😀\\n",[],{}]', '2["message-back",null,1.5,-0.25,"€😀\\n",[],{}]'),
    ('2["message",9007199254740993]', '2["message-back",9007199254740993]'),
    ('2["message",{"_placeholder":true,"num":0}]', '2["message-back",{"_placeholder":true,"num":0}]'),
    ('2456["message-with-ack",1,"2",{"3":[false]}]', '3456[1,"2",{"3":[false]}]'),
    ('20["message-with-ack"]', "30[]"),
    ('29007199254740991["message-with-ack"]', "39007199254740991[]"),
]


@pytest.mark.parametrize(("sent", "heard"), EVENTS)
@pytest.mark.parametrize("namespace", ["", "/custom,"])
def test_an_event_comes_back_and_an_acknowledgement_has_the_id_of_its_event(
    connect: Connect, namespace: str, sent: str, heard: str
) -> None:
    line = connect()
    line.begin()
    line.connect(namespace)
    line.say(f"4{sent[0]}{namespace}{sent[1:]}")
    assert line.hear() == f"4{heard[0]}{namespace}{heard[1:]}"


BINARY = [
    ("52-", f'["message",{PLACE % 0},{PLACE % 1}]', "52-", f'["message-back",{PLACE % 0},{PLACE % 1}]', [ONE, TWO]),
    ("52-", f'["message",{PLACE % 1},{PLACE % 0}]', "52-", f'["message-back",{PLACE % 0},{PLACE % 1}]', [TWO, ONE]),
    ("52-", f'789["message-with-ack",{PLACE % 0},{PLACE % 1}]', "62-", f"789[{PLACE % 0},{PLACE % 1}]", [ONE, TWO]),
    (
        "52-",
        f'["message",{{"deep":[[{PLACE % 0}],1]}},{PLACE % 1}]',
        "52-",
        f'["message-back",{{"deep":[[{PLACE % 0}],1]}},{PLACE % 1}]',
        [ONE, TWO],
    ),
]


@pytest.mark.parametrize(("kind", "sent", "answer", "heard", "attachments"), BINARY)
@pytest.mark.parametrize("namespace", ["", "/custom,"])
def test_attachments_follow_their_packet_in_order_both_ways(
    connect: Connect, namespace: str, kind: str, sent: str, answer: str, heard: str, attachments: list[bytes]
) -> None:
    line = connect()
    line.begin()
    line.connect(namespace)
    line.say(f"4{kind}{namespace}{sent}", ONE, TWO)
    assert [line.hear() for _ in range(3)] == [f"4{answer}{namespace}{heard}", *attachments]


BAD: dict[str, list[str | bytes]] = {
    "an unknown type": ["4abc"],
    "no type": ["4"],
    "an event without data": ["42"],
    "an event that is an object": ["42{}"],
    "an event that is a string": ['42"message"'],
    "an event that is empty": ["42[]"],
    "an event without a name": ["42[null]"],
    "an event of a reserved name": ['42["disconnect"]'],
    "an id that is no number": ['42abc["message-with-ack"]'],
    "an id that is negative": ['42-1["message-with-ack"]'],
    "an id that is too large": ['4218446744073709551616["message-with-ack"]'],
    "JSON without an end": ['42["message"'],
    "JSON and more": ['42["message"]x'],
    "an acknowledgement without an id": ["43[]"],
    "an acknowledgement without data": ["431"],
    "an acknowledgement that is an object": ["431{}"],
    "a refusal of ours": ['44{"message":"x"}'],
    "an event for a namespace one isn't in": ['42/custom,["message"]'],
    "a DISCONNECT from a namespace one isn't in": ["41/custom,"],
    "a DISCONNECT with data": ['41["x"]'],
    "bytes that nothing announced": [ONE],
    "a text in place of an attachment": [f'451-["message",{PLACE % 0}]', '42["message"]'],
    "one attachment too many": [f'451-["ignored",{PLACE % 0}]', ONE, TWO],
    "a place for no attachment": [f'451-["message",{PLACE % 1}]', ONE],
    "a binary event without a count": ['45["message"]'],
    "too many attachments": ['41000000-["message"]'],
    "a count that is too large": ['451000000-["message"]'],
}


@pytest.mark.parametrize("what", BAD)
def test_a_packet_that_breaks_the_protocol_closes_the_connection(connect: Connect, what: str) -> None:
    line = connect()
    line.begin()
    line.connect()
    line.say(*BAD[what])
    assert (line.closed() or (0,))[0] == 1002


def test_an_acknowledgement_that_nobody_asked_for_means_nothing(connect: Connect) -> None:
    line = connect()
    line.begin()
    line.connect()
    line.say('4312["x"]', f'461-12["x",{PLACE % 0}]', ONE, '42["message"]')
    assert line.hear() == '42["message-back"]'


# Disconnecting


def test_who_disconnects_from_one_namespace_stays_in_the_other_and_is_answered_nothing(connect: Connect) -> None:
    line = connect()
    line.begin()
    line.connect()
    line.connect("/custom,")
    line.say("41/custom,", '42["message","to the main one"]')
    assert line.hear() == '42["message-back","to the main one"]'
    line.say('42/custom,["message"]')
    assert (line.closed() or (0,))[0] == 1002


def test_who_has_left_every_namespace_may_come_again(connect: Connect) -> None:
    line = connect()
    line.begin()
    first = line.connect()
    line.say("41")
    assert line.connect() != first


def test_who_has_left_every_namespace_is_pinged_on(connect: Connect, beating: EchoServer) -> None:
    line = connect(beating)
    line.begin()
    line.say("40")
    while not str(heard := line.hear()).startswith("42"):
        line.say(*(["3"] if heard == "2" else []))
    line.say("41", "3")
    assert line.hear() == "2"


# By polls


def test_a_session_by_polls_goes_as_the_document_shows_it(poll: Poll, connect: Connect) -> None:
    poller = poll()
    poller.says("40")
    assert poller.heard().startswith('40{"sid":"')
    assert poller.heard() == '42["auth",{}]'
    poller.says('42["message","hello"]\x1e42["message","world"]')
    assert poller.heard() == '42["message-back","hello"]\x1e42["message-back","world"]'
    line = connect().upgrade(poller.sid)
    line.say("2probe")
    assert line.hear() == "3probe"
    line.say("5", '42["message"]')
    assert line.hear() == '42["message-back"]'
    line.connect("/custom,")
    line.say('42/custom,1["message-with-ack","tellme"]', "1")
    assert line.hear() == '43/custom,1["tellme"]'
    assert (line.closed() or (0,))[0] == 1000


def test_attachments_travel_as_base64_in_polls(poll: Poll) -> None:
    poller = poll()
    poller.says("40")
    assert poller.heard().startswith('40{"sid":"')
    assert poller.heard() == '42["auth",{}]'
    poller.says(f'451-["message",{PLACE % 0}]')
    poller.says("bAQID")
    assert poller.heard() == f'451-["message-back",{PLACE % 0}]\x1ebAQID'


@pytest.mark.parametrize("packets", [["4abc"], ['42["message"]'], ["40", "42{}"], ["40", "bAQID"]])
def test_a_packet_that_breaks_the_protocol_is_answered_400_and_ends_the_session(poll: Poll, packets: list[str]) -> None:
    poller = poll()
    for packet in packets[:-1]:
        poller.says(packet)
        assert poller.heard().startswith("40{")
    assert poller.post(packets[-1]).status_code == 400
    assert poller.is_gone()
