"""Sessions: who is asking, and what counts as their address."""

import pytest

from hubbub.core.error import Disconnect
from hubbub.core.event import AnyEvent
from hubbub.core.user import User
from hubbub.session import LiveSession, Session


def encode(event: AnyEvent) -> bytes:
    return event.type.encode()


@pytest.mark.parametrize(
    ("address", "network"), [("203.0.113.7", "203.0.113.7"), ("2001:db8::1:2:3:4", "2001:db8::/64"), ("local", "local")]
)
def test_a_session_is_counted_by_the_network_of_its_address(address: str, network: str) -> None:
    assert Session(address).network == network
    assert LiveSession(address, encode).network == network


def test_a_session_is_nobodys_until_somebody_logs_in() -> None:
    session = Session("local")
    assert session.user is None
    session.user = User("ann", "Ann")
    assert session.user.name == "Ann"


def test_two_sessions_of_one_person_are_two() -> None:
    ann = User("ann", "Ann")
    assert len({Session("local", user=ann), Session("local", user=ann)}) == 2
    assert len({LiveSession("local", encode, user=ann), LiveSession("local", encode, user=ann)}) == 2


def test_each_live_session_has_rooms_of_its_own() -> None:
    one, other = LiveSession("local", encode), LiveSession("local", encode)
    one.rooms.add("WXYZ")
    assert other.rooms == set()


def test_a_door_has_to_say_how_its_sessions_are_owed_bytes_and_ended() -> None:
    session = LiveSession("local", encode)
    with pytest.raises(NotImplementedError):
        session.push("WXYZ", b"", 0)
    with pytest.raises(NotImplementedError):
        session.end(Disconnect.SLOW)
