"""Members: coming into a room, leaving it, and the list of those who belong to it."""

from hubbub.chat.catch_up import catch_up
from hubbub.chat.codes import find_membership, find_room
from hubbub.chat.context import Context, user_of
from hubbub.chat.rooms import view
from hubbub.chat.seats import coming_in, visit
from hubbub.chat.throttles import count
from hubbub.core import reply
from hubbub.core.command import JoinRoom, LeaveRoom, Members, UnwatchRoom
from hubbub.core.join_code import tidy_code
from hubbub.core.member import Member
from hubbub.core.throttle import Throttle
from hubbub.session import LiveSession, Session
from hubbub.store.base import Membership


async def join_room(chat: Context, session: Session, command: JoinRoom) -> reply.Joined:
    """Come into a room, as a new member or one who was here before, and catch up with it.

    Raises `room_not_found`, `slow_down`, `room_full`, `name_taken`.
    """
    user, code = user_of(session), tidy_code(command.code)
    with coming_in(chat, session, code) as losing_it:
        found = await _take_seat(chat, session, code, losing_it)
        if isinstance(session, LiveSession):
            chat.hub.watch(session, code)
        else:
            chat.hub.touch(code, user.id)
    caught_up = await catch_up(chat, found.room, command.since, command.epoch)
    member, here = found.member, chat.hub.here(code)
    return reply.Joined(
        room=view(chat, found.room),
        me=_view(chat, code, member),
        here=here,
        last_seq=caught_up.last_seq,
        last_number=max(found.room.last_number, chat.hub.last_number(code)),
        read_number=chat.reads.position(code, user.id, member.read_number),
        epoch=found.room.epoch,
        reset=caught_up.messages is not None,
        events=caught_up.events,
        messages=caught_up.messages,
        more=caught_up.more,
    )


async def unwatch_room(chat: Context, session: Session, command: UnwatchRoom) -> reply.Done:
    """End this session's subscription; a room that it doesn't hear is no error."""
    if isinstance(session, LiveSession):
        chat.hub.unwatch(session, tidy_code(command.code))
    return reply.Done()


async def leave_room(chat: Context, session: Session, command: LeaveRoom) -> reply.Done:
    """End the membership of the session's user. Raises `not_a_member`, `room_not_found`."""
    found = await find_membership(chat, session, command.code)
    code, user_id, stored = found.room.code, found.member.user.id, found.member.read_number
    if (reached := chat.reads.position(code, user_id, stored)) > stored:
        await chat.store.set_read(code, user_id, reached)  # only members have one that can be written
    await chat.store.end_membership(code, user_id, chat.clock.now())
    return reply.Done()


async def members(chat: Context, session: Session, command: Members) -> reply.MemberPage:
    """Return a page of the members. Raises `not_a_member`, `room_not_found`."""
    found = await visit(chat, session, command.code)
    code = found.room.code
    rows = await chat.store.members(found.room.id, command.after, command.limit + 1)
    views = tuple(_view(chat, code, member) for member in rows[: command.limit])
    return reply.MemberPage(members=views, here=chat.hub.here(code), more=len(rows) > command.limit)


async def _take_seat(chat: Context, session: Session, code: str, losing_it: bool) -> Membership:
    """Return the membership of somebody who comes in; who has a seat already costs no write."""
    user = user_of(session)
    found = await chat.store.find_member(code, user.id)
    if found is None:
        count(chat, session, Throttle.SEND)  # a membership is an event for all: who comes and goes for ever is a flood
        await find_room(chat, session, code, entering=True)
    if found is None or losing_it or not found.member.seated:
        found = await chat.store.add_member(code, user, chat.clock.now())
    return found


def _view(chat: Context, code: str, member: Member) -> reply.MemberView:
    user = member.user
    return reply.MemberView(id=user.id, name=user.name, role=member.role, here=chat.hub.is_here(code, user.id))
