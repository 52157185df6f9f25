"""Searches that are kept under a name, and whom each is shared with."""

import sqlalchemy as sa
from alembic import op

revision = "0003_saved_queries"
down_revision = "0002_sources"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "saved_query",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "saved_query_reader",
        sa.Column("query_id", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("query_id", "reader"),
    )
    op.create_index("saved_query_by_owner", "saved_query", ["party", "owner"])
    op.create_index("saved_query_by_reader", "saved_query_reader", ["reader"])
