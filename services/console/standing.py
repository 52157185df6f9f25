"""How it goes with a source, as the operator's page writes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.console.words import visible
from services.sources.desk import Standing
from services.sources.state import Health

_TROUBLED: Final = (Health.FAILING, Health.LATE, Health.EMPTY, Health.SILENT)
UNITS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


@dataclass(frozen=True)
class State:
    """How it goes with one source. What is not, or was never, is an empty text; `is_troubled` asks for a look."""

    is_on: bool
    health: str
    is_troubled: bool
    failures: int
    error: str
    overdue: str
    last_success_at: datetime | None
    items: int
    entries: int | None


@dataclass(frozen=True)
class Count:
    """How many of the sources that are on are in a state of health."""

    health: str
    count: int


def state_of(standing: Standing) -> State:
    """Return how it goes with a source; what it said of an error is made harmless to look at."""
    state = standing.state
    return State(
        is_on=state.enabled,
        health=standing.health.value,
        is_troubled=standing.health in _TROUBLED,
        failures=state.failures,
        error=visible(state.last_error or ""),
        overdue=lasting(standing.lateness),
        last_success_at=state.last_success_at,
        items=state.items_seen,
        entries=state.entries,
    )


def counts_of(standings: Iterable[Standing]) -> tuple[Count, ...]:
    """Return how many of those that are on are how; what asks for a look comes first, what is none is left out."""
    told = [one.health for one in standings if one.state.enabled]
    order = (*_TROUBLED, Health.WAITING, Health.OK)
    return tuple(Count(health.value, told.count(health)) for health in order if health in told)


def lasting(time: timedelta) -> str:
    """Return how long that is in its largest unit, rounded down: `3 hours`; empty below a second."""
    seconds = int(time.total_seconds())
    for size, unit in UNITS:
        if count := seconds // size:
            return f"1 {unit}" if count == 1 else f"{count} {unit}s"
    return ""
