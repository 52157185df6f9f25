"""One look at a source: what is new of it goes to the intake, and how it went is noted."""

import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final
from urllib.parse import urlsplit

import structlog

from schemas.marking import CLEAR
from schemas.party import Principal
from schemas.raw import SignalIn
from services.intake import Arrival
from services.records.sources import SourceRecords
from services.sources.fetch import Fetcher
from services.sources.harvest import Harvest, Item, Known
from services.sources.hosts import Hosts
from services.sources.kinds import collector_of
from services.sources.newness import Fresh, dated, fresh, is_old_news, name_of, traits_of
from services.sources.schedule import due_after_failure, due_after_success
from services.sources.source import Kind, Source
from services.sources.state import SourceState
from streams import metrics
from streams.errors import Bug, InvalidInput, TocsinError, Unavailable

log = structlog.get_logger(__name__)

BATCH_SIGNALS: Final = 500
REST_SECONDS: Final = 30.0
"""How long a source waits when it is we who cannot take what it has."""

Take = Callable[[Sequence[SignalIn], Arrival], object]
"""The intake; Unavailable while too much waits or the log is away."""


@dataclass(frozen=True)
class Looking:
    """What a look needs. `by` is on whose behalf signals come in."""

    fetcher: Fetcher
    hosts: Hosts
    records: SourceRecords
    take: Take
    by: Principal
    now: Callable[[], datetime]

    def look(self, source: Source, state: SourceState) -> None:
        """Look at a source once. Nothing is raised: what went wrong is noted, counted, and said once for each reason."""
        try:
            self._look(source, state)
        except Unavailable as exc:
            log.warning("source_put_off", source=source.id, error=str(exc))
            self.hosts.rest(host_of(source), REST_SECONDS)
        except Exception as exc:
            log.error("source_look_broke", source=source.id, exc_info=exc)
            self.hosts.rest(host_of(source), REST_SECONDS)  # also where it cannot be noted
            with suppress(Unavailable):
                self._failed(source, state, Bug("a fault of ours; see the server's log"))

    def _look(self, source: Source, state: SourceState) -> None:
        try:
            harvest = self._harvest(source, state)
        except TocsinError as exc:
            self._failed(source, state, exc)
        else:
            if not self.hosts.is_stopped:
                self._succeeded(source, state, harvest)

    def _harvest(self, source: Source, state: SourceState) -> Harvest:
        def has_all(native_ids: Iterable[str]) -> bool:
            names = {name_of(native_id) for native_id in native_ids}
            return bool(names) and len(self.records.held(source.id, names)) == len(names)

        known = Known(state.validators, state.digest, has_all)
        return collector_of(source.kind)(source, self.fetcher.get, known)

    def _failed(self, source: Source, state: SourceState, error: TocsinError) -> None:
        if self.hosts.is_stopped:
            return
        jitter = random.random()  # noqa: S311 - spreads looks, guards nothing
        failures = state.failures + 1
        due_at = due_after_failure(source.cadence, error, failures=failures, at=self.now(), jitter=jitter)
        self.records.note_failure(source.id, str(error), due_at=due_at)
        metrics.SOURCE_LOOKS.labels("failed").inc()
        if state.last_error != str(error):
            log.warning("source_failed", source=source.id, error=str(error), next_look=due_at.isoformat())

    def _succeeded(self, source: Source, state: SourceState, harvest: Harvest) -> None:
        posts, refused = admitted(source, harvest.items or (), now=self.now())
        traits = traits_of(posts, source.kind)
        held = self.records.held(source.id, {key for trait in traits for key in (*trait.names, trait.words)})
        new = list(fresh(posts, traits, held))
        self._take(source, state, new)
        jitter = random.random()  # noqa: S311 - spreads looks, guards nothing
        due_at = due_after_success(source.cadence, at=self.now(), jitter=jitter)
        keys = {key: item.post.id for item in new for key in item.keys}
        self.records.note_success(source.id, harvest, keys=keys, new=len(new), due_at=due_at)
        metrics.SOURCE_LOOKS.labels("unchanged" if harvest.items is None else "read").inc()
        metrics.SOURCE_ITEMS.labels("new").inc(len(new))
        metrics.SOURCE_ITEMS.labels("known").inc(len(posts) - len(new))
        metrics.SOURCE_ITEMS.labels("refused").inc(len(refused))
        if refused:
            log.warning("source_items_refused", source=source.id, items=len(refused), first=str(refused[0]))
        if new:
            log.info("source_read", source=source.id, new=len(new))

    def _take(self, source: Source, state: SourceState, new: Sequence[Fresh]) -> None:
        is_first = state.last_success_at is None
        now = self.now()
        posts = (item.post for item in new)
        for is_old, group in groupby(posts, key=lambda post: is_old_news(post, now=now, is_first_look=is_first)):
            alike = list(group)
            arrival = Arrival(by=self.by, source_kind=source.source_kind, backfill=is_old)
            for start in range(0, len(alike), BATCH_SIGNALS):
                self.take(alike[start : start + BATCH_SIGNALS], arrival)


def admitted(source: Source, items: Sequence[Item], *, now: datetime) -> tuple[list[SignalIn], list[InvalidInput]]:
    """Return what may come in of a harvest, the oldest first, and what may not.

    A signal speaks for its source and has the source's marking and language unless it says otherwise; a marking that is
    narrower than all may read is refused here as at the intake.
    """
    posts: list[SignalIn] = []
    refused: list[InvalidInput] = []
    for item in reversed(items):
        if isinstance(item, InvalidInput):
            refused.append(item)
        elif (item.marking or source.marking) != CLEAR:
            refused.append(InvalidInput(f"{item.id}: only TLP:CLEAR is taken", field="marking"))
        else:
            told = {
                "id": item.id.replace("\0", ""),  # no database of ours keeps such a letter
                "source": _speaks_for(source, item),
                "language": item.language or source.language,
            }
            posts.append(dated(item.model_copy(update={"marking": source.marking, **told}), now=now))
    return posts, refused


def host_of(source: Source) -> str:
    """Return the server that a source is on; a folder stands for itself."""
    return urlsplit(source.address).hostname or f"folder {source.id}"


def _speaks_for(source: Source, item: SignalIn) -> str:
    # The Federal Register's documents are one source's, however many entries of the catalogue ask for some of them.
    return (item.source if source.kind is Kind.FEDERAL_REGISTER else None) or source.id
