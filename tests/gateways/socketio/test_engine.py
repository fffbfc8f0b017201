"""The engine: sockets by sid, each for its own login."""

import json
import secrets

import pytest

from hubbub.gateways.socketio.engine import SID_BYTES, Engine, UnknownSidError
from hubbub.gateways.socketio.origin import anywhere
from hubbub.gateways.socketio.settings import EngineSettings
from hubbub.gateways.socketio.socket import EngineSocket
from tests.gateways.socketio.fakes import FakeCarrier, FakeReceiver

pytestmark = pytest.mark.anyio

SETTINGS = EngineSettings(may_connect=anywhere(), ping_interval=1, ping_timeout=1)


class House:
    """An engine and what its sockets hear."""

    def __init__(self) -> None:
        self.receivers: dict[str, FakeReceiver] = {}
        self.engine = Engine(SETTINGS, self.accept, secrets.token_bytes)

    def accept(self, socket: EngineSocket) -> FakeReceiver:
        self.receivers[socket.sid] = FakeReceiver()
        return self.receivers[socket.sid]

    def open(self, owner: str = "", upgrades: list[str] | None = None) -> tuple[EngineSocket, FakeCarrier]:
        carrier = FakeCarrier()
        return self.engine.open(carrier, owner, "192.0.2.7", upgrades or []), carrier


@pytest.fixture
async def house() -> House:
    return House()


async def test_a_socket_is_sent_the_handshake_first_of_all(house: House) -> None:
    socket, carrier = house.open("token", ["websocket"])
    opened = json.loads(carrier.owed[0].removeprefix(b"0"))
    assert opened["sid"] == socket.sid
    assert (opened["upgrades"], opened["pingInterval"], opened["pingTimeout"]) == (["websocket"], 1, 1)
    assert (socket.owner, socket.address) == ("token", "192.0.2.7")


async def test_a_sid_has_128_random_bits_and_is_nobodys_twice(house: House) -> None:
    sids = {house.open()[0].sid for _ in range(100)}
    assert len(sids) == len(house.engine) == 100
    assert {len(bytes.fromhex(sid)) for sid in sids} == {SID_BYTES} == {16}


@pytest.mark.parametrize(("owner", "asking"), [("", "token"), ("token", ""), ("token", "other")])
async def test_a_sid_is_worth_nothing_without_its_login(house: House, owner: str, asking: str) -> None:
    socket, _ = house.open(owner)
    assert house.engine.find(socket.sid, owner) is socket
    with pytest.raises(UnknownSidError):
        house.engine.find(socket.sid, asking)


async def test_a_sid_that_was_never_given_or_whose_socket_is_closed_is_unknown(house: House) -> None:
    socket, _ = house.open()
    socket.close()
    for sid in (socket.sid, "", "0" * 32):
        with pytest.raises(UnknownSidError):
            house.engine.find(sid, "")
    assert len(house.engine) == 0


async def test_what_a_socket_hears_reaches_its_own_receiver(house: House) -> None:
    (ann, _), (bob, _) = house.open(), house.open()
    ann.receive("4hello")
    assert (house.receivers[ann.sid].heard, house.receivers[bob.sid].heard) == (["hello"], [])


async def test_every_socket_is_watched(house: House) -> None:
    _, carrier = house.open()
    await carrier.ended.wait()
    assert carrier.owed[1:] == [b"2"]
    assert carrier.end == (1001, "heartbeat")
    assert len(house.engine) == 0


async def test_closing_closes_everybody_with_a_reason_and_pings_nobody_any_more(house: House) -> None:
    carriers = [house.open()[1] for _ in range(3)]
    house.engine.close(1012, "closing")
    assert [carrier.end for carrier in carriers] == [(1012, "closing")] * 3
    assert len(house.engine) == 0
    assert [receiver.heard for receiver in house.receivers.values()] == [[("closed", "closing")]] * 3
