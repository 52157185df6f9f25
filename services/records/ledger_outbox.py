"""What the records have to tell the log: kept in the transaction that decides it, carried over afterwards, in order."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, delete, insert, select

from schemas.base import Keyed
from schemas.codec import decode, encode, type_of
from schemas.topics import Topic, topic_named
from services.records import tables
from services.records.database import Database
from streams.ports import EventLog, Outgoing

TELLING = "rule-versions"
"""One transaction at a time tells the ledger something: the numbers of the rows are then the order of the commits."""

RELAY = "relay"


class LedgerOutbox:
    """Nothing is written to database and log by two writes: what is decided counts when the ledger has it."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database, self._log = database, log

    @contextmanager
    def telling(self) -> Iterator[Connection]:
        """Give a transaction whose `enqueue`d items stand in the log once the block has ended well.

        Unavailable when the log cannot be reached: what was decided stands, and is carried over by a later `relay`.
        """
        with self._database.exclusive(TELLING) as connection:
            yield connection
        self.relay()

    def relay(self) -> None:
        """Append what waits to the log, in order, then forget it; after a crash some of it comes twice.

        One at a time, in all processes: of two the slower would append an earlier version behind a later one.
        """
        outbox = tables.ledger_outbox
        with self._database.reading() as connection:
            if connection.execute(select(outbox.c.number).limit(1)).first() is None:
                return
        with self._database.exclusive(RELAY) as connection:
            rows = connection.execute(select(outbox).order_by(outbox.c.number)).all()
            if rows:
                self._log.append([Outgoing(topic_named(row.topic), decode(row.type, row.value)) for row in rows])
                connection.execute(delete(outbox).where(outbox.c.number <= rows[-1].number))


def enqueue(connection: Connection, topic: Topic, item: Keyed) -> None:
    """Keep what is to be appended, in a transaction of `LedgerOutbox.telling`."""
    row = {"topic": topic.name, "type": type_of(item), "value": encode(item)}
    connection.execute(insert(tables.ledger_outbox).values(**row))
