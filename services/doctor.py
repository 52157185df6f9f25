"""`tocsin doctor`: looks at all that an installation needs, each apart, and says what to do."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import func, select

from schemas.alert import DeliveryState
from services.clock import utc_now
from services.folder import Folder
from services.node import Node
from services.records import tables
from services.records.database import Database
from services.records.sources import SourceRecords
from services.records.statements import moment, ms
from services.settings import Settings
from services.sources.catalogue import load_catalogue
from services.sources.state import Health, health_of
from services.ticking import LAST_TICK
from streams.errors import ConfigError, TocsinError, Unavailable
from streams.pipeline import PIPELINE
from streams.stage import Step

OK, WRONG, UNKNOWN = "ok", "wrong", "unknown"
LEAST_FREE_BYTES = 1_000_000_000
MOST_APART = timedelta(seconds=5)
OVERDUE = timedelta(minutes=10)
SILENT_TICKS = 3


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: `ok`, `wrong` (and what to do), or `unknown` (because something else is away)."""

    name: str
    state: str
    told: str
    advice: str = ""


ILL: Final = frozenset({Health.FAILING, Health.LATE, Health.EMPTY})

Check = Callable[[], Finding]


def examine(settings: Settings) -> list[dict[str, Any]]:
    """Return the findings, in the order in which they are to be mended."""
    checks = _shared(settings) if settings.is_distributed else _embedded(settings)
    return [asdict(finding) for finding in checks]


def _embedded(settings: Settings) -> Iterator[Finding]:
    folder = Folder(settings.data_dir.resolve())
    yield _disk(folder)
    if not folder.log.exists():
        yield Finding("folder", WRONG, f"there is no Tocsin data in {folder.path}", "start `tocsin run` on it")
        return
    running = folder.server()
    yield Finding("server", OK, f"runs on {running}" if running else "does not run on this folder")
    with closing(Database(f"sqlite:///{folder.records}", schema="records")) as records:
        yield _guarded("database", lambda: _migrated(records))
        if running:
            yield _guarded("ticks", lambda: _ticks(records, settings))
            yield _guarded("sources", lambda: _sources(records, settings))
        yield _guarded("deliveries", lambda: _deliveries(records))
        yield _guarded("channels", lambda: _channels(records))


def _shared(settings: Settings) -> Iterator[Finding]:
    from services.wiring import open_shared  # noqa: PLC0415 - clients that embedded mode does without

    yield _disk(Folder(settings.data_dir.resolve()))
    try:
        node = open_shared(settings)
    except ConfigError as exc:
        yield Finding("settings", WRONG, str(exc), "mend the setting that it names")
        return
    yield Finding("settings", OK, "complete and safe, or said to be allowed otherwise")
    with closing(node):
        yield _guarded("topics", lambda: _topics(settings))
        for step in PIPELINE:
            yield _guarded(f"step {step.name}", partial(_step, node, step))
        yield _guarded("index", lambda: _index(node))
        yield _guarded("database", lambda: _migrated(node.records))
        yield _guarded("clock", lambda: _clock(node.records))
        yield _guarded("ticks", lambda: _ticks(node.records, settings))
        yield _guarded("ledger outbox", lambda: _outbox(node.records))
        yield _guarded("deliveries", lambda: _deliveries(node.records))
        yield _guarded("channels", lambda: _channels(node.records))
        yield _guarded("sources", lambda: _sources(node.records, settings))


def _guarded(name: str, check: Check) -> Finding:
    """Look; what is away keeps only this from being known."""
    try:
        return check()
    except Unavailable as exc:
        return Finding(name, UNKNOWN, str(exc), "start what is away, and look again")
    except TocsinError as exc:
        return Finding(name, WRONG, str(exc), "mend the setting that it names")


def _disk(folder: Folder) -> Finding:
    place = next(path for path in (folder.path, *folder.path.parents) if path.exists())
    free = shutil.disk_usage(place).free
    told = f"{free / 1e9:.1f} GB free at {place}"
    if free < LEAST_FREE_BYTES:
        return Finding("disk", WRONG, told, "make room, or set TOCSIN_DATA_DIR to a larger disk")
    return Finding("disk", OK, told)


def _topics(settings: Settings) -> Finding:
    from services.adapters.kafka_admin import missing  # noqa: PLC0415
    from services.wiring import broker_of, changelogs  # noqa: PLC0415

    absent = missing(broker_of(settings), changelogs())
    if absent:
        return Finding("topics", WRONG, f"not there: {', '.join(absent)}", "start a worker or an API: it makes them")
    return Finding("topics", OK, f"all there, under {settings.space!r}")


def _step(node: Node, step: Step) -> Finding:
    from services.adapters.kafka_log import KafkaLog  # noqa: PLC0415

    assert isinstance(node.log, KafkaLog)
    members = node.log.members(step.name)
    lag, name = node.log.lag(step.source, step.name), f"step {step.name}"
    told = f"{members} at work, {lag} records to take"
    if not members:
        return Finding(name, WRONG, told, "start `tocsin worker`")
    if lag > node.settings.ready_lag_records:
        return Finding(name, WRONG, told, "start more workers, or look in their logs for step_unavailable")
    return Finding(name, OK, told)


def _index(node: Node) -> Finding:
    from services.adapters.elastic_index import ElasticIndex  # noqa: PLC0415

    assert isinstance(node.index, ElasticIndex)
    lacking = node.index.missing()
    if lacking:
        return Finding("index", WRONG, lacking, "start Elasticsearch; a worker or an API makes the index")
    behind = node.index.written()
    if len(behind) > 1:
        return Finding(
            "index", WRONG, f"{len(behind)} are written", "if no `tocsin reindex` runs, run it again: it tidies"
        )
    return Finding("index", OK, f"{behind[0]} answers")


def _migrated(records: Database) -> Finding:
    lacking = records.missing()
    if lacking:
        return Finding("database", WRONG, lacking, "start PostgreSQL; a worker or an API makes the tables")
    return Finding("database", OK, "answers, and has its tables")


def _clock(records: Database) -> Finding:
    with records.reading() as connection:
        theirs = connection.execute(select(func.now())).scalar_one()
    apart = abs(utc_now() - theirs)
    told = f"{apart.total_seconds():.1f} s from the database's"
    return (
        Finding("clock", OK, told) if apart <= MOST_APART else Finding("clock", WRONG, told, "let NTP set both clocks")
    )


def _ticks(records: Database, settings: Settings) -> Finding:
    with records.reading() as connection:
        query = select(tables.mark.c.value).where(tables.mark.c.name == LAST_TICK)
        last = connection.execute(query).scalar()
    age = None if last is None else utc_now() - moment(last)
    told = "the ledger was never told the time" if age is None else f"the last {age.total_seconds():.0f} s ago"
    if age is None or age > timedelta(seconds=SILENT_TICKS * settings.tick_seconds + 1):
        return Finding("ticks", WRONG, told, "start `tocsin worker` (or `tocsin run`): one of them tells the time")
    return Finding("ticks", OK, told)


def _outbox(records: Database) -> Finding:
    with records.reading() as connection:
        waiting = connection.execute(select(func.count()).select_from(tables.ledger_outbox)).scalar_one()
    told = f"{waiting} changes wait for the ledger"
    return Finding(
        "ledger outbox", OK if not waiting else WRONG, told, "" if not waiting else "start a worker: it brings them"
    )


def _deliveries(records: Database) -> Finding:
    delivery = tables.delivery.c
    late = (delivery.state == DeliveryState.DUE) & (delivery.due_at < ms(utc_now() - OVERDUE))
    with records.reading() as connection:
        overdue = connection.execute(select(func.count()).select_from(tables.delivery).where(late)).scalar_one()
    told = f"{overdue} overdue by more than {OVERDUE.seconds // 60} minutes"
    advice = "start `tocsin dispatch`; see whether their channels are paused"
    return Finding("deliveries", WRONG if overdue else OK, told, advice if overdue else "")


def _channels(records: Database) -> Finding:
    with records.reading() as connection:
        paused = (
            connection.execute(select(tables.channel.c.title).where(tables.channel.c.state == "paused")).scalars().all()
        )
    told = f"paused: {', '.join(paused)}" if paused else "none is paused"
    advice = "their receivers refused us; make new ones with the right secret"
    return Finding("channels", WRONG if paused else OK, told, advice if paused else "")


def _sources(records: Database, settings: Settings) -> Finding:
    catalogue = load_catalogue(settings.sources.file)
    states = [one for one in SourceRecords(records, now=utc_now).states().values() if one.enabled]
    known = [
        (one.source_id, health_of(catalogue[one.source_id], one, at=utc_now()))
        for one in states
        if one.source_id in catalogue
    ]
    ill = [f"{source_id} ({health})" for source_id, health in known if health in ILL]
    told = (
        f"{len(ill)} of {len(known)} that are on: {', '.join(ill[:5])}"
        if ill
        else f"{len(known)} are on, and none fails"
    )
    return Finding("sources", WRONG if ill else OK, told, "`tocsin sources list` says why" if ill else "")
