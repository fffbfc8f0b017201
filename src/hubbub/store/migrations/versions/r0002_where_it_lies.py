"""Revision 0002: the database knows where it lay, so that a copy of the whole folder is noticed too."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of one row anew, with one column more: added, it would be written in another way."""
    op.rename_table("install", "old_install")
    op.create_table(
        "install",
        sa.Column("id", _Number, primary_key=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts", _Number, nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.CheckConstraint("id = 1", name="one_row"),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO install SELECT id, name, starts, NULL FROM old_install")
    op.drop_table("old_install")
