"""Things as partners' and people's programs get them: one flat shape for signals, events and measures."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from schemas.base import Model, Utc
from schemas.marking import Tlp
from schemas.projection import Kind, Projected, Projection, Tombstone
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
    severity: SeverityOut
    confidence: float
    evidence: tuple[Evidence, ...]


class Highlight(Model):
    """A piece of the original text and the spans (start, end; end exclusive) in it that met the query."""

    text: str
    spans: tuple[tuple[int, int], ...]


class Item(JudgementOut):
    """A signal, event or measure. `version` counts the versions that this reader has seen; a signal shows none."""

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
    version: int | None = None
    highlights: Mapping[str, Highlight] = Field(default_factory=dict)


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


class Facet(Model):
    """How many hits carry a value."""

    value: str
    count: int


class Answer(Model):
    """A page of hits. `next` is opaque; give it back as `cursor` for what follows."""

    items: tuple[Item, ...]
    total: int
    next: str | None
    facets: Mapping[str, tuple[Facet, ...]]


def judgement_of(judgement: Judgement, severity: Severity) -> dict[str, Any]:
    """Return the fields of `JudgementOut`."""
    told = {name: getattr(judgement, name) for name in JudgementOut.model_fields if name in Judgement.model_fields}
    return {
        **told,
        "measure": next(iter(judgement.measures), None),
        "severity": SeverityOut.model_construct(**{name: getattr(severity, name) for name in SeverityOut.model_fields}),
    }


def item_of(
    thing: Projection, *, version: int | None = None, highlights: Mapping[str, Highlight] | None = None
) -> Item:
    """Return a projection as it goes out; the audience, the ledger position and internal ids stay here."""
    leading = thing.reports[0]
    return Item.model_construct(
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
        version=version,
        highlights=highlights or {},
        **judgement_of(thing.judgement, thing.severity),
    )


def shown(thing: Projected, *, version: int | None = None) -> Item | Gone:
    """Return a version of a thing, or that it is gone."""
    if isinstance(thing, Tombstone):
        return Gone(id=thing.id, kind=thing.kind, updated_at=thing.updated_at, replaced_by=thing.replaced_by)
    return item_of(thing, version=version)


def documents_of(thing: Projection) -> tuple[Document, ...]:
    """Return the reports behind a thing, the leading one first."""
    return tuple(Document(**report.model_dump(include=set(Document.model_fields))) for report in thing.reports)
