"""Puts an installation together, in one folder or over shared servers: the only place that knows which adapter is in use."""

import gc
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from schemas.alert import ChannelKind
from schemas.topics import PROJECTIONS, RAW
from services.adapters.file_channel import FileNotifier
from services.adapters.learned_classifier import LearnedClassifier
from services.adapters.sqlite_log import SqliteLog
from services.adapters.ssrf import Guard
from services.adapters.tantivy_folder import is_outdated
from services.adapters.tantivy_index import TantivyIndex
from services.adapters.tantivy_search import TantivySearch
from services.adapters.webhook import WebhookNotifier
from services.bell import Bell
from services.clock import utc_now
from services.dispatcher import Dispatcher, Sending
from services.folder import Folder, Lock
from services.group_lag import GroupLag
from services.intake import Intake
from services.learning.model import read_model
from services.memory import give_back_large_blocks
from services.node import EmbeddedNode, Node, Part, Progress
from services.pages import OwnPages
from services.records.access import OPERATOR, AccessRecords
from services.records.channels import ChannelRecords
from services.records.database import Database
from services.records.decisions import DecisionRecords
from services.records.history import HistoryRecords
from services.records.ledger_outbox import LedgerOutbox
from services.records.marks import MarkRecords
from services.records.outbox import OutboxRecords
from services.records.rules import RuleRecords
from services.records.saved_queries import SavedQueryRecords
from services.records.sources import SourceRecords
from services.reference import ReferenceBook
from services.remaking import Remaking, forget
from services.safety import refuse_unsafe
from services.search import SearchService
from services.secrets import Seal, key_from
from services.settings import ClassifierKind, Settings
from services.sources.catalogue import load_catalogue
from services.sources.desk import Desk
from services.sources.fetch import Fetcher, Limits
from services.sources.hosts import Hosts
from services.sources.looking import Looking
from services.sources.poller import Poller
from services.suggest import SuggestService, shipped_vocabulary
from streams.broker import Broker
from streams.embedded import Embedded
from streams.errors import ConfigError
from streams.knowledge.load import load
from streams.pipeline import PIPELINE
from streams.ports import Classifier, EventLog, Notifier, Ports, SearchIndex
from streams.query.names import material_names
from streams.stage import Fold
from streams.stages.rule_classifier import RULES

if TYPE_CHECKING:
    from services.adapters.elastic_client import Cluster
    from services.records.leader import Leader
    from streams.agents import Agents

CLOCK, SOURCES = "clock", "sources"
SOURCE_PORTS = (80, 443, 8080, 8443)
"""Where publishers listen; any other port is more likely a service that was not meant for readers."""


def open_node(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> EmbeddedNode:
    """Open (or make) the data folder; ConfigError when it is in use, cannot be written or is from a later version.

    What an earlier version made from the ledger in another format is made again as the pipeline runs.
    """
    folder = Folder(settings.data_dir.resolve())
    lock = folder.lock()
    try:
        return _embedded(settings, folder, lock, now)
    except OSError as exc:
        lock.release()
        raise ConfigError(f"cannot use the data folder {folder.path}: {exc.strerror or exc}") from exc
    except BaseException:
        lock.release()
        raise


def open_shared(settings: Settings, *, now: Callable[[], datetime] = utc_now) -> Node:
    """Return a process's view of the shared servers, whether they answer yet or not; ConfigError for unsafe settings."""
    from services.adapters.elastic_index import ElasticIndex  # noqa: PLC0415 - clients that embedded mode does without
    from services.adapters.kafka_admin import prepare as prepare_topics  # noqa: PLC0415
    from services.adapters.kafka_log import KafkaLog  # noqa: PLC0415

    refuse_unsafe(settings)
    broker = broker_of(settings)
    log, index = KafkaLog(broker), ElasticIndex(cluster_of(settings))
    records = Database(settings.database.url.get_secret_value(), schema="records")
    topics = partial(prepare_topics, broker, replication=settings.kafka.replication, changelogs=changelogs())
    parts = (
        Part("brokers", topics, log.missing),
        Part("database", records.migrate, records.missing),
        Part("index", index.prepare, index.missing),
    )
    groups = GroupLag(log, PIPELINE)
    return Node(
        **_stores(
            settings,
            Folder(settings.data_dir.resolve()),
            log=log,
            index=index,
            records=records,
            progress=groups,
            now=now,
        ),
        parts=parts,
        closers=(index.close, log.close, records.close),
    )


def open_for_reading(settings: Settings) -> tuple[OwnPages, Callable[[], None]]:
    """Return pages of an embedded folder that another process has, and what goes on to its index's newest state."""
    folder = Folder(settings.data_dir.resolve())
    index = TantivySearch(folder.index)
    history = HistoryRecords(Database(f"sqlite:///{folder.records}", schema="records"), now=utc_now)
    seal = Seal(key_from(folder.path, settings.secret_key.get_secret_value()))
    search = SearchService(index, history, seal, now=utc_now, names=material_names(load()))
    return OwnPages(search, settings.base_url), index.refresh


def agents_of(node: Node, *, on_failure: Callable[..., None]) -> "Agents":
    """Return the pipeline's steps as this worker is to run them; ConfigError for a step that is none."""
    from services.adapters.kafka_connection import tls_of  # noqa: PLC0415 - only a worker needs the stream clients
    from services.slot import name_in, own_slot  # noqa: PLC0415
    from streams.agents import Agents, Load  # noqa: PLC0415
    from streams.clients import Place  # noqa: PLC0415

    chosen, broker = node.settings.worker.steps, broker_of(node.settings)
    unknown = set(chosen) - {step.name for step in PIPELINE}
    if unknown:
        raise ConfigError(f"TOCSIN_WORKER__STEPS: there is no step {', '.join(sorted(unknown))}")
    worker = node.settings.worker
    calm_collector()
    slot = own_slot(node.folder.path / "worker")
    return Agents(
        [step for step in PIPELINE if not chosen or step.name in chosen],
        Place(broker, slot, tls_of(broker), member=name_in(slot)),
        ports=Ports(index=node.index, history=node.history, outbox=node.outbox),
        references=ReferenceBook(node.log, load(), classifier_of(node.settings)).at,
        load=Load(batch=worker.batch_records, stall_seconds=worker.stall_seconds),
        on_failure=on_failure,
    )


def classifier_of(settings: Settings) -> Classifier:
    """Return who judges; ConfigError where it is to be learned and nothing has been."""
    if settings.classifier is ClassifierKind.RULES:
        return RULES
    return LearnedClassifier(read_model(Folder(settings.data_dir.resolve()).classifier))


@contextmanager
def ledger_of(settings: Settings) -> Iterator[EventLog | None]:
    """Give the log to be read from, whether a server runs on it or not; null where there is no data folder yet."""
    if settings.is_distributed:
        node = open_shared(settings)
        with closing(node):
            yield node.log
        return
    folder = Folder(settings.data_dir.resolve())
    if not folder.log.exists():
        yield None
        return
    with closing(SqliteLog(folder.log)) as log:
        yield log


def leader_of(node: Node, name: str) -> "Leader":
    """Return who decides which of the processes does what only one may do: `CLOCK` tells the ledger the time, `SOURCES` listens."""
    from services.records.leader import Leader  # noqa: PLC0415 - shared databases only

    return Leader(node.records, name)


def fetcher_of(settings: Settings, hosts: Hosts) -> Fetcher:
    """Return what gets documents of sources; what is said in public is also asked for in the clear."""
    sources = settings.sources
    guard = Guard(sources.allowed_hosts, schemes=("https", "http"), ports=SOURCE_PORTS)
    limits = Limits(sources.total_seconds, sources.read_seconds, sources.max_bytes)
    return Fetcher(guard, hosts, limits)


def broker_of(settings: Settings) -> Broker:
    """Return the brokers that the settings name."""
    kafka = settings.kafka
    return Broker(
        bootstrap=kafka.bootstrap,
        space=settings.space,
        security=kafka.security,
        mechanism=kafka.mechanism,
        username=kafka.username,
        password=kafka.password.get_secret_value(),
        ca_file=kafka.ca_file,
        cert_file=kafka.cert_file,
        key_file=kafka.key_file,
    )


def cluster_of(settings: Settings) -> "Cluster":
    """Return the search cluster that the settings name."""
    from services.adapters.elastic_client import Cluster  # noqa: PLC0415 - a heavy client

    elastic = settings.elastic
    return Cluster(
        url=elastic.url,
        prefix=settings.space,
        api_key=elastic.api_key.get_secret_value(),
        ca_file=elastic.ca_file,
        replicas=elastic.replicas,
        refresh_seconds=elastic.refresh_seconds,
    )


def changelogs() -> list[tuple[str, int]]:
    """Return the folds whose states need a changelog, with its partitions."""
    return [(step.name, step.source.partitions) for step in PIPELINE if isinstance(step, Fold)]


def prepare_to_fork() -> None:
    """Load what all processes of an embedded installation know, so that they share it."""
    material_names(load())
    calm_collector()


def calm_collector() -> None:
    """Let the garbage collector pass less often: frozen records have no cycles, and the knowledge base never goes.

    Measured on 3,000 signals: a fifth of the pipeline's time went into passes that found nothing. A first threshold of 50,000
    leaves 3 % of it and one of 200,000 1 %.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


def _embedded(settings: Settings, folder: Folder, lock: Lock, now: Callable[[], datetime]) -> EmbeddedNode:
    classifier = classifier_of(settings)
    log = SqliteLog(folder.log)
    records = Database(f"sqlite:///{folder.records}", schema="records")
    records.migrate()
    index = _index_in(folder, log)
    waker = _Waker()
    stores = _stores(settings, folder, log=log, index=index, records=records, progress=waker, now=now)
    stores["ledger_outbox"].relay()
    waker.pipeline = pipeline = Embedded(
        PIPELINE,
        log,
        ports=Ports(index=index, history=stores["history"], outbox=stores["outbox"]),
        references=ReferenceBook(log, load(), classifier).at,
    )
    remaking = Remaking(log)
    calm_collector()
    return EmbeddedNode(
        **stores,
        parts=(Part("index", lambda: None, lambda: remaking.missing() if index.ready() else "does not answer"),),
        closers=(index.close, log.close, records.close, lock.release),
        on_stop=[pipeline.stop],
        pipeline=pipeline,
        remaking=remaking,
        lock=lock,
        index_state=index.state,
    )


def _index_in(folder: Folder, log: SqliteLog) -> TantivyIndex:
    """Open the index; one of an earlier format is forgotten, with all that is made on the way to it."""
    if is_outdated(folder.index):
        forget(folder, log)
    index = TantivyIndex(folder.index)
    if index.cursor() == 0 and log.committed(PROJECTIONS, "index"):
        raise ConfigError(f"the search index in {folder.index} is gone; run `tocsin rebuild` to make it again")
    return index


class _Waker:
    """The pipeline's progress, for those that are made before it."""

    pipeline: Embedded

    def wake(self) -> None:
        self.pipeline.wake()

    def lag(self) -> dict[str, int]:
        return self.pipeline.lag()


def _stores(  # noqa: PLR0913 - what both modes have in common
    settings: Settings,
    folder: Folder,
    *,
    log: EventLog,
    index: SearchIndex,
    records: Database,
    progress: Progress,
    now: Callable[[], datetime],
) -> dict[str, Any]:
    """Return what both modes build alike over a log, an index and a database."""
    seal = Seal(key_from(folder.path, settings.secret_key.get_secret_value()))
    news, due = Bell(), threading.Event()
    history = HistoryRecords(records, now=now, on_published=news.ring)
    search = SearchService(index, history, seal, now=now, names=material_names(load()))
    outbox = OutboxRecords(records, seal, now=now, on_due=due.set)
    ledger_outbox = LedgerOutbox(records, log)
    guard = Guard(settings.delivery.allowed_hosts)
    intake = Intake(
        log,
        now=now,
        waiting=partial(log.lag, RAW, PIPELINE[0].name),
        max_waiting=settings.intake.max_lag_records,
        on_taken=progress.wake,
    )
    notifiers: dict[ChannelKind, Notifier] = {
        ChannelKind.WEBHOOK: WebhookNotifier(guard),
        ChannelKind.FILE: FileNotifier(folder.outbox),
    }
    return {
        "settings": settings,
        "folder": folder,
        "now": now,
        "log": log,
        "index": index,
        "history": history,
        "outbox": outbox,
        "ledger_outbox": ledger_outbox,
        "rules": RuleRecords(records, ledger_outbox, now=now),
        "decisions": DecisionRecords(ledger_outbox, now=now),
        "channels": ChannelRecords(records, seal, now=now),
        "access": AccessRecords(records, now=now),
        "search": search,
        "pages": OwnPages(search, settings.base_url),
        "queries": SavedQueryRecords(records, now=now),
        "suggest": SuggestService(index, shipped_vocabulary),
        "intake": intake,
        **_sources(settings, records, intake, now),
        "progress": progress,
        "dispatcher": Dispatcher(
            Sending(outbox, history, notifiers, now, settings.base_url), settings.delivery.workers, due
        ),
        "due": due,
        "marks": MarkRecords(records),
        "guard": guard,
        "news": news,
        "records": records,
    }


def _sources(
    settings: Settings, records: Database, intake: Intake, now: Callable[[], datetime]
) -> dict[str, Desk | Poller]:
    """Return what people do with sources, and the loop over them."""
    give_back_large_blocks()  # a look holds a whole document, often several do at once
    catalogue, hosts = load_catalogue(settings.sources.file), Hosts(settings.sources.gap_seconds)
    kept, fetcher = SourceRecords(records, now=now), fetcher_of(settings, hosts)
    looking = Looking(fetcher, hosts, kept, intake.take, OPERATOR, now)
    return {
        "sources": Desk(catalogue, kept, fetcher, now),
        "poller": Poller(looking, catalogue, workers=settings.sources.workers, now=now),
    }
