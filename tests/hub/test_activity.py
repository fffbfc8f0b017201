"""Activity: rooms that one knows of and hasn't open are told of, seldom, and never to who has left them."""

from hubbub.core.event import RoomActivity
from hubbub.hub import Hub
from tests.hub.listener import CODE, NOBODY, Listener, deleted, left, said, watching


def following(hub: Hub, user_id: str, *codes: str) -> Listener:
    session = Listener(user_id)
    hub.attend(session)
    hub.follow(session, codes or (CODE,))
    return session


def test_who_follows_a_room_is_told_once_of_all_that_was_said_in_it(hub: Hub) -> None:
    ann = following(hub, "ann")
    for seq in (1, 2, 3):
        hub.publish(said(seq, "bob"))
    assert ann.heard == []
    hub.settle()
    hub.settle()
    assert ann.heard == [RoomActivity(code=CODE, last_number=3)]


def test_who_has_the_room_open_hears_the_messages_themselves_and_no_activity(hub: Hub) -> None:
    ann = watching(hub, "ann")
    hub.follow(ann, [CODE, "ELSE"])
    hub.settle()
    told = len(ann.heard)
    hub.publish(said(1, "bob"))
    hub.publish(said(7, "bob", code="ELSE"))
    hub.settle()
    assert ann.heard[told:] == [said(1, "bob"), RoomActivity(code="ELSE", last_number=7)]


def test_following_other_rooms_ends_following_these(hub: Hub) -> None:
    ann = following(hub, "ann", CODE)
    hub.follow(ann, ["ELSE"])
    hub.publish(said(1))
    hub.settle()
    assert ann.heard == []


def test_who_has_left_the_room_or_gone_is_told_no_more(hub: Hub) -> None:
    ann, bob, cid = (following(hub, name) for name in ("ann", "bob", "cid"))
    hub.publish(left(1, "ann"))
    hub.depart(bob)
    hub.publish(said(2, "cid"))
    hub.settle()
    assert (ann.heard, bob.heard) == ([], [])
    assert cid.heard == [RoomActivity(code=CODE, last_number=2)]


def test_of_a_deleted_room_nothing_is_told_and_nothing_is_kept(hub: Hub) -> None:
    ann = following(hub, "ann")
    hub.publish(said(1))
    hub.publish(deleted(2))
    hub.settle()
    assert ann.heard == []
    hub.depart(ann)
    assert hub.counts() == NOBODY
    assert not hub._activity._followers
    assert not hub._activity._followed
