"""Every version of every event and measure, and the one ordered feed made of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Select, func, select, update

from schemas.codec import decode, encode, type_of
from schemas.feed import FeedEntry
from schemas.marking import Audience
from schemas.projection import Kind, Projected, Projection
from services.records import tables
from services.records.database import Database
from services.records.statements import PUBLISHED, Row, cursor_of, insert_new, keep_cursors, moment, ms, notify
from streams.errors import NotFound

SINK = "publish"
MAX_VERSIONS = 1_000
MAX_RENAMES = 32
"""Names that are followed to what a thing is called today."""


class HistoryRecords:
    """History port over SQL. Readers give their party and get what its audience was told."""

    def __init__(
        self, database: Database, *, now: Callable[[], datetime], on_published: Callable[[], None] = lambda: None
    ) -> None:
        self._database, self._now, self._on_published = database, now, on_published

    def cursor(self, partition: int = 0) -> int:
        """Return the position that has been published."""
        with self._database.reading() as connection:
            return cursor_of(connection, SINK, partition)

    def put(self, items: Sequence[Projected], positions: Mapping[int, int]) -> None:
        """Keep the versions and append them to their collection's feed. Signals are kept by the index alone."""
        shown = [item for item in items if item.kind is not Kind.SIGNAL]
        with self._database.exclusive(SINK) as connection:  # one order for all: no gap, no repeat, no deadlock
            insert_new(connection, tables.history, [_version(item) for item in shown])
            insert_new(connection, tables.alias, [row for item in shown for row in _aliases(item)])
            for audience in dict.fromkeys(item.audience for item in shown):
                self._append(connection, audience, [item for item in shown if item.audience == audience])
            keep_cursors(connection, SINK, positions)
            if shown:
                notify(connection, PUBLISHED)
        if shown:
            self._on_published()

    def latest(self, kind: Kind, thing_id: str, *, party: str) -> Projection:
        """Return the newest version of a thing, by any id it has had; NotFound also for what the party may not see."""
        with self._database.reading() as connection:
            found = _resolved(connection, kind, thing_id, party)
        if found is None:
            raise NotFound(f"there is no {kind} {thing_id}")
        return found

    def versions(self, kind: Kind, thing_id: str, *, party: str) -> list[Projected]:
        """Return what the party was told of a thing under this id, oldest first: the first is its version 1."""
        history = tables.history.c
        query = (
            select(history.type, history.body)
            .where(history.kind == kind, history.id == thing_id)
            .order_by(history.version)
            .limit(MAX_VERSIONS)
        )
        with self._database.reading() as connection:
            told = [_projected(row.type, row.body) for row in connection.execute(query)]
        return [item for item in told if item.audience.includes(party)]

    def counts(self, kind: Kind, ids: Sequence[str], *, audience: Audience) -> dict[str, int]:
        """Return how many versions this audience has seen of each thing."""
        history = tables.history.c
        query = (
            select(history.id, func.count())
            .where(history.kind == kind, history.id.in_(ids), history.audience == audience.key)
            .group_by(history.id)
        )
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def feed(self, collection: str, *, after: int, limit: int) -> list[FeedEntry]:
        """Return a collection's entries after a sequence number, in order."""
        query = _entries().where(tables.feed.c.collection == collection, tables.feed.c.sequence > after)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(tables.feed.c.sequence).limit(limit)).all()
        return [_entry(row.sequence, row.added_at, row.type, row.body) for row in rows]

    def newest(self, collection: str, *, limit: int) -> list[FeedEntry]:
        """Return a collection's last entries, newest first."""
        query = _entries().where(tables.feed.c.collection == collection)
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(tables.feed.c.sequence.desc()).limit(limit)).all()
        return [_entry(row.sequence, row.added_at, row.type, row.body) for row in rows]

    def last_sequence(self, collection: str) -> int:
        """Return the sequence number of a collection's last entry; 0 for an empty one."""
        query = select(tables.collection.c.last_sequence).where(tables.collection.c.name == collection)
        with self._database.reading() as connection:
            return connection.execute(query).scalar() or 0

    def _append(self, connection: Connection, audience: Audience, items: Sequence[Projected]) -> None:
        """Lock the collection, drop what it has, give the rest the next sequence numbers and strictly rising times."""
        name = audience.key
        insert_new(connection, tables.collection, [{"name": name, "last_sequence": 0, "last_added_at": 0}])
        head = tables.collection.c
        locked = select(head.last_sequence, head.last_added_at).where(head.name == name).with_for_update()
        sequence, added_at = connection.execute(locked).one()
        now_ms, rows = ms(self._now()), []
        told = _told(connection, name, items)
        for item in items:
            if item.version <= told.get((item.kind.value, item.id), -1):
                continue  # told already, or older than what was told: the last word on a thing stays the last
            told[item.kind.value, item.id] = item.version
            sequence, added_at = sequence + 1, max(now_ms, added_at + 1)
            rows.append({"collection": name, "sequence": sequence, "added_at": added_at, **_reference(item)})
        insert_new(connection, tables.feed, rows)
        connection.execute(
            update(tables.collection).where(head.name == name).values(last_sequence=sequence, last_added_at=added_at)
        )


def _reference(item: Projected) -> Row:
    return {"kind": item.kind.value, "id": item.id, "version": item.version}


def _version(item: Projected) -> Row:
    return {**_reference(item), "audience": item.audience.key, "type": type_of(item), "body": encode(item)}


def _aliases(item: Projected) -> list[Row]:
    aliases = item.aliases if isinstance(item, Projection) else ()
    return [{"alias": alias, "audience": item.audience.key, "id": item.id} for alias in aliases]


def _told(connection: Connection, collection: str, items: Sequence[Projected]) -> dict[tuple[str, str], int]:
    """Return the newest version that the collection has of each of these things, by kind and id."""
    feed = tables.feed.c
    kinds, ids = {item.kind.value for item in items}, [item.id for item in items]
    query = (
        select(feed.kind, feed.id, func.max(feed.version))
        # Without the kinds the whole collection would be read: in its index they stand before the ids.
        .where(feed.collection == collection, feed.kind.in_(kinds), feed.id.in_(ids))
        .group_by(feed.kind, feed.id)
    )
    return {(row[0], row[1]): row[2] for row in connection.execute(query)}


def _projected(record_type: str, body: bytes) -> Projected:
    item = decode(record_type, body)
    assert isinstance(item, Projected)
    return item


def _entry(sequence: int, added_at: int, record_type: str, body: bytes) -> FeedEntry:
    return FeedEntry(sequence=sequence, added_at=moment(added_at), projected=_projected(record_type, body))


def _entries() -> Select[tuple[int, int, str, bytes]]:
    feed, history = tables.feed.c, tables.history.c
    same = (
        (history.kind == feed.kind)
        & (history.id == feed.id)
        & (history.version == feed.version)
        & (history.audience == feed.collection)
    )
    return select(feed.sequence, feed.added_at, history.type, history.body).join(tables.history, same)


def _newest(connection: Connection, kind: Kind, thing_id: str, party: str) -> Projected | None:
    history = tables.history.c
    query = (
        select(history.type, history.body)
        .where(history.kind == kind.value, history.id == thing_id)
        .order_by(history.version.desc())
    )
    told = (_projected(row.type, row.body) for row in connection.execute(query))
    return next((item for item in told if item.audience.includes(party)), None)


def _resolved(connection: Connection, kind: Kind, name: str, party: str) -> Projection | None:
    """Return what the party reads under a name, or under the name that took its place, and so on."""
    for _ in range(MAX_RENAMES):
        found = _newest(connection, kind, name, party)
        if isinstance(found, Projection):
            return found
        heir = (found.replaced_by if found else None) or _alias(connection, kind, name, party)
        if heir is None:
            return None
        name = heir
    return None


def _alias(connection: Connection, kind: Kind, name: str, party: str) -> str | None:
    """Return the id that an audience of the party's knows the alias by; what other audiences know stays theirs."""
    alias = tables.alias.c
    rows = connection.execute(select(alias.id, alias.audience).where(alias.alias == name)).all()
    told = ((row, _newest(connection, kind, row.id, party)) for row in rows)
    return next((row.id for row, item in told if item is not None and item.audience.key == row.audience), None)
