"""An installation, open: everything that the API, the console and the loops of a process reach."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.adapters.ssrf import Guard
from services.bell import Bell
from services.dispatcher import Dispatcher
from services.folder import Folder, Lock
from services.intake import Intake
from services.pages import Pages
from services.records.access import AccessRecords
from services.records.channels import ChannelRecords
from services.records.database import Database
from services.records.decisions import DecisionRecords
from services.records.history import HistoryRecords
from services.records.ledger_outbox import LedgerOutbox
from services.records.marks import MarkRecords
from services.records.outbox import OutboxRecords
from services.records.rules import RuleRecords
from services.records.saved_queries import SavedQueryRecords
from services.remaking import Remaking
from services.search import SearchService
from services.settings import Settings
from services.sources.desk import Desk
from services.sources.poller import Poller
from services.suggest import SuggestService
from streams.embedded import Embedded
from streams.errors import Unavailable
from streams.ports import EventLog, SearchIndex


class Progress(Protocol):
    """How far the steps have come; `wake` tells them that something was appended."""

    def lag(self) -> dict[str, int]: ...  # noqa: D102 - the class says what they promise
    def wake(self) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class Part:
    """Something outside that this process needs.

    `prepare` makes what is ours in it, once or many times, and raises Unavailable while it is away; `missing` says what it lacks,
    null for nothing.
    """

    name: str
    prepare: Callable[[], object]
    missing: Callable[[], str | None]


@dataclass(frozen=True)
class Node:
    """One process's view of an installation."""

    settings: Settings
    folder: Folder
    now: Callable[[], datetime]
    log: EventLog
    index: SearchIndex
    history: HistoryRecords
    outbox: OutboxRecords
    ledger_outbox: LedgerOutbox
    rules: RuleRecords
    decisions: DecisionRecords
    channels: ChannelRecords
    access: AccessRecords
    search: SearchService
    pages: Pages
    suggest: SuggestService
    queries: SavedQueryRecords
    intake: Intake
    progress: Progress
    dispatcher: Dispatcher
    sources: Desk
    poller: Poller
    due: threading.Event
    marks: MarkRecords
    guard: Guard
    news: Bell
    records: Database
    parts: Sequence[Part]
    closers: Sequence[Callable[[], object]]
    stopping: threading.Event = field(default_factory=threading.Event)
    on_stop: list[Callable[[], object]] = field(default_factory=list)

    def begin_stop(self) -> None:
        """Tell all loops to end after what they are at; once, however often it is called."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        for stop in self.on_stop:
            stop()
        self.due.set()
        self.news.ring()

    def missing(self) -> list[str]:
        """Return what keeps this process from answering for all that it has."""
        told = [f"{part.name}: {lack}" for part in self.parts if (lack := part.missing())]
        try:
            if not told and max(self.progress.lag().values()) > self.settings.ready_lag_records:
                told.append("too much waits to be processed")
        except Unavailable as exc:
            told.append(str(exc))
        return told

    def close(self) -> None:
        """Close all stores and let others have the folder."""
        for close in self.closers:
            close()


@dataclass(frozen=True)
class EmbeddedNode(Node):
    """An installation in one process and one folder: it holds the pipeline too."""

    pipeline: Embedded = field(kw_only=True)
    remaking: Remaking = field(kw_only=True)
    lock: Lock = field(kw_only=True)
    index_state: Callable[[], int] = field(kw_only=True)
