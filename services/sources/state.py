"""How it goes with a source: what is remembered between two looks, and what health follows from it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.sources.fetch import NO_VALIDATORS, Validators
from services.sources.source import Kind, Source

LATE_CADENCES: Final = 2
"""Looks that may be missed until a source counts as late."""

SIEVED: Final = frozenset({Kind.GDELT, Kind.USGS, Kind.CAP})
"""Kinds of which only what can matter to supply is kept."""

SILENT_CADENCES: Final = 48
LEAST_SILENCE, MOST_SILENCE = timedelta(days=1), timedelta(days=30)
"""Silence is reckoned in looks, between these bounds: some publish all day, some twice a year."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is remembered of a source. Nothing but `source_id` is known of one that was never switched on.

    `entries` is how many the last document had, null before the first; `items_seen` how many items were new, ever.
    """

    source_id: str
    enabled: bool = False
    enabled_at: datetime | None = None
    validators: Validators = NO_VALIDATORS
    digest: str | None = None
    verified_at: datetime | None = None
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_item_at: datetime | None = None
    last_error: str | None = None
    failures: int = 0
    entries: int | None = None
    items_seen: int = 0
    due_at: datetime | None = None


class Health(StrEnum):
    """How a source is, worst first but for those that are not asked."""

    OFF = "off"
    WAITING = "waiting"
    FAILING = "failing"
    LATE = "late"
    EMPTY = "empty"
    SILENT = "silent"
    OK = "ok"


def health_of(source: Source, state: SourceState, *, at: datetime) -> Health:
    """Return the health at a moment.

    waiting: switched on, and not looked at yet. failing: the last look failed. late: nobody looked for more than two
    cadences. empty: the last document had no entry. silent: it can be read and has entries, and for long none was new.
    Of the kinds in `SIEVED` neither is said: mostly nothing of them matters.
    """
    if not state.enabled:
        return Health.OFF
    if state.failures:
        return Health.FAILING
    if state.last_success_at is None:
        return Health.WAITING
    if at - state.last_success_at > LATE_CADENCES * source.cadence:
        return Health.LATE
    return Health.OK if source.kind in SIEVED else _health_by_items(source, state, state.last_success_at, at)


def lateness_of(source: Source, state: SourceState, *, at: datetime) -> timedelta:
    """Return how long the last success is overdue against the cadence; zero while it is not, or the source is off."""
    since = max(filter(None, (state.last_success_at, state.enabled_at)), default=None)
    if not state.enabled or since is None:
        return timedelta(0)
    return max(at - since - source.cadence, timedelta(0))


def silence_of(source: Source) -> timedelta:
    """Return after how long without anything new a source counts as silent."""
    return min(max(SILENT_CADENCES * source.cadence, LEAST_SILENCE), MOST_SILENCE)


def _health_by_items(source: Source, state: SourceState, last_success_at: datetime, at: datetime) -> Health:
    if state.entries == 0:
        return Health.EMPTY
    since = max(filter(None, (state.last_item_at, state.enabled_at)), default=last_success_at)
    return Health.SILENT if at - since > silence_of(source) else Health.OK
