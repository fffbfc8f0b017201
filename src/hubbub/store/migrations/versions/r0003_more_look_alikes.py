"""Revision 0003: names are folded anew, since more letters count as looking alike."""

import sqlalchemy as sa
from alembic import op

from hubbub.core.name import fold_name

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Write only what differs: nearly all names are folded as before."""
    db = op.get_bind()
    users = db.execute(sa.text("SELECT id, name, folded_name FROM users")).all()
    change = sa.text("UPDATE users SET folded_name = :folded WHERE id = :id")
    for user in users:
        if (folded := fold_name(user.name)) != user.folded_name:
            db.execute(change, {"id": user.id, "folded": folded})
