"""How it goes with each source, and by what its items are known again."""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select, update

from schemas.party import Principal
from services.records import tables
from services.records.database import Database
from services.records.statements import audit, insert_new, moment, ms, upsert
from services.sources.fetch import Validators
from services.sources.harvest import Harvest
from services.sources.state import SourceState

MAX_KEYS: Final = 100_000
"""By how many keys the items of one source are known again; the oldest are forgotten, those of one look together."""

_AT_ONCE: Final = 500
"""Values of one query: databases bound how many there may be."""

MAX_ERROR_LETTERS: Final = 500


class SourceRecords:
    """States of sources by id, made when a source is first switched on or reached."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def states(self) -> dict[str, SourceState]:
        """Return what is remembered, by id."""
        with self._database.reading() as connection:
            return {row.id: _state_of(row) for row in connection.execute(select(tables.source))}

    def due(self, *, at: datetime) -> list[SourceState]:
        """Return the sources that are switched on and to be looked at, the longest overdue first."""
        source = tables.source.c
        query = select(tables.source).where(source.enabled, source.due_at <= ms(at)).order_by(source.due_at, source.id)
        with self._database.reading() as connection:
            return [_state_of(row) for row in connection.execute(query)]

    def enable(self, source_id: str, *, by: Principal) -> None:
        """Switch a source on, due at once; what was remembered stays. Nothing changes where it is on already."""
        at = ms(self._now())
        changes = {"enabled": True, "enabled_at": at, "due_at": at, "failures": 0, "last_error": None}
        self._switch(source_id, changes, by=by, action="source.enable")

    def disable(self, source_id: str, *, by: Principal) -> None:
        """Switch a source off. Nothing changes where it is off already."""
        self._switch(source_id, {"enabled": False, "due_at": None}, by=by, action="source.disable")

    def note_verified(self, source_id: str) -> None:
        """Note that a source was reached."""
        with self._database.writing() as connection:
            _change(connection, source_id, {"verified_at": ms(self._now())})

    def note_failure(self, source_id: str, error: str, *, due_at: datetime) -> None:
        """Note a look that failed."""
        changes = {
            "last_attempt_at": ms(self._now()),
            "last_error": error[:MAX_ERROR_LETTERS].encode("utf-8", "replace").decode().replace("\0", ""),
            "failures": tables.source.c.failures + 1,
            "due_at": ms(due_at),
        }
        with self._database.writing() as connection:
            _change(connection, source_id, changes)

    def note_success(
        self, source_id: str, harvest: Harvest, *, keys: Mapping[str, str], new: int, due_at: datetime
    ) -> None:
        """Note a look that ended well: how many items were new, and by which keys they are known again."""
        at = ms(self._now())
        changes: dict[str, Any] = {
            "etag": harvest.validators.etag,
            "last_modified": harvest.validators.last_modified,
            "digest": harvest.digest,
            "verified_at": at,
            "last_attempt_at": at,
            "last_success_at": at,
            "last_error": None,
            "failures": 0,
            "due_at": ms(due_at),
        }
        if harvest.items is not None:
            changes["entries"] = len(harvest.items)
        if new:
            changes |= {"last_item_at": at, "items_seen": tables.source.c.items_seen + new}
        rows = [{"source": source_id, "key": key, "native_id": name, "seen_at": at} for key, name in keys.items()]
        with self._database.writing() as connection:
            upsert(connection, tables.source_item, rows)
            _change(connection, source_id, changes)
            if rows:
                _forget_oldest(connection, source_id, at)

    def held(self, source_id: str, keys: Collection[str]) -> dict[str, str]:
        """Return those of the keys that are known, with the id that the item goes by."""
        item = tables.source_item.c
        query = select(item.key, item.native_id).where(item.source == source_id)
        found: dict[str, str] = {}
        with self._database.reading() as connection:
            for some in _parts(keys):
                found |= {row.key: row.native_id for row in connection.execute(query.where(item.key.in_(some)))}
        return found

    def _switch(self, source_id: str, changes: Mapping[str, Any], *, by: Principal, action: str) -> None:
        source = tables.source.c
        with self._database.writing() as connection:
            insert_new(connection, tables.source, [_NEW | {"id": source_id}])
            is_new = (source.id == source_id) & (source.enabled != changes["enabled"])
            if connection.execute(update(tables.source).where(is_new).values(**changes)).rowcount:
                audit(connection, self._now(), by, action, source_id)


_NEW: Final = {"enabled": False, "failures": 0, "items_seen": 0}


def _change(connection: Connection, source_id: str, changes: Mapping[str, Any]) -> None:
    insert_new(connection, tables.source, [_NEW | {"id": source_id}])
    connection.execute(update(tables.source).where(tables.source.c.id == source_id).values(**changes))


def _forget_oldest(connection: Connection, source_id: str, at: int) -> None:
    """Forget the keys beyond `MAX_KEYS`, by when they were last taken."""
    item = tables.source_item.c
    mine = item.source == source_id
    if (connection.execute(select(func.count()).where(mine)).scalar() or 0) <= MAX_KEYS:
        return
    newest = select(item.seen_at).where(mine).order_by(item.seen_at.desc()).offset(MAX_KEYS).limit(1)
    bound = connection.execute(newest).scalar()
    connection.execute(delete(tables.source_item).where(mine, item.seen_at <= bound, item.seen_at < at))


def _parts(keys: Iterable[str]) -> list[list[str]]:
    listed = list(keys)
    return [listed[start : start + _AT_ONCE] for start in range(0, len(listed), _AT_ONCE)]


def _state_of(row: Row[Any]) -> SourceState:
    def at(stored: int | None) -> datetime | None:
        return None if stored is None else moment(stored)

    return SourceState(
        source_id=row.id,
        enabled=row.enabled,
        enabled_at=at(row.enabled_at),
        validators=Validators(row.etag, row.last_modified),
        digest=row.digest,
        verified_at=at(row.verified_at),
        last_attempt_at=at(row.last_attempt_at),
        last_success_at=at(row.last_success_at),
        last_item_at=at(row.last_item_at),
        last_error=row.last_error,
        failures=row.failures,
        entries=row.entries,
        items_seen=row.items_seen,
        due_at=at(row.due_at),
    )
