"""Publishing: what has just become durable goes to this node's sessions, to the other nodes and to the log."""

from hubbub.broker.base import Ring
from hubbub.chat.context import Context
from hubbub.core.event import RoomDeleted
from hubbub.store.base import Commit


def publish(chat: Context, commit: Commit) -> None:
    """Tell everybody of a commit; the store calls this, so nothing is ever told that isn't durable."""
    for event in commit.events:
        chat.hub.publish(event)
        if isinstance(event, RoomDeleted):
            chat.empty_since.pop(event.code, None)
        if commit.private:
            chat.log.info(event.type, room=commit.room_id, seq=event.seq, user=event.by.id)
        else:
            chat.log.info(event.type, room=commit.room_id, seq=event.seq, user=event.by.id, code=event.code)
    last = commit.events[-1]
    chat.broker.ring(Ring(last.code, last.seq))
