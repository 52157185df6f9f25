"""A measure as one audience sees it: a pure function of the reports that audience may see, and of the day."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.base import stable_id
from schemas.marking import Audience, Tlp
from schemas.measure import Change, Record, Status, covers
from schemas.projection import Kind, Projection
from schemas.signal import Direction, Judgement, Maturity, MeasureClaim, RelationKind, Signal
from streams.assemble.event import report_of
from streams.assemble.intervals import DAY, contradictions, effects, intervals
from streams.assemble.overruled import judged_by, overruled
from streams.assemble.statements import Statement, act_of, statements
from streams.knowledge.model import Knowledge
from streams.stages.severity import severity

WATCH_DAYS = (0, 1, 7, 30)
"""Days before the last day of a state on which the expiry watch speaks."""

WATCHED = frozenset((Status.IN_FORCE, Status.SUSPENDED))
MAX_SHOWN = 32

_MATURITY = {
    Status.DRAFT: Maturity.DRAFT,
    Status.ANNOUNCED: Maturity.ANNOUNCED,
    Status.IN_FORCE: Maturity.IN_FORCE,
    Status.SUSPENDED: Maturity.SUSPENDED,
    Status.EXPIRED: Maturity.EXPIRED,
    Status.REPEALED: Maturity.REPEALED,
    Status.UNKNOWN: Maturity.SUSPENDED,
}
_EASED = frozenset((Status.SUSPENDED, Status.EXPIRED, Status.REPEALED))
_OPPOSITE = {
    Direction.TIGHTENING: Direction.EASING,
    Direction.EASING: Direction.TIGHTENING,
    Direction.NEUTRAL: Direction.NEUTRAL,
}
_TLPS = tuple(Tlp)


@dataclass(frozen=True, slots=True)
class Moment:
    """When a measure is looked at: the instant, its day where the issuer is, and the version that this makes."""

    at: datetime
    today: date
    version: int


def measure_id_of(ref: str) -> str:
    """Return the id of the measure that a legal reference names."""
    return stable_id("measure", ref)


def assemble_measure(
    ref: str | None, signals: Sequence[Signal], knowledge: Knowledge, *, audience: Audience, moment: Moment
) -> Projection | None:
    """Return the measure as these reports tell it; null where none of them says anything of it.

    Without a ref it is the one measure of an event that has no legal reference; the caller names it then.
    """
    told = statements(ref, signals)
    if not told:
        return None
    record = _record(ref, told, moment.today)
    leading = _leading(told)
    reports = sorted({one.signal.id: one.signal for one in told}.values(), key=lambda one: one is not leading)
    judgement = _judgement(record, told)
    measure_id = measure_id_of(ref) if ref else stable_id("measure", leading.id)
    return Projection(
        kind=Kind.MEASURE,
        id=measure_id,
        origin_id=measure_id,
        audience=audience,
        version=moment.version,
        updated_at=moment.at,
        first_seen_at=min(one.received_at for one in reports),
        published_at=min(one.published_at for one in reports),
        title=leading.title,
        reports=tuple(report_of(one) for one in reports[:MAX_SHOWN]),
        source_count=len({one.source for one in reports}),
        sources=tuple(dict.fromkeys(one.source for one in reports)),
        tlp=max((one.marking.tlp for one in reports), key=_TLPS.index),
        judgement=judgement,
        judged_by=judged_by(reports),
        override=overruled(reports),
        severity=severity(judgement, knowledge, at=moment.at),
        backfill=all(one.backfill for one in reports),
        measure=record,
    )


def changed(before: Record | None, after: Record) -> Record:
    """Return the entry with what differs from the one before."""
    if before is None:
        return after.model_copy(update={"changes": (Change(field="new", after=after.status.value),)})
    return after.model_copy(update={"changes": tuple(_changes(before, after))})


def same(before: Record | None, after: Record) -> bool:
    """Tell whether nothing has changed but the day."""
    return before is not None and not tuple(_changes(before, after)) and before.intervals == after.intervals


def _changes(before: Record, after: Record) -> Iterator[Change]:
    if before.status is not after.status:
        yield Change(field="status", before=before.status.value, after=after.status.value)
    for field in ("since", "until"):
        old, new = (getattr(one, field) for one in (before, after))
        if old != new and before.status is after.status:
            yield Change(field=field, before=_written(old), after=_written(new))
    for ref in after.amended_by:
        if ref not in before.amended_by:
            yield Change(field="amended", after=ref)
    if after.contradictions and after.contradictions != before.contradictions:
        yield Change(field="contradicted", after=after.contradictions[0].field)
    if after.watch is not None and after.watch != before.watch and after.until is not None:
        yield Change(field="expires", after=after.until.isoformat(), days=(after.until - after.today).days)


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _record(ref: str | None, told: Sequence[Statement], today: date) -> Record:
    acts = effects(told)
    states = intervals(acts)
    present = next((one for one in states if covers(one, today)), states[0] if states else None)
    status = present.status if present else Status.UNKNOWN
    issuer = next((claim.issuer for one in told for claim in _own(ref, one)), None)
    until = present.until if present else None
    return Record(
        ref=ref,
        act=act_of(ref) if ref else None,
        clause=ref.partition("/")[2] or None if ref else None,
        issuer=issuer,
        type=next((one.type for one in told if one.kind is None and one.type), told[0].type),
        status=status,
        today=today,
        since=present.since if present else None,
        until=until,
        watch=_watch(status, until, today),
        intervals=states,
        contradictions=contradictions(acts),
        amended_by=tuple(one.by for one in acts if one.kind is RelationKind.AMENDS and one.by),
    )


def _own(ref: str | None, told: Statement) -> Iterator[MeasureClaim]:
    return (claim for claim in told.signal.understood.measures if ref is None or claim.ref == act_of(ref))


def _watch(status: Status, until: date | None, today: date) -> int | None:
    if until is None or status not in WATCHED:
        return None
    left = (until - today).days
    return next((days for days in WATCH_DAYS if left <= days), None)


def _leading(told: Sequence[Statement]) -> Signal:
    """Return the best report of the act itself, else the best of all."""
    return next((one.signal for one in told if one.kind is None), told[0].signal)


def _judgement(record: Record, told: Sequence[Statement]) -> Judgement:
    """Return what the best report of the act says, in the state in which the measure is."""
    lead = _leading(told).understood
    own = [one for one in told if one.kind is None] or list(told)
    refs = dict.fromkeys((*((record.ref, record.act) if record.ref else ()), *(one.by for one in record.intervals)))
    materials = next((one.materials for one in own if one.materials), ())
    letters = len(_leading(told).text)
    named = next((claim for one in told for claim in _own(record.ref, one)), MeasureClaim(ref=record.act))
    claim = named.model_copy(
        update={
            "type": record.type,
            "announced": min(one.announced for one in told),
            "effective_from": record.since,
            "effective_to": _end(record),
            "clause": record.clause,
            "materials": materials,
        }
    )
    return lead.model_copy(
        update={
            "materials": materials,
            "event_classes": (record.type,) if record.type else lead.event_classes[:1],
            "maturity": _MATURITY[record.status],
            "direction": _OPPOSITE[lead.direction] if record.status in _EASED else lead.direction,
            "refs": tuple(ref for ref in refs if ref),
            "anchor": record.act,
            "measures": (claim,),
            "evidence": tuple(one for one in lead.evidence if one.part == "title" or one.end <= letters),
        }
    )


def _end(record: Record) -> date | None:
    """Return the last day of the present state; of a suspension that has run out the day on which it did."""
    if record.status is Status.UNKNOWN and record.since is not None:
        return record.since - DAY
    return record.until


def distinct(signals: Iterable[Signal], ref: str, *, most: int) -> tuple[Signal, ...]:
    """Return the reports that a measure needs: of each thing said of it the few most authoritative."""
    kept: dict[str, Signal] = {}
    said: dict[tuple[object, ...], int] = {}
    for one in statements(ref, tuple(signals)):
        key = (one.kind, one.by, one.upon, one.since, one.until, one.maturity, one.type)
        said[key] = said.get(key, 0) + 1
        if said[key] <= most:
            kept[one.signal.id] = one.signal
    return tuple(kept.values())
