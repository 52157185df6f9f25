"""`tocsin restore`: a backup into a new folder, or up into distributed mode; whatever was told stays told, under its number."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Table, func, insert, select

from schemas.base import Keyed
from schemas.codec import decode
from schemas.topics import DEAD, HITS, LEDGER, RAW, REFERENCE, Topic, partition_of
from services.adapters.kafka_log import KafkaLog
from services.adapters.sqlite_log import SqliteLog
from services.backup import KEY, unpack
from services.folder import Folder
from services.node import Node
from services.prepare import prepare
from services.rebuild import rebuild
from services.records import tables
from services.records.database import Database
from services.records.statements import restart_numbers
from services.secrets import Seal
from services.settings import Settings
from services.wiring import open_shared
from streams.errors import ConfigError, Conflict
from streams.pipeline import PIPELINE
from streams.ports import Outgoing, Put
from streams.stages.alert import Rung

PAGE = 1_000
MADE_AGAIN = frozenset({tables.cursor.name})
"""Where sinks stand in topics that are made anew from the ledger."""

NUMBERED = (tables.ledger_outbox, tables.audit)


def restore(settings: Settings, file: Path, *, say: Callable[[str], None]) -> None:
    """Put a backup where the settings say; Conflict where there is something already."""
    if settings.is_distributed:
        _move_up(settings, file, say)
        return
    folder = Folder(settings.data_dir.resolve())
    if folder.log.exists():
        raise Conflict(f"{folder.path} holds an installation; name a new folder with --data-dir")
    folder.path.mkdir(parents=True, exist_ok=True)
    unpack(file, folder.path)
    rebuild(settings, say=say)


def _move_up(settings: Settings, file: Path, say: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory() as place:
        unpack(file, Path(place))
        log, held = SqliteLog(Path(place) / "log.db"), Database(f"sqlite:///{place}/records.db", schema="records")
        held.migrate()
        node = open_shared(settings)
        try:
            prepare(node.parts, node.stopping)
            target = node.log
            assert isinstance(target, KafkaLog)
            _refuse_unless_new(node, target)
            seals = Seal((Path(place) / KEY).read_text().strip()), Seal(settings.secret_key.get_secret_value())
            _records(held, node.records, seals, say)
            _log(log, held, target, say)
        finally:
            node.close()
            held.close()
            log.close()
    say("restored; start the workers, and they make claims, projections and the index from the ledger")


def _refuse_unless_new(node: Node, log: KafkaLog) -> None:
    if log.end(LEDGER):
        raise Conflict(f"the ledger of {node.settings.space!r} is not empty; name another TOCSIN_SPACE and database")
    if node.access.tokens() or node.history.last_sequence("base"):
        raise Conflict("the database holds an installation; name a new one in TOCSIN_DATABASE__URL")
    running = [step.name for step in PIPELINE if log.members(step.name)]
    if running:
        raise Conflict(f"workers run {', '.join(running)}; stop them, restore, and start them again")


def _records(held: Database, target: Database, seals: tuple[Seal, Seal], say: Callable[[str], None]) -> None:
    """Copy all tables in one transaction; secrets are sealed anew under the key that all processes share."""
    with held.reading() as source, target.writing() as connection:
        for table in tables.metadata.sorted_tables:
            if table.name in MADE_AGAIN:
                continue
            say(f"{table.name}: {source.execute(select(func.count()).select_from(table)).scalar()} rows")
            for rows in source.execute(select(table)).mappings().partitions(PAGE):
                connection.execute(insert(table), [_sealed_anew(table, dict(row), seals) for row in rows])
        for table in NUMBERED:
            restart_numbers(connection, table)


def _sealed_anew(table: Table, row: dict[str, object], seals: tuple[Seal, Seal]) -> dict[str, object]:
    if table is not tables.channel:
        return row
    return {**row, "sealed_secret": seals[1].close(seals[0].open(str(row["sealed_secret"])))}


def _log(log: SqliteLog, held: Database, target: KafkaLog, say: Callable[[str], None]) -> None:
    """Append what cannot be made again: the ledger last, because all else must be there when it is read."""
    _append(target, REFERENCE, _items(log, REFERENCE), say)
    _append(target, DEAD, _items(log, DEAD), say)
    target.commit(DEAD, "replay", sum(1 for _ in _items(log, DEAD, until=log.committed(DEAD, "replay"))))
    kept = _rung(log, held)
    say(f"alert: {len(kept)} states")
    target.keep_states("alert", [(partition_of(HITS, put.key), put) for put in kept])
    _append(target, LEDGER, _items(log, LEDGER), say)
    if target.end(LEDGER) != log.end(LEDGER):
        raise ConfigError("the ledger did not come out as it was; restore into a new TOCSIN_SPACE")
    _append(target, RAW, _items(log, RAW, after=log.committed(RAW, PIPELINE[0].name)), say)


def _rung(log: SqliteLog, held: Database) -> list[Put]:
    """Return for what rules have rung, as far as the alert is among the records; else it rings when it is made again."""
    with held.reading() as connection:
        known = {row.id for row in connection.execute(select(tables.alert.c.id))}
    kept = []
    for key, value in log.scan("alert"):
        body = value.partition(b" ")[2]
        if Rung.model_validate_json(body).alert_id in known:
            kept.append(Put("alert", key, b"0 " + body))
    return kept


def _append(target: KafkaLog, topic: Topic, items: Iterator[Keyed], say: Callable[[str], None]) -> None:
    count, batch = 0, list[Outgoing]()
    for item in items:
        batch.append(Outgoing(topic, item))
        if len(batch) == PAGE:
            target.append(batch)
            count, batch = count + len(batch), []
    if batch:
        target.append(batch)
    say(f"{topic}: {count + len(batch)} records")


def _items(log: SqliteLog, topic: Topic, *, after: int = 0, until: int | None = None) -> Iterator[Keyed]:
    while records := log.after(topic, after, limit=PAGE):
        for record in records:
            if until is not None and record.position > until:
                return
            yield decode(record.type, record.value)
        after = records[-1].position
