"""Rooms: made under a fresh code, looked at, listed, deleted."""

from hubbub.chat.codes import find_membership, find_room
from hubbub.chat.context import Context, user_of
from hubbub.chat.lifetimes import watch_lifetime
from hubbub.core import reply
from hubbub.core.command import CreateRoom, DeleteRoom, GetRoom, MyRooms
from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.join_code import CROWDED_AFTER, OPEN_LENGTH, PRIVATE_LENGTH, draw_code, tidy_code
from hubbub.core.permission import check_role
from hubbub.core.room import Room, check_lifetime, clean_title
from hubbub.core.user import new_user_id
from hubbub.session import LiveSession, Session
from hubbub.store.base import CodeTakenError, NewRoom

MOST_ROOMS_LISTED = 200


async def create_room(chat: Context, session: Session, command: CreateRoom) -> reply.RoomView:
    """Make a room; its maker owns it. Raises `too_long`, `bad_request`, and `unavailable` when codes have run out."""
    check_lifetime(command.lifetime, command.expires_days)
    draft = NewRoom(
        code="",
        epoch=new_user_id(chat.random_bytes),
        title=clean_title(command.title),
        private=command.private,
        capacity=command.capacity,
        lifetime=command.lifetime,
        expires_days=command.expires_days,
        owner=user_of(session),
        at=chat.clock.now(),
    )
    room = await _add_under_a_free_code(chat, draft)
    chat.hub.touch(room.code, draft.owner.id)
    watch_lifetime(chat, room)
    return view(chat, room)


async def get_room(chat: Context, session: Session, command: GetRoom) -> reply.RoomView:
    """Show a room: an open one to anybody, a private one to its members."""
    found = await chat.store.find_member(tidy_code(command.code), user_of(session).id)
    room = found.room if found else await find_room(chat, session, command.code)
    return view(chat, room)


async def delete_room(chat: Context, session: Session, command: DeleteRoom) -> reply.Done:
    """Delete a room with everything in it. Raises `forbidden` for all but its owner."""
    found = await find_membership(chat, session, command.code)
    check_role(command.type, found.member.role)
    if not await chat.store.delete_room(found.room.code, chat.clock.now(), by=found.member.user.id):
        raise ChatError(ErrorCode.ROOM_NOT_FOUND, field="code")
    return reply.Done()


async def my_rooms(chat: Context, session: Session, command: MyRooms) -> reply.MyRooms:
    """List the rooms of the session's user, with what is unread."""
    user = user_of(session)
    found = await chat.store.rooms_of(user.id, MOST_ROOMS_LISTED + 1)
    rooms = tuple(
        reply.MyRoom(
            code=each.room.code,
            title=each.room.title,
            role=each.member.role,
            last_number=each.room.last_number,
            read_number=chat.reads.position(each.room.code, user.id, each.member.read_number),
        )
        for each in found[:MOST_ROOMS_LISTED]
    )
    if isinstance(session, LiveSession):
        chat.hub.follow(session, [room.code for room in rooms])
    return reply.MyRooms(rooms=rooms, more=len(found) > MOST_ROOMS_LISTED)


def view(chat: Context, room: Room) -> reply.RoomView:
    """Return a room as it is shown."""
    return reply.RoomView(
        code=room.code,
        title=room.title,
        private=room.private,
        capacity=room.capacity,
        lifetime=room.lifetime,
        expires_days=room.expires_days,
        created_at=room.created_at,
        here=chat.hub.here(room.code),
    )


async def _add_under_a_free_code(chat: Context, draft: NewRoom) -> Room:
    """Try random codes; when a length is crowded, take one letter more."""
    shortest = PRIVATE_LENGTH if draft.private else OPEN_LENGTH
    for length in (shortest, shortest + 1, shortest + 2):
        for _ in range(CROWDED_AFTER):
            code = draw_code(length, chat.random_below, chat.settings.code_alphabet)
            try:
                return await chat.store.add_room(draft.under(code))
            except CodeTakenError:
                continue
    raise ChatError(ErrorCode.UNAVAILABLE, "Every room code is taken at the moment. Delete a room, or try again later.")
