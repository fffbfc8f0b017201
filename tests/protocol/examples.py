"""One example at least of every event, and the flat object as which it is told."""

from typing import Any

from hubbub.core.event import (
    AnyEvent,
    Author,
    Closing,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageSent,
    Person,
    Presence,
    Refused,
    RoomActivity,
    RoomCreated,
    RoomDeleted,
    Typing,
    Welcome,
)
from hubbub.core.member import Role
from hubbub.core.room import Lifetime

AT = 1_795_197_600_123
AT_WRITTEN = "2026-11-20T18:00:00.123Z"
ANN, ROB = Author("a1", "Ann", Role.OWNER), Person("b2", "Rob")
WHERE = {"code": "WXYZ", "seq": 12, "at": AT_WRITTEN, "by": {"id": "a1", "name": "Ann", "role": "owner"}}
ROB_TOLD = {"id": "b2", "name": "Rob"}

CREATED = RoomCreated(
    code="WXYZ", seq=12, at=AT, by=ANN, title="Tea", private=False, capacity=None, lifetime=Lifetime.KEPT
)
CREATED_TO_EXPIRE = RoomCreated(
    code="WXYZ",
    seq=12,
    at=AT,
    by=ANN,
    title="",
    private=True,
    capacity=5,
    lifetime=Lifetime.EXPIRES,
    expires_days=7,
)
SENT = MessageSent(code="WXYZ", seq=12, at=AT, by=ANN, text="hello", number=9, client_message_id="c3")
REPLY_WITHOUT_TEXT = MessageSent(code="WXYZ", seq=12, at=AT, by=ANN, number=9, client_message_id="c3", reply_to=4)

TOLD: list[tuple[AnyEvent, dict[str, Any]]] = [
    (
        CREATED,
        {"type": "room_created", **WHERE, "title": "Tea", "private": False, "capacity": None, "lifetime": "kept"},
    ),
    (
        CREATED_TO_EXPIRE,
        {"type": "room_created", **WHERE, "title": "", "private": True, "capacity": 5}
        | {"lifetime": "expires", "expires_days": 7},
    ),
    (
        MemberJoined(code="WXYZ", seq=12, at=AT, by=ANN, user=ROB, role=Role.GUEST),
        {"type": "member_joined", **WHERE, "user": ROB_TOLD, "role": "guest"},
    ),
    (
        MemberLeft(code="WXYZ", seq=12, at=AT, by=ANN, user=ROB),
        {"type": "member_left", **WHERE, "user": ROB_TOLD},
    ),
    (
        MemberRenamed(code="WXYZ", seq=12, at=AT, by=ANN, user=ROB, name="Rob"),
        {"type": "member_renamed", **WHERE, "user": ROB_TOLD, "name": "Rob"},
    ),
    (
        SENT,
        {"type": "message_sent", **WHERE, "text": "hello", "number": 9, "client_message_id": "c3"},
    ),
    (
        REPLY_WITHOUT_TEXT,
        {"type": "message_sent", **WHERE, "number": 9, "client_message_id": "c3", "reply_to": 4},
    ),
    (
        RoomDeleted(code="WXYZ", seq=12, at=AT, by=ANN),
        {"type": "room_deleted", **WHERE},
    ),
    (
        Presence(code="WXYZ", here=2, came=("a1", "b2")),
        {"type": "presence", "code": "WXYZ", "here": 2, "came": ["a1", "b2"], "went": []},
    ),
    (
        RoomActivity(code="WXYZ", last_number=9),
        {"type": "room_activity", "code": "WXYZ", "last_number": 9},
    ),
    (
        Typing(code="WXYZ", user=ROB),
        {"type": "typing", "code": "WXYZ", "user": ROB_TOLD},
    ),
    (
        Welcome(me=ROB, token="t"),
        {"type": "welcome", "me": ROB_TOLD, "token": "t"},
    ),
    (
        Welcome(me=ROB),
        {"type": "welcome", "me": ROB_TOLD},
    ),
    (
        Refused(command="typing", error={"code": "not_a_member", "field": None}),
        {"type": "refused", "command": "typing", "error": {"code": "not_a_member", "field": None}},
    ),
    (
        Closing(reason="closing", retry_after=1.5),
        {"type": "closing", "reason": "closing", "retry_after": 1.5},
    ),
]
