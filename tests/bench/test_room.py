"""A room of the load generator: what was lost, came twice or in another order is found."""

from typing import cast

from hubbub.bench.member import Member
from hubbub.bench.room import Room


class Someone:
    """A member without a connection."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.received = self.unanswered = 0
        room.enter(cast("Member", self))

    def send(self, _: bytes) -> None:
        """Send it nowhere."""

    def hear(self, *ids: bytes) -> None:
        """Receive these."""
        self.received = self.room.take(self.received, list(ids))


def talk(messages: int) -> tuple[Room, Someone, Someone]:
    """Return a room of two in which so much was said."""
    room = Room("WXYZ")
    people = Someone(room), Someone(room)
    for _ in range(messages):
        room.send()
    return room, *people


def test_a_message_has_arrived_when_everybody_has_it() -> None:
    room, ann, bob = talk(2)
    told: list[int] = []
    room.on_received = told.append
    ann.hear(b"0", b"1")
    assert (told, room.received_by_all) == ([], 0)
    bob.hear(b"0")
    assert (told, room.is_quiet()) == ([1], False)
    bob.hear(b"1")
    assert (told, room.received_by_all, room.is_quiet()) == ([1, 1], 2, True)
    assert not any(vars(room.count_losses()).values())


def test_the_first_member_says_the_order_whatever_it_is() -> None:
    room, ann, bob = talk(2)
    ann.hear(b"1", b"0")
    bob.hear(b"1", b"0")
    assert not any(vars(room.count_losses()).values())


def test_another_order_is_found() -> None:
    room, ann, bob = talk(2)
    ann.hear(b"0", b"1")
    bob.hear(b"1", b"0")
    assert room.count_losses().disordered > 0


def test_what_comes_twice_is_found_at_the_first_member_and_at_others() -> None:
    room, ann, bob = talk(2)
    ann.hear(b"0", b"0", b"1")
    bob.hear(b"0", b"1", b"1")
    assert (room.count_losses().duplicated, room.faults.lost, room.received_by_all) == (2, 0, 2)


def test_what_never_comes_is_lost_and_nobody_waits_for_the_rest_in_vain() -> None:
    room, ann, bob = talk(3)
    ann.hear(b"0", b"1", b"2")
    bob.hear(b"0")
    assert (room.count_losses().lost, room.received_by_all, room.is_quiet()) == (2, 1, False)


def test_a_gap_is_found() -> None:
    room, ann, bob = talk(3)
    ann.hear(b"0", b"1", b"2")
    bob.hear(b"0", b"2")
    faults = room.count_losses()
    assert (faults.disordered, faults.lost) == (1, 2)


def test_an_answer_that_never_comes_is_found() -> None:
    room, ann, _ = talk(0)
    ann.unanswered = 1
    assert (room.count_losses().unacknowledged, room.is_quiet()) == (1, False)
