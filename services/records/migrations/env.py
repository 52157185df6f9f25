"""Alembic's entry: runs the migrations of one database over the connection it was given."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
