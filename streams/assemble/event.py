"""An event as one audience sees it: a pure function of the reports that audience may see."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from schemas.base import stable_id
from schemas.marking import Audience, Tlp
from schemas.projection import Kind, Projection, Report, event_id_of_report
from schemas.raw import SourceKind
from schemas.signal import EventClass, Judgement, MeasureClaim, Place, Role, Signal
from streams.assemble.overruled import judged_by, overruled
from streams.assemble.statements import authority
from streams.knowledge.model import Knowledge
from streams.stages.reports import entry_of, narrowness_of
from streams.stages.severity import severity

T = TypeVar("T")

MAX_REPORTS = 32
"""Reports whose words an event carries; further ones count as sources and are found as signals."""

MAX_LETTERS = 5_000
"""Letters that an event carries of each report after the leading one."""

CORROBORATION = 0.5
"""How far one more independent source closes the gap to certainty."""

GRADES = {
    SourceKind.OFFICIAL: 1.0,
    SourceKind.HAZARD: 1.0,
    SourceKind.PRESS: 0.85,
    SourceKind.PARTNER: 0.85,
    SourceKind.HISTORY: 0.85,
    SourceKind.PERSON: 0.7,
}
"""How far a kind of source is taken at its word: whoever issues an act or measures a quake, those who write of it, one person."""

_ROLES = tuple(Role)
_TLPS = tuple(Tlp)


def precedence(signal: Signal) -> tuple[int, datetime, str]:
    """Order of reports within an event: the most widely shared, then the earliest, then the smaller id."""
    return narrowness_of(signal.marking), signal.published_at, signal.id


def event_id_of(reports: Sequence[Signal]) -> str:
    """Return the id that readers of these reports know the event by: its legal act's, else its leading report's."""
    anchor = next((report.understood.anchor for report in reports if report.understood.anchor), None)
    return stable_id("event", anchor) if anchor else event_id_of_report(reports[0].id)


def assemble_event(
    reports: Sequence[Signal], knowledge: Knowledge, *, audience: Audience, version: int, at: datetime
) -> Projection:
    """Return the event of these reports, ordered by precedence, as known at `at`."""
    judgement = _merged(reports)
    event_id = event_id_of(reports)
    return Projection(
        kind=Kind.EVENT,
        id=event_id,
        origin_id=event_id,
        audience=audience,
        version=version,
        updated_at=at,
        first_seen_at=min(report.received_at for report in reports),
        published_at=min(report.published_at for report in reports),
        title=reports[0].title,
        reports=tuple(
            report_of(report, letters=MAX_LETTERS if number else None) for number, report in enumerate(reports)
        ),
        source_count=len({report.source for report in reports}),
        sources=_distinct(report.source for report in reports),
        tlp=max((report.marking.tlp for report in reports), key=_TLPS.index),
        judgement=judgement,
        judged_by=judged_by(reports),
        override=overruled(reports),
        severity=severity(judgement, knowledge, at=at),
        backfill=all(report.backfill for report in reports),
    )


def assemble_signal(signal: Signal, knowledge: Knowledge, *, event: Projection, original: str | None) -> Projection:
    """Return one report of an event as a projection of its own; its severity is as judged on arrival."""
    is_all = event.reports == (report_of(signal),) and event.updated_at == signal.received_at
    judgement = signal.understood
    return Projection(
        kind=Kind.SIGNAL,
        id=signal.id,
        origin_id=signal.id,
        audience=event.audience,
        version=event.version,
        updated_at=signal.updated_at,
        first_seen_at=signal.received_at,
        published_at=signal.published_at,
        title=signal.title,
        reports=event.reports if is_all else (report_of(signal),),
        source_count=1,
        sources=(signal.source,),
        event_id=event.id,
        duplicate_of=original,
        tlp=signal.marking.tlp,
        judgement=judgement,
        judged_by=(signal.judged_by,),
        override=overruled((signal,)),
        severity=event.severity if is_all else severity(judgement, knowledge, at=signal.received_at),
        backfill=signal.backfill,
    )


def report_of(signal: Signal, *, letters: int | None = None) -> Report:
    """Return a report as it is shown, of its text that many letters."""
    return Report(
        signal_id=signal.id,
        native_id=signal.native_id,
        source=signal.source,
        source_kind=signal.source_kind,
        title=signal.title,
        text=signal.text[:letters],
        url=signal.url,
        language=signal.language,
        published_at=signal.published_at,
        received_at=signal.received_at,
    )


def originals_of(reports: Sequence[Signal]) -> dict[str, str]:
    """Return, for each of these reports by precedence that repeats an earlier one, the first that it repeats."""
    if len(reports) == 1:
        return {}
    entries = [entry_of(report) for report in reports]
    originals: dict[str, str] = {}
    for number, entry in enumerate(entries):
        original = next((other for other in entries[:number] if entry.tells_the_same_as(other)), None)
        if original:
            originals[entry.signal_id] = original.signal_id
    return originals


def _merged(reports: Sequence[Signal]) -> Judgement:
    """Join what the reports say: labels are united, contested ones are taken from the best report."""
    if len(reports) == 1:
        return reports[0].understood.model_copy(update={"confidence": _confidence(reports)})
    ranked = sorted(reports, key=authority)
    judgements = [report.understood for report in ranked]
    lead = next((judgement for judgement in judgements if judgement.relevant), judgements[0])
    classes = _distinct(name for judgement in (lead, *judgements) for name in judgement.event_classes)
    named = tuple(name for name in classes if name is not EventClass.NOT_RELEVANT)
    return lead.model_copy(
        update={
            "relevant": any(judgement.relevant for judgement in judgements),
            "materials": _distinct(name for judgement in judgements for name in judgement.materials),
            "places": _places(judgements),
            "event_classes": named or (EventClass.NOT_RELEVANT,),
            "stage": _distinct(stage for judgement in judgements for stage in judgement.stage),
            "refs": _distinct(ref for judgement in judgements for ref in judgement.refs),
            "entities": _distinct(name for judgement in judgements for name in judgement.entities),
            "hs": _distinct(code for judgement in judgements for code in judgement.hs),
            "eccn": _distinct(code for judgement in judgements for code in judgement.eccn),
            "measures": _measures(judgements),
            "confidence": _confidence(ranked),
        }
    )


def _places(judgements: Iterable[Judgement]) -> tuple[Place, ...]:
    """Keep each country once, in its strongest role, as the best report that gives it this role has it."""
    strongest: dict[str, Place] = {}
    for place in (place for judgement in judgements for place in judgement.places):
        held = strongest.get(place.code)
        if held is None or _ROLES.index(place.role) < _ROLES.index(held.role):
            strongest[place.code] = place
    return tuple(strongest.values())


def _measures(judgements: Iterable[Judgement]) -> tuple[MeasureClaim, ...]:
    """Keep the first claim of each legal reference, and distinct claims without one."""
    kept: dict[object, MeasureClaim] = {}
    for claim in (claim for judgement in judgements for claim in judgement.measures):
        kept.setdefault((claim.ref, claim.type) if claim.ref else claim, claim)
    return tuple(kept.values())


def _confidence(reports: Sequence[Signal]) -> float:
    """Return how sure the reading of the surest report is, by its source's grade, raised by each further independent one.

    A source counts once, and so do words that several sources carry.
    """
    graded = sorted(((GRADES[item.source_kind] * item.understood.confidence, item) for item in reports), key=_surest)
    doubt, sources, words = 1.0, set[str](), set[str]()
    for confidence, report in graded:
        said = f"{report.title}\n{report.text[:MAX_LETTERS]}".casefold()
        if report.source in sources or said in words:
            continue
        doubt *= 1.0 - (CORROBORATION if sources else 1.0) * confidence
        sources.add(report.source)
        words.add(said)
    return round(1.0 - doubt, 3)


def _surest(graded: tuple[float, Signal]) -> tuple[float, str]:
    return -graded[0], graded[1].id


def _distinct(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
