"""A thing as one audience sees it: what is indexed, published, matched and shown."""

from enum import StrEnum

from schemas.base import Judged, Model, Utc, stable_id
from schemas.marking import Audience, Tlp
from schemas.measure import Record
from schemas.raw import SourceKind
from schemas.severity import Severity
from schemas.signal import Judgement, Labels


class Kind(StrEnum):
    """The three kinds of things."""

    SIGNAL = "signal"
    EVENT = "event"
    MEASURE = "measure"


def event_id_of_report(signal_id: str) -> str:
    """Return the id of an event whose leading report is this one and that is about no legal act."""
    return stable_id("event", signal_id)


class Report(Model):
    """One report as shown within a projection; a signal has one, an event its first `MAX_REPORTS`."""

    signal_id: str
    native_id: str
    source: str
    source_kind: SourceKind
    title: str
    text: str
    url: str | None
    language: str
    published_at: Utc
    received_at: Utc


class Overruled(Model):
    """A person's labels of a report as shown: whose they are, what was set, and what the machine has in their place."""

    signal_id: str
    by: str
    at: Utc
    reason: str
    labels: Labels
    machine: Labels


class Projection(Judged):
    """A signal, event or measure, assembled from the fragments its audience may see, and from nothing else.

    `version` follows from the ledger position that made it: it orders writers and is never shown; a reader is told how many
    versions that reader has seen. `origin_id` is the first id the audience knew the thing by, so that a renamed event does not
    ring again. `backfill` holds while only history and imports tell of it. A measure has its entry of the register.
    `judgement` has a person's labels where they stand: `override` is the newest among the reports, and `judged_by` names the
    versions that judged them.
    """

    kind: Kind
    id: str
    audience: Audience
    version: int
    updated_at: Utc
    first_seen_at: Utc
    published_at: Utc
    origin_id: str
    title: str
    reports: tuple[Report, ...]
    source_count: int
    sources: tuple[str, ...]
    event_id: str | None = None
    duplicate_of: str | None = None
    tlp: Tlp
    judgement: Judgement
    judged_by: tuple[str, ...] = ()
    override: Overruled | None = None
    severity: Severity
    backfill: bool = False
    measure: Record | None = None

    @property
    def key(self) -> str:
        """The first id of the thing: all that is told of it stays in order, whatever it is called meanwhile."""
        return self.origin_id

    @property
    def aliases(self) -> tuple[str, ...]:
        """The ids that an event of these reports may have had while its audience knew fewer of them."""
        if self.kind is not Kind.EVENT or len(self.reports) == 1:
            return ()
        ids = (event_id_of_report(report.signal_id) for report in self.reports)
        return tuple(alias for alias in ids if alias != self.id)

    @property
    def text(self) -> str:
        """The leading report's text."""
        return self.reports[0].text if self.reports else ""


class Tombstone(Judged):
    """This audience no longer sees the thing under this id; `replaced_by` is its id from here on, if it has one."""

    kind: Kind
    id: str
    audience: Audience
    version: int
    updated_at: Utc
    replaced_by: str | None = None
    origin_id: str | None = None

    @property
    def key(self) -> str:
        """The first id of the thing that is seen no longer under this one."""
        return self.origin_id or self.id


Projected = Projection | Tombstone
