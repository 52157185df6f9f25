"""States of sources, and by what their items are known again."""

import sqlalchemy as sa
from alembic import op

revision = "0002_sources"
down_revision = "0001_first"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "source",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("enabled_at", sa.BigInteger),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("verified_at", sa.BigInteger),
        sa.Column("last_attempt_at", sa.BigInteger),
        sa.Column("last_success_at", sa.BigInteger),
        sa.Column("last_item_at", sa.BigInteger),
        sa.Column("last_error", sa.Text),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("entries", sa.Integer),
        sa.Column("items_seen", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger),
    )
    op.create_table(
        "source_item",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("native_id", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("source", "key"),
    )
    op.create_index("source_item_seen", "source_item", ["source", "seen_at"])
