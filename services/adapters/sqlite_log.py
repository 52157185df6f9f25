"""The log and the folds' states in one SQLite file: a batch is settled in one transaction."""

import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, text

from schemas.codec import encode, type_of
from schemas.topics import DEAD, TOPICS, Topic
from services.records.database import Database
from streams.ports import Outgoing, Put, Record

TAIL_RECORDS = 1_024
"""Records a topic that are kept decoded: the steps run in turn, so what one appends the next takes at once."""

TAIL_RECORD_BYTES = 65_536
"""A larger record is read from the file again: a thousand of the largest would not fit in memory."""

READ_BYTES = 32_000_000
"""About how much a read gives at most, whatever the number of records."""

SCAN_ROWS = 5_000


class SqliteLog:
    """AtomicLog over one file. One process at a time: positions are counted in memory."""

    def __init__(self, path: Path) -> None:
        self._database = Database(f"sqlite:///{path}", schema="log")
        self._database.migrate()
        self._appending = Lock()
        self._tails: dict[str, OrderedDict[int, Record]] = {topic.name: OrderedDict() for topic in TOPICS}
        with self._database.reading() as connection:
            self._ends = {topic.name: _last_position(connection, topic) for topic in TOPICS}

    def append(self, records: Sequence[Outgoing]) -> Sequence[int]:
        """Append and sync; return the position of each."""
        return self._write(records, [], None)

    def settle(
        self, topic: Topic, group: str, position: int, *, outputs: Sequence[Outgoing], puts: Sequence[Put]
    ) -> None:
        """Keep a batch's outputs, states and offset, all or none."""
        self._write(outputs, puts, (topic, group, position))

    def commit(self, topic: Topic, group: str, position: int) -> None:
        """Move a group's offset."""
        self._write([], [], (topic, group, position))

    def seek(self, topic: Topic, group: str, position: int) -> None:
        """Set a group's offset, back or forth."""
        self._write([], [], (topic, group, position))

    def committed(self, topic: Topic, group: str) -> int:
        """Return the last position the group has settled; 0 at first."""
        query = "SELECT position FROM committed WHERE topic = ? AND consumer = ?"
        row = self._database.look_up(query, (topic.name, group))
        return int(row[0]) if row else 0

    def end(self, topic: Topic) -> int:
        """Return the position of the last record; 0 for a topic that never had one."""
        return self._ends[topic.name]

    def lag(self, topic: Topic, group: str) -> int:
        """Return how many records the group has not taken."""
        return max(0, self.end(topic) - self.committed(topic, group))

    def read(self, topic: Topic, group: str, *, limit: int) -> Sequence[Record]:
        """Return what follows the group's offset."""
        return self.after(topic, self.committed(topic, group), limit=limit)

    def after(self, topic: Topic, position: int, *, limit: int) -> Sequence[Record]:
        """Return what follows a position, from the decoded tail where it reaches that far back."""
        if position >= self._ends[topic.name]:
            return []
        tail = self._tails[topic.name]
        with self._appending:
            if position + 1 in tail:
                last = min(position + limit, self._ends[topic.name])
                return [tail[at] for at in range(position + 1, last + 1)]
        query = text(
            f"SELECT position, key, type, value FROM log_{topic.name} "  # noqa: S608 - the name is one of ours
            "WHERE position > :after ORDER BY position LIMIT :limit"
        )
        with self._database.reading() as connection:
            records, size = [], 0
            for row in connection.execute(query, {"after": position, "limit": limit}):
                records.append(Record(*row))
                size += len(records[-1].value)
                if size > READ_BYTES:
                    break
            return records

    def get(self, fold: str, key: str) -> bytes | None:
        """Return what is kept under the key."""
        row = self._database.look_up("SELECT value FROM state WHERE fold = ? AND key = ?", (fold, key))
        return row[0] if row else None

    def scan(self, fold: str, prefix: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield keys with the prefix and what is kept under them, in key order, in bounded pages."""
        query = text(
            "SELECT key, value FROM state WHERE fold = :fold AND key > :after AND key < :end ORDER BY key LIMIT :rows"
        )
        after, end = prefix, f"{prefix}\U0010ffff"
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(query, {"fold": fold, "after": after, "end": end, "rows": SCAN_ROWS}).all()
            yield from ((key, value) for key, value in rows)
            if len(rows) < SCAN_ROWS:
                return
            after = rows[-1][0]

    def trim(self, topic: Topic, *, before_ms: int) -> int:
        """Forget a topic's records that are older than the moment and taken by every group; return how many.

        A topic that nobody takes to the end (dead letters are replayed on demand) is forgotten by age alone. Records are read up
        to the first that is young: to look for old ones behind it too is to read the whole topic. One from the future, of a clock
        that went wrong, says nothing of those behind it.
        """
        taken = "SELECT iif(:by_age, :end, coalesce(min(position), :end)) FROM committed WHERE topic = :topic"
        log = f"log_{topic.name}"
        young = f"SELECT position FROM {log} WHERE appended_at BETWEEN :before AND :now ORDER BY position LIMIT 1"  # noqa: S608 - a name of ours
        old = f"appended_at < :before AND position < coalesce(({young}), :end + 1)"
        query = text(f"DELETE FROM {log} WHERE {old} AND position <= ({taken})")  # noqa: S608
        values = {
            "before": before_ms,
            "now": _now_ms(),
            "topic": topic.name,
            "end": self.end(topic),
            "by_age": topic is DEAD,
        }
        with self._appending, self._database.writing() as connection:
            self._tails[topic.name].clear()
            return connection.execute(query, values).rowcount

    def clear(self, folds: Sequence[str], topics: Sequence[Topic], groups: Sequence[tuple[Topic, str]]) -> None:
        """Forget folds' states and topics' records, and set groups back to the beginning: the first act of a rebuild."""
        with self._appending, self._database.writing() as connection:
            for fold in folds:
                connection.execute(text("DELETE FROM state WHERE fold = :fold"), {"fold": fold})
            for topic in topics:
                connection.execute(text(f"DELETE FROM log_{topic.name}"))  # noqa: S608
                self._tails[topic.name].clear()
            for topic, group in groups:
                _commit(connection, topic, group, 0)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @staticmethod
    def _remember(tail: OrderedDict[int, Record], record: Record) -> None:
        """Keep the record decoded, after the one before it; one that is too large leaves the tail to begin behind it."""
        if len(record.value) > TAIL_RECORD_BYTES:
            tail.clear()
            return
        tail[record.position] = record
        if len(tail) > TAIL_RECORDS:
            tail.popitem(last=False)

    def _write(
        self, outputs: Sequence[Outgoing], puts: Sequence[Put], commit: tuple[Topic, str, int] | None
    ) -> list[int]:
        encoded = [(out.topic, out.item, type_of(out.item), encode(out.item)) for out in outputs]
        with self._appending:
            ends, records = dict(self._ends), []
            for topic, item, record_type, value in encoded:
                ends[topic.name] += 1
                records.append((topic, Record(ends[topic.name], item.key, record_type, value, item)))
            with self._database.writing() as connection:
                _insert(connection, records)
                _keep(connection, puts)
                if commit:
                    _commit(connection, *commit)
            self._ends = ends
            for topic, record in records:
                self._remember(self._tails[topic.name], record)
        return [record.position for _, record in records]


def _insert(connection: Connection, records: Sequence[tuple[Topic, Record]]) -> None:
    now_ms = _now_ms()
    by_topic: dict[str, list[tuple[int, str, str, int, bytes]]] = {}
    for topic, record in records:
        row = (record.position, record.key, record.type, now_ms, record.value)
        by_topic.setdefault(topic.name, []).append(row)
    for name, rows in by_topic.items():
        connection.exec_driver_sql(f"INSERT INTO log_{name} VALUES (?, ?, ?, ?, ?)", rows)  # noqa: S608


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _keep(connection: Connection, puts: Sequence[Put]) -> None:
    gone = [(put.fold, put.key) for put in puts if put.value is None]
    kept = [(put.fold, put.key, put.value) for put in puts if put.value is not None]
    if gone:
        connection.exec_driver_sql("DELETE FROM state WHERE fold = ? AND key = ?", gone)
    if kept:
        upsert = "INSERT INTO state VALUES (?, ?, ?) ON CONFLICT (fold, key) DO UPDATE SET value = excluded.value"
        connection.exec_driver_sql(upsert, kept)


def _commit(connection: Connection, topic: Topic, group: str, position: int) -> None:
    upsert = "INSERT INTO committed VALUES (?, ?, ?) ON CONFLICT (topic, consumer) DO UPDATE SET position = excluded.position"
    connection.exec_driver_sql(upsert, (topic.name, group, position))


def _last_position(connection: Connection, topic: Topic) -> int:
    """Return the last position ever given: a trimmed or cleared topic goes on where it stopped."""
    query = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    return connection.execute(query, {"name": f"log_{topic.name}"}).scalar() or 0
