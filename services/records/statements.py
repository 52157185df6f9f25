"""The two statements whose spelling depends on the database, the audit entry, and times as they are stored."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from schemas.party import Principal
from services.records import tables

Row = Mapping[str, Any]

PUBLISHED = "tocsin_published"
"""Told to other processes when the feed has grown."""

DUE = "tocsin_due"
"""Told to other processes when a delivery has become due."""


def notify(connection: Connection, channel: str) -> None:
    """Tell other processes on this database, once the transaction stands; in SQLite there are none."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(channel, "")))


def insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows that are not there yet."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), list(rows))


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert the rows, or replace those with their primary keys; all rows name the same columns."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    statement = _insert(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows))


def raise_mark(connection: Connection, name: str, value: int) -> None:
    """Set a mark unless it is larger already."""
    statement = _insert(connection, tables.mark).values(name=name, value=value)
    larger = statement.excluded.value > tables.mark.c.value
    keep = statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}, where=larger)
    connection.execute(keep)


def cursor_of(connection: Connection, sink: str, partition: int) -> int:
    """Return the position that a sink has taken of a partition."""
    query = select(tables.cursor.c.position).where(tables.cursor.c.sink == _cursor_name(sink, partition))
    return connection.execute(query).scalar() or 0


def keep_cursors(connection: Connection, sink: str, positions: Mapping[int, int]) -> None:
    """Keep the position that a sink has taken of each of these partitions, with what it did."""
    rows = [{"sink": _cursor_name(sink, one), "position": position} for one, position in sorted(positions.items())]
    upsert(connection, tables.cursor, rows)


def _cursor_name(sink: str, partition: int) -> str:
    """Return the name of a cursor: the first partition's is that of a log without partitions."""
    return f"{sink}/{partition}" if partition else sink


def restart_numbers(connection: Connection, table: Table) -> None:
    """Let a table that numbers its rows go on after the last one that was copied into it; SQLite does so by itself."""
    if connection.dialect.name == "postgresql":
        last = select(func.coalesce(func.max(table.c.number), 0) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, "number")
        connection.execute(select(func.setval(sequence, last, False)))  # noqa: FBT003 - SQL's own argument


def audit(connection: Connection, at: datetime, principal: Principal, action: str, subject: str) -> None:
    """Note who did what, in the transaction that does it."""
    entry = {"at": ms(at), "party": principal.party, "actor": principal.name, "action": action, "subject": subject}
    connection.execute(insert(tables.audit).values(**entry, automatic=False))


def ms(moment: datetime) -> int:
    """Return milliseconds since 1970 UTC."""
    return round(moment.timestamp() * 1000)


def moment(stored: int) -> datetime:
    """Return the UTC time of stored milliseconds."""
    return datetime.fromtimestamp(stored / 1000, UTC)


def _insert(connection: Connection, table: Table) -> Any:  # noqa: ANN401 - two dialects' inserts share no base with both clauses
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
