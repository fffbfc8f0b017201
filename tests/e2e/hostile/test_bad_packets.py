"""Wrong packets on a live server: a row of the error table, or a close with a reason; and nobody else notices."""

import json
from itertools import islice
from typing import Any

import pytest
from websockets.frames import Opcode

from tests.e2e.hostile.conftest import Connect, Poll
from tests.e2e.hostile.raw_client import command, frame, measure
from tests.people import Person
from tests.server_process import ServerProcess
from tests.waiting import eventually

HOLDS = (
    "hubbub.gateways.socketio.chat",
    "hubbub.gateways.socketio.namespace",
    "hubbub.gateways.socketio.polling",
    "hubbub.gateways.socketio.socket",
    "hubbub.gateways.socketio.websocket",
    "hubbub.protocol.engineio",
    "hubbub.protocol.socketio",
)

BEFORE_CONNECT: dict[str, str | bytes] = {
    "a command": '42["create_room",{}]',
    "a command with an ack": '421["create_room",{}]',
    "a command in another namespace": '42/admin,["create_room",{}]',
    "a disconnect": "41",
    "an ack": "431[]",
    "a connect error": '44{"message":"x"}',
    "bytes": b"\x01",
    "a binary event": '450-["x"]',
}


@pytest.mark.parametrize("what", BEFORE_CONNECT)
def test_before_a_connect_anything_else_is_closed_with_a_reason(connect: Connect, what: str) -> None:
    client = connect().open()
    client.say(BEFORE_CONNECT[what])
    end = client.closed()
    assert end
    assert end[0] == 1002
    assert end[1]


MALFORMED: dict[str, str | bytes] = {
    "no packet": "",
    "an unknown packet": "7",
    "words": "hello",
    "an open": "0{}",
    "a ping": "2",
    "a probe": "2probe",
    "an upgrade": "5",
    "a noop": "6",
    "no packet of Socket.IO": "4",
    "an unknown packet of Socket.IO": "47[]",
    "an event without data": "42",
    "an event that is an object": "42{}",
    "an event that is empty": "42[]",
    "an event without a name": "42[5]",
    "a reserved event": '42["disconnect"]',
    "an ack id of 2^53": '429007199254740992["my_rooms"]',
    "an ack id of 2^63": '429223372036854775808["my_rooms"]',
    "a negative ack id": '42-1["my_rooms"]',
    "a second connect": "40",
    "an unknown namespace": '42/admin,["my_rooms"]',
    "an ack of nothing": "43[]",
    "no JSON": '42["my_rooms"',
    "NaN": '42["my_rooms",NaN]',
    "half a character": '42["my_rooms","\\ud800"]',
    "deep lists": '42["x",' + "[" * 10_000,
    "deep lists that end": '42["x",' + "[" * 10_000 + "]" * 10_000 + "]",
    "deep objects": '42["x",' + '{"a":' * 10_000 + "1" + "}" * 10_000 + "]",
    "bytes": b"\x01",
    "no bytes": b"",
    "text in the place of an attachment": '451-["x",{"_placeholder":true,"num":0}]',
    "too many attachments": '4517-["x"]',
    "a million attachments": '45999999999-["x"]',
}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_packet_is_closed_with_a_reason_and_what_follows_is_not_done(
    server: ServerProcess, connect: Connect, what: str
) -> None:
    with Person(server.url) as ann:
        client = connect().come_in(token=ann.token)
        client.say(MALFORMED[what], command("create_room"))
        end = client.closed()
        assert end
        assert end[0] == 1002
        assert end[1]
        assert ann.ask("GET", "/rooms")["rooms"] == []


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_packet_in_a_post_is_refused_and_what_follows_is_not_done(
    server: ServerProcess, poll: Poll, what: str
) -> None:
    packet = MALFORMED[what]
    with Person(server.url) as ann:
        poller = poll().come_in(token=ann.token)
        body = packet.encode() if isinstance(packet, str) else b"bAQ==" if packet else b"b"
        answer = poller.post(body + b"\x1e" + command("create_room").encode())
        assert (answer.status_code, answer.json()) == (400, {"code": 3, "message": "Bad request"})
        assert poller.poll().status_code == 400
        assert ann.ask("GET", "/rooms")["rooms"] == []


def test_bytes_in_a_binary_event_are_refused_by_the_command_and_the_connection_goes_on(connect: Connect) -> None:
    client = connect().come_in(name="Ann")
    client.say('451-8["send_message",{"code":{"_placeholder":true,"num":0},"text":"x"}]', b"\x01")
    assert refusal(client.text(), 8)["field"] == "code"
    assert client.ask_for("who_am_i")["user"]["name"] == "Ann"


def test_placeholders_as_deep_as_json_goes_end_the_connection_at_most(connect: Connect) -> None:
    for depth in (100, 300, 500, 900, 990):
        client = connect().come_in(name="Ann")
        deep = "[" * depth + '{"_placeholder":true,"num":0}' + "]" * depth
        client.say(f'451-8["send_message",{deep}]', b"\x01")
        for each in client.frames():
            data = bytes(each.data)
            if each.opcode is Opcode.CLOSE:
                assert data[:2] == (1002).to_bytes(2, "big")
            else:
                assert refusal(data.decode(), 8)["code"] == "bad_request"
            break


REFUSED: dict[str, tuple[str, str]] = {
    "an unknown command": ('["fly",{}]', "unknown_command"),
    "a command without a name": ('["",{}]', "unknown_command"),
    "a command for strangers": ('["create_guest",{"name":"Bob"}]', "unknown_command"),
    "a command of a very long name": (json.dumps(["x" * 100_000]), "unknown_command"),
    "two arguments": ('["my_rooms",{},{}]', "bad_request"),
    "a list": ('["my_rooms",[]]', "bad_request"),
    "a string": ('["my_rooms","x"]', "bad_request"),
    "null": ('["my_rooms",null]', "bad_request"),
    "nothing where fields are needed": ('["join_room"]', "bad_request"),
    "an unknown field": ('["my_rooms",{"x":1}]', "bad_request"),
    "a number for a code": ('["join_room",{"code":5}]', "bad_request"),
    "a since of -1": ('["join_room",{"code":"ABCD","since":-1}]', "bad_request"),
    "a since of 2^63": ('["join_room",{"code":"ABCD","since":9223372036854775808}]', "bad_request"),
    "a since of 10^400": ('["join_room",{"code":"ABCD","since":1' + "0" * 400 + "}]", "bad_request"),
    "a placeholder": ('["join_room",{"code":{"_placeholder":true,"num":0}}]', "bad_request"),
    "a room that isn't there": ('["join_room",{"code":"QQQQ"}]', "room_not_found"),
    "a text that is too long": ('["send_message",{"code":"QQQQ","text":"' + "x" * 10_001 + '"}]', "too_long"),
    "a text of half a MB": ('["send_message",{"code":"QQQQ","text":"' + "x" * 500_000 + '"}]', "too_long"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_wrong_command_is_refused_by_a_row_of_the_error_table(connect: Connect, what: str) -> None:
    arguments, code = REFUSED[what]
    client = connect().come_in(name="Ann")
    client.say(f"429007199254740991{arguments}")
    assert refusal(client.text(), 2**53 - 1)["code"] == code
    client.say(f"42{arguments}")
    event = next(client.events())
    assert (event["type"], event["error"]["code"]) == ("refused", code)
    assert len(event["command"]) <= 64
    assert client.ask_for("who_am_i")["user"]["name"] == "Ann"


BAD_AUTH: dict[str, tuple[Any, str]] = {
    "nothing": ({}, "not_logged_in"),
    "an unknown token": ({"token": "x"}, "not_logged_in"),
    "a token that is none": ({"token": 5}, "not_logged_in"),
    "a token of another shape": ({"token": {"a": [1]}}, "not_logged_in"),
    "an empty token": ({"token": ""}, "not_logged_in"),
    "a name that is none": ({"name": ""}, "name_invalid"),
    "a name of another shape": ({"name": [1]}, "bad_request"),
    "a name that is too long": ({"name": "x" * 100_000}, "too_long"),
}


@pytest.mark.parametrize("what", BAD_AUTH)
def test_a_wrong_connect_is_refused_by_a_row_of_the_error_table_and_may_be_tried_again(
    connect: Connect, what: str
) -> None:
    auth, code = BAD_AUTH[what]
    client = connect().open()
    client.say(f"40{json.dumps(auth)}")
    refused = client.text()
    assert refused.startswith("44")
    error = json.loads(refused[2:])
    assert (error["data"]["code"], bool(error["message"])) == (code, True)
    client.say('40{"name":"Ann"}')
    assert client.text().startswith("40{")


@pytest.mark.parametrize("packet", ["40[]", '40"x"', "405[]", "40/" + "n" * 300])
def test_a_connect_of_another_shape_is_closed(connect: Connect, packet: str) -> None:
    client = connect().open()
    client.say(packet)
    assert (client.closed() or (0,))[0] == 1002


def test_too_large_a_message_is_closed_with_its_code(connect: Connect) -> None:
    big = '42["send_message",{"text":"' + "x" * 2_000_000 + '"}]'
    client = connect().come_in(name="Ann")
    client.say(big)
    assert (client.closed() or (0,))[0] == 1009
    client = connect().come_in(name="Ann")
    client.send(frame(big[:700_000], fin=False) + frame(big[700_000:1_400_000], Opcode.CONT, fin=False))
    assert (client.closed() or (0,))[0] == 1009
    client = connect().come_in(name="Ann")
    client.send(b"\x81\xff" + (2**63 - 1).to_bytes(8, "big") + bytes(4))
    assert (client.closed() or (0,))[0] == 1009, "before any of it has come"


def test_attachments_that_are_too_large_together_are_closed(connect: Connect) -> None:
    client = connect().come_in(name="Ann")
    client.say('4516-["x"]', *[b"x" * 400_000] * 3)
    assert client.closed() == (1002, "too many bytes in attachments")


def test_too_large_a_post_is_refused(poll: Poll) -> None:
    poller = poll().come_in(name="Ann")
    assert poller.post("4" + "x" * 2_000_000).status_code == 400
    assert poller.poll().status_code == 400


FRAMES: dict[str, tuple[int, bytes]] = {
    "bad UTF-8": (1007, frame(b"4\xff", Opcode.TEXT)),
    "half a character": (1007, frame(b"4\xe2\x82", Opcode.TEXT)),
    "half a character, and another half": (
        1007,
        frame(b"4\xe2", Opcode.TEXT, fin=False) + frame(b"\xff", Opcode.CONT),
    ),
    "a reserved bit": (1002, b"\xc1" + frame("42")[1:]),
    "all reserved bits": (1002, b"\xf1" + frame("42")[1:]),
    "an unknown opcode": (1002, b"\x83\x80" + bytes(4)),
    "an unknown control opcode": (1002, b"\x8f\x80" + bytes(4)),
    "no mask": (1002, b"\x81\x0240"),
    "a continuation of nothing": (1002, frame("42", Opcode.CONT)),
    "a text within a text": (1002, frame("42", fin=False) + frame("42")),
    "a ping in fragments": (1002, b"\x09\x80" + bytes(4)),
    "a long ping": (1002, b"\x89\xfe\x00\x7e" + bytes(4 + 126)),
    "a close frame of one byte": (1002, frame(b"\x03", Opcode.CLOSE)),
    "a close frame with a bad code": (1002, frame(b"\x00\x00", Opcode.CLOSE)),
    "a close frame in the midst of a text": (1000, frame("42", fin=False) + frame(b"\x03\xe8", Opcode.CLOSE)),
    "a close frame": (1000, frame(b"\x03\xe8", Opcode.CLOSE)),
    "a close packet": (1000, frame("41") + frame("1")),
    "a close packet and a close frame": (1000, frame("1") + frame(b"\x03\xe8", Opcode.CLOSE)),
    "rubbish and a close frame": (1000, frame("x") + frame(b"\x03\xe8", Opcode.CLOSE)),
    "rubbish and more rubbish": (1002, frame("x") + b"\xff" * 1000),
}


@pytest.mark.parametrize("what", FRAMES)
def test_frames_that_break_the_protocol_are_closed_with_its_codes(connect: Connect, what: str) -> None:
    code, sent = FRAMES[what]
    client = connect().come_in(name="Ann")
    client.send(sent)
    assert (client.closed() or (0,))[0] == code


def test_control_frames_may_come_between_fragments_and_pings_are_answered(connect: Connect) -> None:
    client = connect().come_in(name="Ann")
    packet = command("my_rooms", 7)
    client.send(frame(packet[:5], fin=False) + frame("ping", Opcode.PING) + frame("", Opcode.CONT, fin=False))
    client.send(frame("pong", Opcode.PONG) + frame(packet[5:], Opcode.CONT))
    frames = client.frames()
    pong, answer = next(frames), next(frames)
    assert (pong.opcode, bytes(pong.data)) == (Opcode.PONG, b"ping")
    assert bytes(answer.data).startswith(b'437[{"ok":true,')


def test_a_flood_of_pings_and_of_empty_fragments_disturbs_nobody(connect: Connect) -> None:
    client = connect().come_in(name="Ann")
    client.send(frame("x" * 125, Opcode.PING) * 20_000)
    client.send(frame("42", fin=False) + frame("", Opcode.CONT, fin=False) * 100_000 + frame('["x"]', Opcode.CONT))
    kinds = [each.opcode for each in islice(client.frames(), 20_001)]
    assert kinds == [Opcode.PONG] * 20_000 + [Opcode.TEXT]


def test_more_commands_than_may_wait_are_refused_and_the_rest_is_done(connect: Connect) -> None:
    client = connect().come_in(name="Ann")
    client.say(*(command("my_rooms", number) for number in range(1000)))
    answers = [client.text() for _ in range(1000)]
    refused = [answer for answer in answers if '"slow_down"' in answer]
    assert 0 < len(refused) < 1000
    assert len({answer[: answer.index("[")] for answer in answers}) == 1000, "each has its answer"
    assert client.ask_for("who_am_i")["user"]["name"] == "Ann"


@pytest.mark.parametrize("goodbye", ["1", "41"])
def test_a_client_that_says_goodbye_is_gone_at_once(server: ServerProcess, connect: Connect, goodbye: str) -> None:
    before = measure(server)
    client = connect().come_in(name="Ann")
    client.ask_for("join_room", code=client.ask_for("create_room")["code"])
    assert measure(server)["hubbub_hub_sessions"] == before["hubbub_hub_sessions"] + 1
    client.say(goodbye)
    eventually(lambda: measure(server)["hubbub_hub_sessions"] == before["hubbub_hub_sessions"])


def refusal(text: str, ack: int) -> dict[str, Any]:
    """Return the error of a refusal."""
    assert text.startswith(f"43{ack}["), text
    (answer,) = json.loads(text.removeprefix(f"43{ack}"))
    assert answer["ok"] is False
    error: dict[str, Any] = answer["error"]
    assert {"code", "message", "field", "retry_after"} <= error.keys()
    return error
