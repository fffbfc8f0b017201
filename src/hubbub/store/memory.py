"""The store in memory, the port's twin for tests: it checks first and then changes, so nothing is half-done."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hubbub.core.error import ChatError, ErrorCode
from hubbub.core.event import MemberJoined, MemberLeft, MemberRenamed, MessageSent, RoomDeleted, StoredEvent
from hubbub.core.member import Member, first_role
from hubbub.core.name import fold_name, suggest_name
from hubbub.core.reply import Sent
from hubbub.core.room import CODE_RESTS, Lifetime, Room
from hubbub.core.throttle import Misses
from hubbub.core.user import Login, User, UserKind
from hubbub.store.base import CodeTakenError, CodeTry, Commit, CommitListener, Membership, NewMessage, NewRoom
from hubbub.store.memory_room import KeptRoom, Place, open_room


class MemoryStore:
    """Holds the promises of `store.base.Store` until the process ends."""

    def __init__(self) -> None:
        self._listener: CommitListener = lambda _: None
        self._users: dict[str, User] = {}
        self._logins: dict[bytes, Login] = {}
        self._rooms: dict[str, KeptRoom] = {}
        self._rooms_made = 0
        self._resting: dict[str, int] = {}
        self._misses: dict[str, Misses] = {}
        self._misses_of_all = Misses()

    def on_commit(self, listener: CommitListener) -> None:
        """See the port."""
        self._listener = listener

    async def told(self) -> None:
        """See the port."""

    async def close(self) -> None:
        """See the port."""

    async def ping(self) -> None:
        """See the port."""

    async def add_guest(self, user: User, token_hash: bytes, at: int) -> None:
        """See the port."""
        self._users[user.id] = user
        self._logins[token_hash] = Login(token_hash, user, at)

    async def find_login(self, token_hash: bytes) -> Login | None:
        """See the port."""
        login = self._logins.get(token_hash)
        return login and replace(login, user=self._users[login.user.id])

    async def touch_login(self, token_hash: bytes, at: int) -> None:
        """See the port."""
        if login := self._logins.get(token_hash):
            self._logins[token_hash] = replace(login, used_at=max(login.used_at, at))

    async def change_name(self, user_id: str, name: str, at: int) -> User:
        """See the port."""
        old = self._user(user_id)
        if old.name == name:
            return old
        rooms = [kept for kept in self._rooms.values() if kept.member(user_id)]
        user = replace(old, name=name)
        self._check_name(user, [kept for kept in rooms if kept.places[user_id].seated])
        self._users[user_id] = user
        for kept in rooms:
            renamed = MemberRenamed(**kept.next(user_id, at), user=kept.person(user_id), name=name)
            self._commit(kept, renamed)
        return user

    async def add_room(self, draft: NewRoom) -> Room:
        """See the port."""
        if draft.code in self._rooms or self._rests(draft.code, draft.at):
            raise CodeTakenError
        self._user(draft.owner.id)
        self._rooms_made += 1
        kept, *events = open_room(draft, self._rooms_made, self._users)
        self._rooms[draft.code] = kept
        self._commit(kept, *events)
        return kept.room

    async def find_room(self, code: str) -> Room | None:
        """See the port."""
        kept = self._rooms.get(code)
        return kept.room if kept else None

    async def try_code(self, code: str, keys: Sequence[str], at: int, *, private: bool) -> CodeTry:
        """See the port."""
        misses = {key: self._misses.get(key, Misses()) for key in keys}
        if wait := max((each.wait(at) for each in misses.values()), default=0):
            return CodeTry(None, wait)
        room = await self.find_room(code)
        if room and (private or not room.private):
            return CodeTry(room)
        of_all = self._misses_of_all.another_of_all(at)
        if not self._rests(code, at):
            self._misses |= {key: each.another(at) for key, each in misses.items()}
            self._misses_of_all = of_all
        return CodeTry(None, misses_of_all=of_all.count)

    async def delete_room(
        self, code: str, at: int, *, by: str | None, if_empty: bool = False, if_expired: bool = False
    ) -> bool:
        """See the port."""
        kept = self._rooms.get(code)
        if kept is None or (if_empty and kept.seated()) or (if_expired and not kept.expired(at)):
            return False
        del self._rooms[code]
        self._resting[code] = at + CODE_RESTS
        self._commit(kept, RoomDeleted(**kept.next(by or kept.owner_id, at)))
        return True

    async def rooms_of(self, user_id: str, limit: int) -> list[Membership]:
        """See the port."""
        newest = sorted(self._rooms.values(), key=lambda kept: (kept.last_event_at, kept.room.id), reverse=True)
        return [found for kept in newest if (found := kept.membership(user_id))][:limit]

    async def vanishing_rooms(self) -> list[Room]:
        """See the port."""
        return [kept.room for kept in self._rooms.values() if kept.room.lifetime is Lifetime.VANISHES]

    async def expired_rooms(self, at: int) -> list[Room]:
        """See the port."""
        return [kept.room for kept in self._rooms.values() if kept.expired(at)]

    async def find_member(self, code: str, user_id: str) -> Membership | None:
        """See the port."""
        kept = self._rooms.get(code)
        return kept.membership(user_id) if kept else None

    async def add_member(self, code: str, user: User, at: int) -> Membership:
        """See the port."""
        kept = self._rooms.get(code)
        if kept is None:
            raise ChatError(ErrorCode.ROOM_NOT_FOUND, field="code")
        user, before = self._user(user.id), kept.member(user.id)
        self._check_seat(kept, user)
        place = kept.places.setdefault(user.id, Place(first_role(user), at, kept.room.last_number))
        place.active = place.seated = True
        if before is None:
            place.joined_at = at
            self._commit(kept, MemberJoined(**kept.next(user.id, at), user=kept.person(user.id), role=place.role))
        return Membership(kept.room, Member(user, place.role, place.joined_at, place.read_number, seated=True))

    async def take_seat(self, code: str, user_id: str) -> Membership:
        """See the port."""
        kept = self._room_of(code, user_id)
        self._check_seat(kept, self._user(user_id))
        kept.places[user_id].seated = True
        found = kept.membership(user_id)
        assert found
        return found

    async def end_membership(self, code: str, user_id: str, at: int) -> None:
        """See the port."""
        kept = self._room_of(code, user_id)
        place = kept.places[user_id]
        place.active = place.seated = False
        self._commit(kept, MemberLeft(**kept.next(user_id, at), user=kept.person(user_id)))

    async def free_seats(self, code: str, user_ids: Sequence[str]) -> None:
        """See the port."""
        places = self._rooms[code].places if code in self._rooms else {}
        for user_id in places.keys() & set(user_ids):
            places[user_id].seated = False

    async def seats(self) -> list[tuple[str, str]]:
        """See the port."""
        return [(code, user_id) for code, kept in self._rooms.items() for user_id in kept.seated()]

    async def members(self, room_id: int, after: str, limit: int) -> list[Member]:
        """See the port."""
        found = [member for kept in self._with_id(room_id) for member in kept.members()]
        return [member for member in found if member.user.id > after][:limit]

    async def set_read(self, code: str, user_id: str, number: int) -> int:
        """See the port."""
        kept = self._room_of(code, user_id)
        place = kept.places[user_id]
        place.read_number = max(place.read_number, min(number, kept.room.last_number))
        return place.read_number

    async def append_message(self, draft: NewMessage) -> Sent:
        """See the port."""
        author_id = draft.author.id
        kept = self._room_of(draft.code, author_id)
        if before := kept.sent.get((author_id, draft.client_message_id)):
            if before.text != draft.text:
                raise ChatError(ErrorCode.CLIENT_MESSAGE_ID_REUSED, field="client_message_id")
            return _sent(before)
        await self.take_seat(draft.code, author_id)
        if draft.reply_to is not None and kept.message(draft.reply_to) is None:
            raise ChatError(ErrorCode.MESSAGE_NOT_FOUND, field="reply_to")
        message = MessageSent(
            **kept.next(author_id, draft.at), text=draft.text, number=kept.room.last_number + 1,
            client_message_id=draft.client_message_id, reply_to=draft.reply_to,
        )  # fmt: skip
        kept.places[author_id].read_number = message.number
        self._commit(kept, message)
        return _sent(message)

    async def events(self, room_id: int, since: int, limit: int) -> list[StoredEvent]:
        """See the port."""
        found = [kept.read_back(event) for kept in self._with_id(room_id) for event in kept.log]
        return [event for event in found if event.seq > since][:limit]

    async def messages(self, room_id: int, before: int | None, after: int | None, limit: int) -> list[MessageSent]:
        """See the port."""
        found = [message for kept in self._with_id(room_id) for message in kept.messages()]
        found = [message for message in found if (before is None or message.seq < before)]
        if after is not None:
            return [message for message in found if message.seq > after][:limit]
        return found[max(0, len(found) - limit) :]

    def _commit(self, kept: KeptRoom, *events: StoredEvent) -> None:
        for event in events:
            kept.add(event)
        self._listener(Commit(kept.room.id, kept.room.private, events))

    def _user(self, user_id: str) -> User:
        if user_id not in self._users:
            raise ChatError(ErrorCode.NOT_LOGGED_IN)
        return self._users[user_id]

    def _room_of(self, code: str, user_id: str) -> KeptRoom:
        kept = self._rooms.get(code)
        if kept is None or kept.member(user_id) is None:
            raise ChatError(ErrorCode.NOT_A_MEMBER)
        return kept

    def _rests(self, code: str, at: int) -> bool:
        return self._resting.get(code, at - 1) >= at

    def _with_id(self, room_id: int) -> list[KeptRoom]:
        return [kept for kept in self._rooms.values() if kept.room.id == room_id]

    def _check_seat(self, kept: KeptRoom, user: User) -> None:
        """Refuse somebody who has no seat and can't have one."""
        before = kept.member(user.id)
        if not (before and before.seated):
            self._check_name(user, [kept])
            _check_capacity(kept, user, before)

    def _check_name(self, user: User, rooms: Iterable[KeptRoom]) -> None:
        """Refuse a name that is an account's, or held by someone who has a seat in one of the rooms."""
        accounts = {other.id for other in self._users.values() if other.kind is UserKind.ACCOUNT}
        holders = accounts.union(*(kept.seated() for kept in rooms)) - {user.id}
        taken = frozenset(fold_name(self._users[user_id].name) for user_id in holders)
        if fold_name(user.name) in taken:
            raise ChatError(ErrorCode.NAME_TAKEN, field="name", suggestion=suggest_name(user.name, taken))


def _check_capacity(kept: KeptRoom, user: User, before: Member | None) -> None:
    counted_already = before is not None and user.kind is UserKind.ACCOUNT
    capacity, taken = kept.room.capacity, kept.counted()
    if capacity is not None and taken >= capacity and not counted_already:
        raise ChatError(ErrorCode.ROOM_FULL, f"The room is full ({taken}/{capacity}).")


def _sent(message: MessageSent) -> Sent:
    return Sent(seq=message.seq, number=message.number, at=message.at)
