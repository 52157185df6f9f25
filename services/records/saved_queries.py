"""Searches kept under a name. Nobody is told of one that is neither theirs nor shared with them: it is as if it were not."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, false, func, insert, or_, select, update

from schemas.base import stable_id
from schemas.codec import encode
from schemas.party import Principal
from schemas.saved import SavedQuery, SavedQueryChange, SavedQueryIn, readers_of, shared_with
from services.records import tables
from services.records.database import Database
from services.records.statements import audit
from streams.errors import Conflict, Forbidden, NotFound

MAX_KEPT: Final = 1_000
"""Searches that one person keeps."""


class SavedQueryRecords:
    """Kept searches; what they ask is checked before they come here."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now

    def create(self, posted: SavedQueryIn, *, by: Principal) -> SavedQuery:
        """Keep a search; Conflict if the owner has one of this name, or a thousand."""
        at = self._now()
        query = SavedQuery(
            **posted.model_dump(),
            id=stable_id("query", by.party, by.name, posted.name),
            party=by.party,
            owner=by.name,
            created_at=at,
            updated_at=at,
        )
        with self._database.writing() as connection:
            if _body(connection, tables.saved_query.c.id == query.id):
                raise Conflict(f"you keep a search under the name {query.name!r}; change it or choose another name")
            if connection.execute(select(func.count()).where(_own(by))).scalar_one() >= MAX_KEPT:
                raise Conflict(f"you keep {MAX_KEPT} searches; delete one first")
            row = {"id": query.id, "party": query.party, "owner": query.owner, "name": query.name}
            connection.execute(insert(tables.saved_query).values(**row, body=encode(query).decode()))
            _share(connection, query)
            audit(connection, at, by, "query.create", query.id)
        return query

    def change(self, query_id: str, posted: SavedQueryChange, *, by: Principal) -> SavedQuery:
        """Let the owner's search ask and be shared as posted; NotFound for one that is not seen, Forbidden for another's."""
        with self._database.writing() as connection:
            held = _owned(connection, query_id, by)
            query = held.model_copy(update={**dict(posted), "updated_at": self._now()})
            mine = tables.saved_query.c.id == query_id
            connection.execute(update(tables.saved_query).where(mine).values(body=encode(query).decode()))
            _unshare(connection, query_id)
            _share(connection, query)
            audit(connection, self._now(), by, "query.change", query_id)
        return query

    def delete(self, query_id: str, *, by: Principal) -> None:
        """Forget the owner's search; NotFound for one that is not seen, Forbidden for another's."""
        with self._database.writing() as connection:
            _owned(connection, query_id, by)
            connection.execute(delete(tables.saved_query).where(tables.saved_query.c.id == query_id))
            _unshare(connection, query_id)
            audit(connection, self._now(), by, "query.delete", query_id)

    def all(self, *, by: Principal) -> list[SavedQuery]:
        """Return the searches that are one's own or shared with one, by name."""
        query = select(tables.saved_query.c.body).where(_visible(by))
        ordered = query.order_by(tables.saved_query.c.name, tables.saved_query.c.id)
        with self._database.reading() as connection:
            return [SavedQuery.model_validate_json(body) for body in connection.execute(ordered).scalars()]

    def get(self, query_id: str, *, by: Principal) -> SavedQuery:
        """Return a search; NotFound also for one that is not to be seen."""
        with self._database.reading() as connection:
            return _seen(connection, query_id, by)


def _own(by: Principal) -> ColumnElement[bool]:
    if by.token_id is None:  # the public has no name to own anything under
        return false()
    return (tables.saved_query.c.party == by.party) & (tables.saved_query.c.owner == by.name)


def _visible(by: Principal) -> ColumnElement[bool]:
    shared = select(tables.saved_query_reader.c.query_id).where(
        tables.saved_query_reader.c.reader.in_(readers_of(by.party))
    )
    return or_(_own(by), tables.saved_query.c.id.in_(shared))


def _body(connection: Connection, condition: ColumnElement[bool]) -> str | None:
    return connection.execute(select(tables.saved_query.c.body).where(condition)).scalar()


def _seen(connection: Connection, query_id: str, by: Principal) -> SavedQuery:
    body = _body(connection, (tables.saved_query.c.id == query_id) & _visible(by))
    if body is None:
        raise NotFound(f"there is no saved search {query_id}")
    return SavedQuery.model_validate_json(body)


def _owned(connection: Connection, query_id: str, by: Principal) -> SavedQuery:
    query = _seen(connection, query_id, by)
    if (query.party, query.owner) != (by.party, by.name):
        raise Forbidden(f"the saved search {query.name!r} is {query.owner}'s of {query.party}; keep one of your own")
    return query


def _share(connection: Connection, query: SavedQuery) -> None:
    rows = [{"query_id": query.id, "reader": one} for one in shared_with(query.marking, party=query.party)]
    if rows:
        connection.execute(insert(tables.saved_query_reader), rows)


def _unshare(connection: Connection, query_id: str) -> None:
    connection.execute(delete(tables.saved_query_reader).where(tables.saved_query_reader.c.query_id == query_id))
