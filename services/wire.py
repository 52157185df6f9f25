"""Things as partners' and people's programs get them: one flat shape for signals, events and measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import Field, SerializeAsAny

from schemas.base import Model, Utc
from schemas.marking import Tlp
from schemas.measure import Change, Contradiction, Interval, Record, Status
from schemas.projection import Kind, Overruled, Projected, Projection, Tombstone
from schemas.query import FacetCount
from schemas.severity import Level, Severity, Term
from schemas.signal import (
    Assertion,
    Direction,
    EventClass,
    Evidence,
    Judgement,
    Maturity,
    MeasureClaim,
    Place,
    Quantity,
    Stage,
    Targeting,
    ToldDate,
)


class SeverityOut(Model):
    """Scores 0-100 a side, their bands, and the terms that multiply to them."""

    us: int
    eu: int
    joint: int
    us_band: tuple[int, int]
    eu_band: tuple[int, int]
    level: Level
    terms: tuple[Term, ...]


class JudgementOut(Model):
    """What was understood of a text, whether `relevant` or not."""

    relevant: bool
    language: str
    materials: tuple[str, ...]
    places: tuple[Place, ...]
    event_classes: tuple[EventClass, ...]
    stage: tuple[Stage, ...]
    maturity: Maturity | None
    direction: Direction
    ladder: str | None
    asserted: bool
    assertion: Assertion
    targeting: Targeting | None
    quantities: tuple[Quantity, ...]
    refs: tuple[str, ...]
    entities: tuple[str, ...]
    hs: tuple[str, ...]
    eccn: tuple[str, ...]
    measures: tuple[MeasureClaim, ...]
    measure: MeasureClaim | None
    dates: tuple[ToldDate, ...]
    severity: SeverityOut
    confidence: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A piece of the original text and the spans (start, end; end exclusive) in it that met the query."""

    text: str
    spans: tuple[tuple[int, int], ...]


class Item(JudgementOut):
    """A signal, event or measure. `version` counts the versions that this reader has seen; a signal shows none.

    `judged_by` names the versions of code and knowledge that judged; `override` is the newest correction by a person that
    stands, with the machine's values in `machine`.
    """

    id: str
    kind: Kind
    title: str
    text: str
    url: str | None
    published_at: Utc
    first_seen_at: Utc
    updated_at: Utc
    source: str
    source_id: str | None
    sources: tuple[str, ...]
    source_count: int
    event_id: str | None
    duplicate_of: str | None
    tlp: Tlp
    judged_by: tuple[str, ...]
    override: Overruled | None
    version: int | None = None
    highlights: Mapping[str, Highlight] = Field(default_factory=dict)


class MeasureItem(Item):
    """An entry of the register: the measure's states in time, and what changed with this version.

    `status`, `since` and `until` are of `today`, the day where the issuer is. `status_at` and `in_force` are of `at`.
    """

    ref: str | None
    act: str | None
    clause: str | None
    issuer: str | None
    status: Status
    today: date
    since: date | None
    until: date | None
    at: date
    status_at: Status | None
    in_force: bool
    intervals: tuple[Interval, ...]
    contradictions: tuple[Contradiction, ...]
    amended_by: tuple[str, ...]
    changes: tuple[Change, ...]


class Gone(Model):
    """The thing is no longer shown under this id; `replaced_by` is where it is."""

    id: str
    kind: Kind
    gone: bool = True
    updated_at: Utc
    replaced_by: str | None


class Document(Model):
    """One report behind an event: what was said, where, when."""

    signal_id: str
    source: str
    source_kind: str
    title: str
    url: str | None
    language: str
    published_at: Utc
    received_at: Utc


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many of the hits fall on a day, in UTC."""

    day: date
    count: int


class Answer(Model):
    """A page of hits. `next` is opaque; give it back as `cursor` for what follows.

    `days` are those of the time asked for that have hits, oldest first; `permalink` shows the same search to people.
    """

    items: tuple[SerializeAsAny[Item], ...]
    total: int
    next: str | None
    facets: Mapping[str, tuple[FacetCount, ...]]
    days: tuple[DayCount, ...] = ()
    permalink: str = ""


class MeasureAnswer(Answer):
    """A page of measures."""

    items: tuple[MeasureItem, ...]


def judgement_of(judgement: Judgement, severity: Severity) -> dict[str, Any]:
    """Return the fields of `JudgementOut`."""
    told = {name: getattr(judgement, name) for name in JudgementOut.model_fields if name in Judgement.model_fields}
    return {
        **told,
        "measure": next(iter(judgement.measures), None),
        "severity": SeverityOut.model_construct(**{name: getattr(severity, name) for name in SeverityOut.model_fields}),
    }


def item_of(
    thing: Projection,
    *,
    version: int | None = None,
    highlights: Mapping[str, Highlight] | None = None,
    at: date | None = None,
) -> Item:
    """Return a projection as it goes out; the audience, the ledger position and internal ids stay here.

    A measure is a `MeasureItem`, as it stands on the day `at`, by default on its own today.
    """
    leading = thing.reports[0]
    shape, entry = (MeasureItem, register_of(thing.measure, at)) if thing.measure else (Item, {})
    return shape.model_construct(
        **entry,
        id=thing.id,
        kind=thing.kind,
        title=thing.title,
        text=thing.text,
        url=leading.url,
        published_at=thing.published_at,
        first_seen_at=thing.first_seen_at,
        updated_at=thing.updated_at,
        source=leading.source,
        source_id=leading.native_id if thing.kind is Kind.SIGNAL else None,
        sources=thing.sources,
        source_count=thing.source_count,
        event_id=thing.event_id,
        duplicate_of=thing.duplicate_of,
        tlp=thing.tlp,
        judged_by=thing.judged_by,
        override=thing.override,
        version=version,
        highlights=highlights or {},
        **judgement_of(thing.judgement, thing.severity),
    )


def register_of(record: Record, at: date | None) -> dict[str, Any]:
    """Return the fields that a `MeasureItem` adds."""
    day = at or record.today
    status = record.on(day)
    told = {name: getattr(record, name) for name in MeasureItem.model_fields if name in Record.model_fields}
    return {**told, "at": day, "status_at": status, "in_force": status is Status.IN_FORCE}


def shown(thing: Projected, *, version: int | None = None) -> Item | Gone:
    """Return a version of a thing, or that it is gone."""
    if isinstance(thing, Tombstone):
        return Gone(id=thing.id, kind=thing.kind, updated_at=thing.updated_at, replaced_by=thing.replaced_by)
    return item_of(thing, version=version)


def documents_of(thing: Projection) -> tuple[Document, ...]:
    """Return the reports behind a thing, the leading one first."""
    return tuple(Document(**report.model_dump(include=set(Document.model_fields))) for report in thing.reports)
