"""Opens a database: engine, pragmas, and migrations to the newest schema."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import PoolProxiedConnection

from streams.errors import ConfigError, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 10_000


class Database:
    """One database of ours, `log` or `records`. In SQLite one writer at a time, each commit synced to disk."""

    def __init__(self, url: str, *, schema: str) -> None:
        self.engine = _engine(url)
        self.schema = schema
        self._writing = Lock()
        self._looking_up = Lock()
        self._looker: PoolProxiedConnection | None = None

    def migrate(self) -> None:
        """Bring the schema up to date; ConfigError if it was written by a later version or cannot be written."""
        folder = MIGRATIONS / self.schema
        known = sorted(path.stem for path in folder.glob("[0-9]*.py"))
        try:
            with self.engine.connect() as connection:
                if inspect(connection).has_table("alembic_version"):
                    at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
                    if at not in known:
                        raise ConfigError(f"a later version of Tocsin wrote the {self.schema} database; run that one")
                    if at == known[-1]:
                        return
            _upgrade(self.engine, folder)
        except DBAPIError as exc:  # also a file that is no database
            raise ConfigError(f"cannot open the {self.schema} database: {exc.orig}") from exc

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reads of committed data."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a write transaction, committed and synced at the end, rolled back on any error."""
        with _translated(), self._writing, self.engine.begin() as connection:
            yield connection

    def look_up(self, query: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """Return the first row of a query in the database's own words, over one connection kept for it.

        For what is asked for each record: SQLAlchemy's pool and compiler would cost four times the query.
        """
        with self._looking_up, _translated():
            if self._looker is None:
                self._looker = self.engine.raw_connection()
            found: tuple[Any, ...] | None = self._looker.cursor().execute(query, values).fetchone()
            return found

    def close(self) -> None:
        """Close all connections."""
        with self._looking_up:
            if self._looker is not None:
                self._looker.close()
        self.engine.dispose()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as exc:
        raise Unavailable(f"the database does not answer: {exc}") from exc
    except OperationalError as exc:
        raise Unavailable(f"the database does not answer: {exc.orig}") from exc
    except DBAPIError as exc:
        if exc.connection_invalidated:
            raise Unavailable(f"the database went away: {exc.orig}") from exc
        raise


def _engine(url: str) -> Engine:
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - SQLAlchemy's pool record
    connection.isolation_level = None  # transactions begin where we say, not where the driver guesses
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA temp_store=MEMORY")
    connection.execute("PRAGMA cache_size=-32000")
    connection.execute("PRAGMA wal_autocheckpoint=16000")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _upgrade(engine: Engine, folder: Path) -> None:
    from alembic import command  # noqa: PLC0415 - 355 ms of import that only a schema change needs
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(folder))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
