"""Small facts an installation remembers of itself: which history pack it has."""

from sqlalchemy import select

from services.records import tables
from services.records.database import Database
from services.records.statements import raise_mark, upsert


class MarkRecords:
    """Numbers by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, name: str) -> int | None:
        """Return the number, or null."""
        with self._database.reading() as connection:
            return connection.execute(select(tables.mark.c.value).where(tables.mark.c.name == name)).scalar()

    def put(self, name: str, value: int) -> None:
        """Set the number."""
        with self._database.writing() as connection:
            upsert(connection, tables.mark, [{"name": name, "value": value}])

    def raise_to(self, name: str, value: int) -> int:
        """Set the number unless it is larger already; return what it is, also when several processes do it at once."""
        with self._database.writing() as connection:
            raise_mark(connection, name, value)
            kept: int = connection.execute(select(tables.mark.c.value).where(tables.mark.c.name == name)).scalar_one()
            return kept
