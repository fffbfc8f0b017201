"""What the live door refuses, and how: the reply of a command with an acknowledgement, else the event `refused`."""

from typing import Any

import pytest

from tests.e2e.live.visitors import Visitors

pytestmark = pytest.mark.anyio


REFUSALS: tuple[tuple[str, tuple[Any, ...], str, str | None], ...] = (
    ("no_such_command", ({},), "unknown_command", None),
    ("create_guest", ({"name": "Bob"},), "unknown_command", None),
    ("my_rooms", ({}, {}), "bad_request", None),
    ("my_rooms", ({"since": 1},), "bad_request", "since"),
    ("my_rooms", ("text",), "bad_request", None),
    ("my_rooms", ([],), "bad_request", None),
    ("join_room", (), "bad_request", "code"),
    ("join_room", ({"code": 5},), "bad_request", "code"),
    ("join_room", ({"code": b"ABCD"},), "bad_request", "code"),
    ("join_room", ({"code": "QQQQ"},), "room_not_found", "code"),
    ("send_message", ({"code": "QQQQ", "text": "hello"},), "room_not_found", "code"),
    ("send_message", ({"code": "QQQQ", "text": b"hello"},), "bad_request", "text"),
    ("send_message", (b"hello",), "bad_request", None),
    ("send_message", ({"code": "QQQQ", "text": "x" * 10_001},), "too_long", "text"),
    ("send_message", ({"code": "QQQQ", "text": " \n "},), "text_invalid", "text"),
    ("events", ({"code": "QQQQ", "wait": 5},), "bad_request", "wait"),
)


async def test_a_refusal_is_the_acknowledgement_or_else_an_event_and_the_connection_lives_on(
    visitors: Visitors,
) -> None:
    ann = await visitors.come("Ann")
    for command, args, code, field in REFUSALS:
        answer = await ann.acknowledgement(command, *args)
        error = answer["error"]
        assert answer == {"ok": False, "error": error}, command
        assert error.keys() == {"code", "message", "field", "retry_after"}
        assert (error["code"], error["field"]) == (code, field), (command, args, error)
        await ann.emit(command, *args)
        assert await ann.hear("refused") == {"type": "refused", "command": command, "error": error}
    assert await ann.ask("who_am_i") == {"user": ann.me}


async def test_a_command_without_acknowledgement_is_carried_out_and_not_answered(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    code = (await ann.ask("create_room"))["code"]
    await ann.emit("join_room", {"code": code})
    await ann.emit("send_message", {"code": code, "text": "no answer wanted"})
    await ann.hear("message_sent", text="no answer wanted")
    assert not ann.heard("refused")


async def test_a_large_text_goes_through_and_comes_back_whole(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    code = (await ann.ask("create_room"))["code"]
    await ann.ask("join_room", code=code)
    text = "✓" * 10_000
    await ann.send(code, text)
    assert (await ann.hear("message_sent"))["text"] == text


async def test_a_page_of_large_texts_goes_through(visitors: Visitors) -> None:
    ann = await visitors.come("Ann")
    code = (await ann.ask("create_room"))["code"]
    for number in range(10):
        await ann.send(code, f"{number}" + "🐈" * 9_999)
    joined = await ann.ask("join_room", code=code)
    shown = [message["text"][0] for message in joined["messages"]]
    assert shown == [str(number) for number in range(10 - len(shown), 10)]
    assert joined["more"] is True, "need more than a page for this test to mean anything"
