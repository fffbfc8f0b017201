"""The chat behind the live door: logins, commands in their order, and clients who go in the middle."""

import asyncio
import inspect
import weakref
from collections.abc import AsyncIterator
from typing import Any, cast

import msgspec
import pytest

from hubbub.chat import Chat
from hubbub.chat.context import ChatSettings
from hubbub.core.command import CreateGuest, CreateRoom, LeaveRoom, SendMessage
from hubbub.core.error import Disconnect
from hubbub.core.event import Welcome
from hubbub.core.reply import NewGuest
from hubbub.core.user import User
from hubbub.gateways.socketio import chat
from hubbub.gateways.socketio.chat import MOST_HELD, MOST_SENDING, MOST_WAITING, ChatApplication, Line, Waiting
from hubbub.gateways.socketio.namespace import Client, RefusedError
from hubbub.gateways.socketio.polling import PollingTransport
from hubbub.gateways.socketio.session import SocketSession, encode_polling
from hubbub.session import Session
from hubbub.store.base import Membership
from hubbub.store.memory import MemoryStore
from tests.fakes import FakeClock, make_context
from tests.gateways.socketio.fakes import FakeCarrier, make_socket, turn

pytestmark = pytest.mark.anyio


class SlowStore(MemoryStore):
    """A store in which people get a seat, and logins are found, when `go_on` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def add_member(self, code: str, user: User, at: int) -> Membership:
        await self.go_on.wait()
        return await super().add_member(code, user, at)

    async def find_login(self, token_hash: bytes) -> Any:
        await self.go_on.wait()
        return await super().find_login(token_hash)


class Door:
    """A chat with a slow store, its application, and a room that somebody has made."""

    def __init__(self) -> None:
        self.store = SlowStore()
        self.context = make_context(self.store, FakeClock())
        self.chat = Chat(self.context)
        self.application = ChatApplication(self.chat)
        self.code = ""

    async def open(self) -> None:
        """Make the room."""
        owner = Session("192.0.2.9")
        await self.chat.log_in(owner, (await self.guest("Olga")).token)
        self.code = (await self.chat.handle(owner, CreateRoom())).code

    async def guest(self, name: str) -> NewGuest:
        """Make a guest."""
        guest: NewGuest = await self.chat.handle(Session("192.0.2.9"), CreateGuest(name=name))
        return guest

    async def texts(self) -> list[str | None]:
        """Return what was said in the room."""
        found = await self.store.try_code(self.code, [], 0, private=True)
        assert found.room
        return [message.text for message in await self.store.messages(found.room.id, None, None, 9)]

    async def come(self, **auth: Any) -> tuple[Client, FakeCarrier]:
        """Connect."""
        carrier = FakeCarrier()
        client = Client("sid", "/", make_socket(carrier), self.application)
        await self.application.connect(client, auth)
        self.application.connected(client)
        return client, carrier

    def ask(self, client: Client, ack: int, command: str, **fields: Any) -> None:
        """Send a command."""
        self.application.event(client, command, [fields], ack)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    await door.open()
    yield door
    door.store.go_on.set()
    await door.application.finish(10)


def acks(carrier: FakeCarrier) -> dict[int, dict[str, Any]]:
    """Return what the commands were answered, by number, in the order of the answers."""
    answers = [frame[2:].partition(b"[") for frame in carrier.owed if frame.startswith(b"43")]
    return {int(number): msgspec.json.decode(b"[" + rest)[0] for number, _, rest in answers}


async def test_who_goes_while_coming_into_a_room_is_not_there_for_ever(door: Door) -> None:
    client, _ = await door.come(name="Ann")
    door.store.go_on.clear()
    door.ask(client, 1, "join_room", code=door.code)
    await turn()
    door.application.disconnected(client, "transport close")
    door.store.go_on.set()
    await turn(20)
    hub = door.context.hub
    assert client.data.session.user is not None
    assert hub.is_here(door.code, client.data.session.user.id), "need somebody who came in for this to mean anything"
    assert hub.counts()["sessions"] == 0


async def test_what_was_asked_before_one_went_is_carried_out_unless_one_was_put_out(door: Door) -> None:
    for name, reason in (("Ann", "transport close"), ("Bob", Disconnect.BANNED)):
        client, _ = await door.come(name=name)
        door.ask(client, 1, "join_room", code=door.code)
        door.ask(client, 2, "send_message", code=door.code, text=f"{name} in passing")
        door.application.disconnected(client, reason)
        await turn(20)
        assert door.context.hub.is_here(door.code, client.data.session.user.id), "need somebody who came in"
    assert await door.texts() == ["Ann in passing"]


async def test_messages_are_under_way_together_and_everything_else_is_alone(door: Door) -> None:
    client, carrier = await door.come(name="Ann")
    door.store.go_on.clear()
    door.ask(client, 1, "join_room", code=door.code)
    for number in range(2, 5):
        door.ask(client, number, "send_message", code=door.code, text=str(number))
    door.ask(client, 5, "leave_room", code=door.code)
    door.ask(client, 6, "send_message", code=door.code, text="too late")
    await turn(20)
    assert acks(carrier) == {}
    door.store.go_on.set()
    await turn(40)
    answers = acks(carrier)
    assert list(answers) == [1, 2, 3, 4, 5, 6]
    assert [answers[number]["ok"] for number in range(1, 7)] == [True] * 5 + [False]


def test_a_command_that_is_no_message_waits_for_the_messages_before_it() -> None:
    line = Line(cast("SocketSession", None), cast("Welcome", None))
    say, leave = SendMessage(code="ABCD", text="hello"), LeaveRoom(code="ABCD")
    for command in (say, say, leave, say):
        line.waiting.append(Waiting(command.type, command, None))
    assert [line.next(), line.next(), line.next()] == [Waiting("send_message", say, None)] * 2 + [None]
    line.done("send_message")
    assert line.next() is None
    line.done("send_message")
    assert line.next() == Waiting("leave_room", leave, None)
    assert line.next() is None
    line.done("leave_room")
    assert line.next() == Waiting("send_message", say, None)


async def test_only_so_many_commands_may_wait(door: Door) -> None:
    client, carrier = await door.come(name="Ann")
    door.store.go_on.clear()
    door.ask(client, 0, "join_room", code=door.code)
    for number in range(1, MOST_WAITING + 2):
        door.ask(client, number, "who_am_i")
    (refusal,) = acks(carrier).values()
    assert refusal["error"]["code"] == "slow_down"
    assert refusal["error"]["retry_after"] > 0
    door.store.go_on.set()
    await turn(MOST_WAITING * 5)
    assert len(acks(carrier)) == MOST_WAITING + 2


async def test_only_so_many_characters_may_wait_and_those_whose_turn_has_come_count_no_more(door: Door) -> None:
    client, carrier = await door.come(name="Ann")
    for _ in range(2):
        door.store.go_on.clear()
        carrier.owed.clear()
        door.ask(client, 0, "join_room", code=door.code)
        for number in range(1, 5):
            door.ask(client, number, "change_name", name="x" * (MOST_HELD // 2))
        assert {number: answer["error"]["code"] for number, answer in acks(carrier).items()} == {4: "slow_down"}
        door.store.go_on.set()
        await turn(40)
        assert [answer["ok"] for answer in acks(carrier).values()] == [False, True, False, False, False]
        assert client.data.held == 0


@pytest.mark.parametrize("wrong", [[{"x": [[]] * 100_000}], [{"y" * 100_000: []}], [[], []], [[]]])
async def test_of_what_is_no_command_nothing_waits_but_the_refusal_in_its_turn(door: Door, wrong: list[Any]) -> None:
    client, carrier = await door.come(name="Ann")
    door.store.go_on.clear()
    door.ask(client, 0, "join_room", code=door.code)
    door.application.event(client, "members", wrong, 1)
    sent = weakref.ref(kept := Kept(wrong))
    door.application.event(client, "members", [kept], 2)
    del kept
    assert sent() is None
    assert acks(carrier) == {}
    door.store.go_on.set()
    await turn(40)
    assert [answer["ok"] for answer in acks(carrier).values()] == [True, False, False]


class Kept(list[Any]):
    """A list of which one can tell whether anything has it still."""


async def test_only_so_many_messages_are_under_way_at_once(door: Door) -> None:
    door.context.settings = ChatSettings(throttle=False)
    client, _ = await door.come(name="Ann")
    for number in range(MOST_SENDING + 5):
        door.ask(client, number, "send_message", code=door.code, text="hello")
    assert (client.data.sending, len(client.data.waiting)) == (MOST_SENDING, 5)
    await turn(40)
    assert (client.data.sending, len(client.data.waiting)) == (0, 0)


async def test_many_refusals_in_a_row_go_no_deeper_than_one(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    client, carrier = await door.come(name="Ann")
    door.ask(client, 0, "join_room", code=door.code)
    for number in range(1, MOST_WAITING):
        door.ask(client, number, "no_such_command")
    depths: list[int] = []

    def refuse(*told: Any) -> None:
        depths.append(len(inspect.stack(0)))
        real(*told)

    real = chat._refuse
    monkeypatch.setattr(chat, "_refuse", refuse)
    await turn(40)
    assert len(acks(carrier)) == MOST_WAITING
    assert len(depths) == MOST_WAITING - 1
    assert len(set(depths)) == 1


async def test_an_upgrade_while_the_login_is_looked_up_changes_how_events_are_written(door: Door) -> None:
    guest = await door.guest("Ann")
    socket = make_socket()
    socket.transport = PollingTransport()
    client = Client("sid", "/", socket, door.application)
    door.store.go_on.clear()
    connecting = asyncio.create_task(door.application.connect(client, {"token": guest.token}))
    await turn()
    socket.take_over(FakeCarrier())
    door.store.go_on.set()
    await connecting
    assert client.data.session.codec is encode_polling, "need an upgrade in between for this test to mean anything"
    door.application.connected(client)
    assert client.data.session.codec is not encode_polling


async def test_a_failure_of_ours_at_the_login_is_told_and_noted(
    door: Door, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(_: bytes) -> None:
        raise RuntimeError("the disk is on fire")

    monkeypatch.setattr(door.store, "find_login", fail)
    with pytest.raises(RefusedError) as refused:
        await door.come(token="any")
    assert refused.value.data["data"]["code"] == "internal"
    assert "fire" not in str(refused.value.data)
    assert "the disk is on fire" in capsys.readouterr().out
