"""The records' tables as the code uses them; a test holds them against what the migrations make. Times are ms since 1970."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

metadata = MetaData()

party = Table("party", metadata, Column("id", Text, primary_key=True), Column("name", Text, nullable=False))

token = Table(
    "token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
)

rule = Table(
    "rule",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("body", Text, nullable=False),
    Column("deleted_at", BigInteger),
)

ledger_outbox = Table(
    "ledger_outbox",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("value", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

channel = Table(
    "channel",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("sealed_secret", Text, nullable=False),
    Column("max_tlp", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("paused_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
)

history = Table(
    "history",
    metadata,
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("kind", "id", "audience", "version"),
)

alias = Table(
    "alias",
    metadata,
    Column("alias", Text, nullable=False),
    Column("audience", Text, nullable=False),
    Column("id", Text, nullable=False),
    PrimaryKeyConstraint("alias", "audience"),
)

collection = Table(
    "collection",
    metadata,
    Column("name", Text, primary_key=True),
    Column("last_sequence", BigInteger, nullable=False),
    Column("last_added_at", BigInteger, nullable=False),
)

feed = Table(
    "feed",
    metadata,
    Column("collection", Text, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("id", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    PrimaryKeyConstraint("collection", "sequence"),
    Index("feed_known", "collection", "kind", "id", "version", unique=True),
)

alert = Table(
    "alert",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rule_id", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("alert_by_party", "party", "at"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Text, primary_key=True),
    Column("alert_id", Text, nullable=False),
    Column("channel_id", Text, nullable=False),
    Column("party", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    Column("leased_until", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Column("done_at", BigInteger),
    Column("last_status", Text),
    Index("delivery_due", "state", "due_at"),
    Index("delivery_by_party", "party", "created_at"),
)

saved_query = Table(
    "saved_query",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("body", Text, nullable=False),
    Index("saved_query_by_owner", "party", "owner"),
)

saved_query_reader = Table(
    "saved_query_reader",
    metadata,
    Column("query_id", Text, nullable=False),
    Column("reader", Text, nullable=False),
    PrimaryKeyConstraint("query_id", "reader"),
    Index("saved_query_by_reader", "reader"),
)

cursor = Table(
    "cursor", metadata, Column("sink", Text, primary_key=True), Column("position", BigInteger, nullable=False)
)

mark = Table("mark", metadata, Column("name", Text, primary_key=True), Column("value", BigInteger, nullable=False))

source = Table(
    "source",
    metadata,
    Column("id", Text, primary_key=True),
    Column("enabled", Boolean, nullable=False),
    Column("enabled_at", BigInteger),
    Column("etag", Text),
    Column("last_modified", Text),
    Column("digest", Text),
    Column("verified_at", BigInteger),
    Column("last_attempt_at", BigInteger),
    Column("last_success_at", BigInteger),
    Column("last_item_at", BigInteger),
    Column("last_error", Text),
    Column("failures", Integer, nullable=False),
    Column("entries", Integer),
    Column("items_seen", BigInteger, nullable=False),
    Column("due_at", BigInteger),
)

source_item = Table(
    "source_item",
    metadata,
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("native_id", Text, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    PrimaryKeyConstraint("source", "key"),
    Index("source_item_seen", "source", "seen_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("party", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("automatic", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
