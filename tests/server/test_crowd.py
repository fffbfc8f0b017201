"""How many connections one address may have open."""

import pytest

from hubbub.server.crowd import Crowd


def test_beyond_the_limit_it_is_told_how_many_are_too_many() -> None:
    crowd = Crowd(2)
    assert [crowd.enter("192.0.2.1") for _ in range(4)] == [0, 0, 1, 2]


def test_who_leaves_makes_room() -> None:
    crowd = Crowd(1)
    assert [crowd.enter("192.0.2.1"), crowd.enter("192.0.2.1")] == [0, 1]
    crowd.leave("192.0.2.1")
    assert crowd.enter("192.0.2.1") == 1
    crowd.leave("192.0.2.1")
    crowd.leave("192.0.2.1")
    assert crowd.enter("192.0.2.1") == 0


@pytest.mark.parametrize(
    ("first", "second", "over"),
    [
        ("192.0.2.1", "192.0.2.2", 0),
        ("2001:db8::1", "2001:db8::2", 1),
        ("2001:db8::1", "2001:db8:0:1::1", 0),
        ("::ffff:192.0.2.1", "192.0.2.1", 1),
        ("local", "local", 0),
    ],
)
def test_addresses_of_one_network_count_as_one_and_a_unix_socket_as_none(first: str, second: str, over: int) -> None:
    crowd = Crowd(1)
    assert crowd.enter(first) == 0
    assert crowd.enter(second) == over
    crowd.leave(second)
    crowd.leave(first)
    assert crowd.enter(second) == 0
