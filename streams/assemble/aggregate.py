"""What the fold `release` keeps of a thing, and what each audience was last told of it."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import Field

from schemas.base import Model, Utc
from schemas.marking import Audience
from schemas.measure import Record
from schemas.projection import Kind, Projection, Tombstone
from schemas.severity import Severity
from schemas.signal import Signal


class Shown(Model):
    """What one audience was last told of the thing's event: under which id (and which at first), of which reports, how hard.

    `originals` names, for each report that repeats an earlier one, the earlier one.
    """

    audience: Audience
    id: str
    origin_id: str
    members: tuple[str, ...]
    originals: dict[str, str] = Field(default_factory=dict)
    source_count: int
    severity: Severity


class ShownMeasure(Model):
    """What one audience was last told of a measure: under which id, of which reports, how hard, and its entry of the register."""

    audience: Audience
    id: str
    origin_id: str
    members: tuple[str, ...]
    severity: Severity
    record: Record


class Aggregate(Model):
    """The fragments of one thing and what was last shown of them; `due_at` is when time alone changes it.

    Of an event `signals` are the first `MAX_REPORTS` by precedence; of further ones only the sources are kept, so that a thing
    that everybody reports stays small; they are found as signals. Of a measure they are the few that each thing said of it
    needs. `ledger` is the newest record that was applied.
    """

    thing: str
    ledger: int = 0
    signals: tuple[Signal, ...] = ()
    more_sources: tuple[str, ...] = ()
    shown: tuple[Shown, ...] = ()
    registered: tuple[ShownMeasure, ...] = ()
    due_at: Utc | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """When and by which ledger record a thing changed, and which of its reports are new or newly worded.

    A version is odd and a tombstone's even, so that at one ledger position the thing that takes an id over beats the thing that
    gives it up.
    """

    ledger: int
    at: datetime
    joined: tuple[Signal, ...] = ()

    @property
    def version(self) -> int:
        """The version of what is told."""
        return 2 * self.ledger + 1

    def farewell(self, kind: Kind, told: Shown | ShownMeasure, heir: Projection | None) -> Tombstone:
        """Return what tells an audience that a thing is no longer seen under the id that it was told."""
        return Tombstone(
            kind=kind,
            id=told.id,
            audience=told.audience,
            version=2 * self.ledger,
            updated_at=self.at,
            replaced_by=heir.id if heir else None,
            origin_id=told.origin_id,
        )
