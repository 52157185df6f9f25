"""The log's topics, offsets and states."""

import sqlalchemy as sa
from alembic import op

revision = "0001_first"
down_revision = None

TOPICS = ("raw", "ledger", "claims", "projections", "hits", "alerts", "reference", "dead")


def upgrade() -> None:
    """Apply."""
    for topic in TOPICS:
        op.create_table(
            f"log_{topic}",
            sa.Column("position", sa.Integer, primary_key=True),
            sa.Column("key", sa.Text, nullable=False),
            sa.Column("type", sa.Text, nullable=False),
            sa.Column("appended_at", sa.BigInteger, nullable=False),
            sa.Column("value", sa.LargeBinary, nullable=False),
            sqlite_autoincrement=True,
        )
    op.create_table(
        "committed",
        sa.Column("topic", sa.Text, primary_key=True),
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "state",
        sa.Column("fold", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
    )
