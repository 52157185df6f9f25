"""A measure as the register knows it: which act it is of, in which state it was, is and will be, and who says so."""

from datetime import date
from enum import StrEnum

from schemas.base import Model
from schemas.signal import EventClass


class Status(StrEnum):
    """What a measure is on a day. `unknown`: a suspension has run out and no source says what came of it."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REPEALED = "repealed"
    UNKNOWN = "unknown"


class Interval(Model):
    """A state and its days, both included and in the issuer's time zone; null is open. `by` is the act that brought it.

    `sources` are the ids of the reports that say so, the preferred one first.
    """

    status: Status
    since: date | None
    until: date | None
    by: str | None = None
    sources: tuple[str, ...] = ()


class Stated(Model):
    """One value of a date on which sources disagree, and the ids of the reports that give it."""

    value: date
    sources: tuple[str, ...]


class Contradiction(Model):
    """A date on which sources disagree: `effective_from` or `effective_to` of what the act `by` does; the preferred value first."""

    field: str
    by: str | None
    values: tuple[Stated, ...]


class Change(Model):
    """What differs from the version before.

    `field` is `new`, `status`, `since`, `until`, `amended`, `contradicted` or `expires`; for that one `days` are left
    to the last day, on a day of the watch.
    """

    field: str
    before: str | None = None
    after: str | None = None
    days: int | None = None


class Record(Model):
    """An entry of the register. `today` is the issuer's day that `status`, `until` and `watch` are of.

    `ref` is null for a measure that has no legal reference. `until` is the last day of the present state. `watch` is the step of
    the expiry watch that has been reached: 30, 7, 1 or 0 days.
    """

    ref: str | None
    act: str | None = None
    clause: str | None = None
    issuer: str | None = None
    type: EventClass | None = None
    status: Status
    today: date
    since: date | None = None
    until: date | None = None
    watch: int | None = None
    intervals: tuple[Interval, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    amended_by: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()

    def on(self, day: date) -> Status | None:
        """Return the state on a day; null before anything is known of the measure."""
        return next((one.status for one in self.intervals if covers(one, day)), None)


def covers(interval: Interval, day: date) -> bool:
    """Tell whether the day is one of the interval's."""
    return (interval.since is None or interval.since <= day) and (interval.until is None or day <= interval.until)
