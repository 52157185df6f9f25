"""Opens a database: engine, pragmas, and migrations to the newest schema."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import PoolProxiedConnection

from streams.errors import ConfigError, Unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 10_000
STATEMENT_TIMEOUT_MS = 30_000
CONNECT_TIMEOUT_SECONDS = 3
POOL_SIZE = 16
UNDEFINED_TABLE = "42P01"
"""PostgreSQL's code for a table that is not there."""

POOL_TIMEOUT_SECONDS = 5


class Database:
    """One database of ours, `log` or `records`. Making one opens nothing.

    In SQLite one writer at a time, each commit synced to disk. In PostgreSQL writers run side by side, in several processes,
    and what must not is `exclusive`. Every wait is bounded.
    """

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
        if self.is_shared:
            with self.exclusive("migrate") as connection:
                self._bring_up(connection, folder, known)
            return
        try:
            with self.engine.begin() as connection:
                self._bring_up(connection, folder, known)
        except DBAPIError as exc:  # also a file that is no database
            raise ConfigError(f"cannot open the {self.schema} database: {exc.orig}") from exc

    def _bring_up(self, connection: Connection, folder: Path, known: list[str]) -> None:
        if inspect(connection).has_table("alembic_version"):
            at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            if at not in known:
                raise ConfigError(f"a later version of Tocsin wrote the {self.schema} database; run that one")
            if at == known[-1]:
                return
        _upgrade(connection, folder)

    def missing(self) -> str | None:
        """Return what keeps the database from answering, if anything does."""
        try:
            with self.reading() as connection:
                if not inspect(connection).has_table("alembic_version"):
                    return "the tables have not been made"
        except Unavailable as exc:
            return str(exc)
        return None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection for reads of committed data."""
        with _translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection in a write transaction, committed and synced at the end, rolled back on any error."""
        one_at_a_time = nullcontext() if self.is_shared else self._writing
        with _translated(), one_at_a_time, self.engine.begin() as connection:
            yield connection

    @contextmanager
    def exclusive(self, name: str) -> Iterator[Connection]:
        """Give a connection in a write transaction that no other process has under this name."""
        with self.writing() as connection:
            if self.is_shared:
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"tocsin {name}"))))
            yield connection

    @property
    def is_shared(self) -> bool:
        """Whether other processes write to it too."""
        return self.engine.dialect.name == "postgresql"

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
    except PoolTimeout as exc:
        raise Unavailable("the database has no connection free; too many ask at once") from exc
    except DBAPIError as exc:
        if getattr(exc.orig, "sqlstate", None) == UNDEFINED_TABLE:
            raise Unavailable(
                "the database has no tables yet; they are made when all that Tocsin needs is there"
            ) from exc
        if exc.connection_invalidated:
            raise Unavailable(f"the database went away: {exc.orig}") from exc
        raise


def _engine(url: str) -> Engine:
    if url.startswith("postgresql"):
        return _shared_engine(url)
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _shared_engine(url: str) -> Engine:
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=POOL_SIZE,
            max_overflow=POOL_SIZE,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT_SECONDS,
                "options": f"-c lock_timeout={BUSY_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS} "
                f"-c idle_in_transaction_session_timeout={STATEMENT_TIMEOUT_MS}",
            },
        )
    except ArgumentError as exc:
        raise ConfigError("TOCSIN_DATABASE__URL cannot be read as the address of a database") from exc


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


def _upgrade(connection: Connection, folder: Path) -> None:
    from alembic import command  # noqa: PLC0415 - 355 ms of import that only a schema change needs
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("version_locations", str(folder))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
