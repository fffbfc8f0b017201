"""The tables: what is kept, as SQLAlchemy models that the read side and the migrations share."""

from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """What all tables have in common: times are milliseconds, so numbers are long everywhere."""

    type_annotation_map: ClassVar = {int: BigInteger().with_variant(Integer, "sqlite"), str: Text}


class Install(Base):
    """One row: this installation, how often a server was started on it or stopped, and where it lay then.

    A `place` that isn't where it lies now is that of a copy.
    """

    __tablename__ = "install"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), {"sqlite_strict": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    starts: Mapped[int]
    place: Mapped[str | None]


class UserRow(Base):
    """A person: guest or account."""

    __tablename__ = "users"
    __table_args__ = (Index("users_by_folded_name", "folded_name"), {"sqlite_strict": True})

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    folded_name: Mapped[str]
    created_at: Mapped[int]


class LoginRow(Base):
    """The proof of who somebody is: the hash of a token."""

    __tablename__ = "logins"
    __table_args__ = (Index("logins_by_user", "user_id"), {"sqlite_strict": True})

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]
    used_at: Mapped[int]


class RoomRow(Base):
    """A room, with the counters that make its seqs and numbers dense."""

    __tablename__ = "rooms"
    __table_args__ = (
        Index("rooms_by_lifetime", "lifetime", sqlite_where=text("lifetime <> 'kept'")),
        {"sqlite_strict": True, "sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    epoch: Mapped[str]
    title: Mapped[str]
    private: Mapped[int]
    capacity: Mapped[int | None]
    lifetime: Mapped[str]
    expires_days: Mapped[int | None]
    owner_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[int]
    last_seq: Mapped[int]
    last_number: Mapped[int]
    last_event_at: Mapped[int]
    last_message_at: Mapped[int]


class RestingCode(Base):
    """The code of a dead room, which nobody else gets for a while."""

    __tablename__ = "resting_codes"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    code: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[int]


class MemberRow(Base):
    """One person's place in one room; who left keeps the row, not the place."""

    __tablename__ = "members"
    __table_args__ = (
        Index("members_by_user", "user_id"),
        Index("members_by_seat", "room_id", sqlite_where=text("seated = 1")),
        {"sqlite_strict": True, "sqlite_with_rowid": False},
    )

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), primary_key=True)
    role: Mapped[str]
    active: Mapped[int]
    seated: Mapped[int]
    joined_at: Mapped[int]
    read_number: Mapped[int]


class EventRow(Base):
    """A place in a room's log that no message takes: those stand in `messages`, and nowhere twice."""

    __tablename__ = "events"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    at: Mapped[int]
    user_id: Mapped[str]
    fields: Mapped[str | None]


class MessageRow(Base):
    """What a member said, as it is now, at the place of its `message_sent`.

    Rows lie in the order in which they came, whatever their room: what many rooms say at once fills one page of the
    file, and not a page per room.
    """

    __tablename__ = "messages"
    __table_args__ = (
        Index("messages_by_seq", "room_id", "seq", unique=True),
        Index("messages_by_client_id", "room_id", "user_id", "client_message_id", unique=True),
        {"sqlite_strict": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("rooms.id"))
    seq: Mapped[int]
    number: Mapped[int]
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    at: Mapped[int]
    text: Mapped[str | None]
    client_message_id: Mapped[str]
    reply_to: Mapped[int | None]


class MissesRow(Base):
    """Wrong codes of one address or user, or of all together."""

    __tablename__ = "misses"
    __table_args__ = ({"sqlite_strict": True, "sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    since: Mapped[int]
    until: Mapped[int]
