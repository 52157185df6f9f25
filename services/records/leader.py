"""One process at a time: a lock of the database that lasts as long as the connection that took it."""

from contextlib import suppress

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from services.records.database import Database
from streams.errors import Unavailable


class Leader:
    """Holds a name among all processes on a shared database, or waits for whoever holds it to go or die."""

    def __init__(self, database: Database, name: str) -> None:
        self._database, self._name = database, f"tocsin leader {name}"
        self._connection: Connection | None = None

    def held(self) -> bool:
        """Tell whether this process leads, having tried to; Unavailable while the database is away."""
        try:
            if self._connection is None:
                self._connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            # Asked for each time: a lock that is held already is given again, and a connection that died gives nothing.
            taken = self._connection.execute(select(func.pg_try_advisory_lock(func.hashtext(self._name)))).scalar()
        except DBAPIError as exc:
            self.release()
            raise Unavailable(f"the database does not answer: {exc.orig}") from exc
        return bool(taken)

    def release(self) -> None:
        """Let others lead."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DBAPIError):
                connection.invalidate()  # the lock goes with the connection, which must not return to the pool
                connection.close()
