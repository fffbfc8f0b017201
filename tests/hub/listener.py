"""A live session that remembers what it is owed, and events to owe it."""

from hubbub.core.error import Disconnect
from hubbub.core.event import (
    AnyEvent,
    Author,
    MemberJoined,
    MemberLeft,
    MemberRenamed,
    MessageSent,
    Person,
    RoomDeleted,
)
from hubbub.core.member import Role
from hubbub.core.user import User
from hubbub.hub import Hub
from hubbub.session import LiveSession

CODE = "WXYZ"
NOBODY = {"rooms": 0, "sessions": 0, "waiting": 0}


class CountingCodec:
    """Encodes an event as its type, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.encoded: list[AnyEvent] = []

    def __call__(self, event: AnyEvent) -> bytes:
        self.encoded.append(event)
        return event.type.encode()


class Listener(LiveSession):
    """A session that keeps its frames; who has a codec of their own keeps the events too."""

    def __init__(self, user_id: str, codec: CountingCodec | None = None) -> None:
        self.own_codec = codec or CountingCodec()
        super().__init__("127.0.0.1", self.own_codec, user=User(user_id, user_id.title()))
        self.frames: list[tuple[bytes, int]] = []
        self.ended: list[Disconnect] = []

    @property
    def heard(self) -> list[AnyEvent]:
        return self.own_codec.encoded

    @property
    def seqs(self) -> list[int]:
        return [seq for _, seq in self.frames if seq]

    def push(self, code: str, frames: bytes, seq: int) -> None:
        self.frames.append((frames, seq))

    def end(self, reason: Disconnect) -> None:
        self.ended.append(reason)


def watching(hub: Hub, user_id: str, codec: CountingCodec | None = None, code: str = CODE) -> Listener:
    """Return a session that watches a room."""
    session = Listener(user_id, codec)
    hub.watch(session, code)
    return session


def author(user_id: str) -> Author:
    return Author(user_id, user_id.title(), Role.GUEST)


def person(user_id: str) -> Person:
    return Person(user_id, user_id.title())


def said(seq: int, by: str = "ann", text: str = "hello", code: str = CODE) -> MessageSent:
    return MessageSent(code=code, seq=seq, at=seq, by=author(by), text=text, number=seq, client_message_id=str(seq))


def joined(seq: int, who: str) -> MemberJoined:
    return MemberJoined(code=CODE, seq=seq, at=seq, by=author(who), user=person(who), role=Role.GUEST)


def left(seq: int, who: str) -> MemberLeft:
    return MemberLeft(code=CODE, seq=seq, at=seq, by=author(who), user=person(who))


def renamed(seq: int, who: str, name: str) -> MemberRenamed:
    return MemberRenamed(
        code=CODE, seq=seq, at=seq, by=Author(who, name, Role.GUEST), user=Person(who, name), name=name
    )


def deleted(seq: int, code: str = CODE) -> RoomDeleted:
    return RoomDeleted(code=code, seq=seq, at=seq, by=author("ann"))
