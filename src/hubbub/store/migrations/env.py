"""What alembic runs around the scripts: one transaction over all of them, on the connection it is given."""

from alembic import context

from hubbub.store.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
