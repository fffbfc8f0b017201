"""Revision 0001: users, rooms, members, events and messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _install_and_people()
    _rooms()
    _logs()


def _install_and_people() -> None:
    op.create_table(
        "install",
        _number("id", primary_key=True),
        _text("name"),
        _number("starts"),
        sa.CheckConstraint("id = 1", name="one_row"),
        sqlite_strict=True,
    )
    op.create_table(
        "users",
        _text("id", primary_key=True),
        _text("kind"),
        _text("name"),
        _text("folded_name"),
        _number("created_at"),
        sqlite_strict=True,
    )
    op.create_index("users_by_folded_name", "users", ["folded_name"])
    op.create_table(
        "logins",
        sa.Column("token_hash", sa.LargeBinary(), primary_key=True, nullable=False),
        _text("user_id", sa.ForeignKey("users.id")),
        _number("created_at"),
        _number("used_at"),
        sqlite_strict=True,
    )
    op.create_index("logins_by_user", "logins", ["user_id"])
    op.create_table(
        "misses",
        _text("key", primary_key=True),
        _number("count"),
        _number("since"),
        _number("until"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _rooms() -> None:
    op.create_table(
        "rooms",
        _number("id", primary_key=True),
        _text("code", unique=True),
        _text("epoch"),
        _text("title"),
        _number("private"),
        _number("capacity", nullable=True),
        _text("lifetime"),
        _number("expires_days", nullable=True),
        _text("owner_id", sa.ForeignKey("users.id")),
        _number("created_at"),
        _number("last_seq"),
        _number("last_number"),
        _number("last_event_at"),
        _number("last_message_at"),
        sqlite_strict=True,
        sqlite_autoincrement=True,
    )
    op.create_index("rooms_by_lifetime", "rooms", ["lifetime"], sqlite_where=sa.text("lifetime <> 'kept'"))
    op.create_table(
        "resting_codes",
        _text("code", primary_key=True),
        _number("until"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "members",
        _number("room_id", sa.ForeignKey("rooms.id"), primary_key=True),
        _text("user_id", sa.ForeignKey("users.id"), primary_key=True),
        _text("role"),
        _number("active"),
        _number("seated"),
        _number("joined_at"),
        _number("read_number"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("members_by_user", "members", ["user_id"])
    op.create_index("members_by_seat", "members", ["room_id"], sqlite_where=sa.text("seated = 1"))


def _logs() -> None:
    op.create_table(
        "events",
        _number("room_id", sa.ForeignKey("rooms.id"), primary_key=True),
        _number("seq", primary_key=True),
        _text("type"),
        _number("at"),
        _text("user_id"),
        _text("fields", nullable=True),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "messages",
        _number("id", primary_key=True),
        _number("room_id", sa.ForeignKey("rooms.id")),
        _number("seq"),
        _number("number"),
        _text("user_id", sa.ForeignKey("users.id")),
        _number("at"),
        _text("text", nullable=True),
        _text("client_message_id"),
        _number("reply_to", nullable=True),
        sqlite_strict=True,
    )
    op.create_index("messages_by_seq", "messages", ["room_id", "seq"], unique=True)
    op.create_index("messages_by_client_id", "messages", ["room_id", "user_id", "client_message_id"], unique=True)


def _number(
    name: str, *constraints: sa.ForeignKey, primary_key: bool = False, nullable: bool = False
) -> sa.Column[int]:
    return sa.Column(name, _Number, *constraints, primary_key=primary_key, nullable=nullable)


def _text(
    name: str,
    *constraints: sa.ForeignKey,
    primary_key: bool = False,
    nullable: bool = False,
    unique: bool | None = None,
) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), *constraints, primary_key=primary_key, nullable=nullable, unique=unique)
