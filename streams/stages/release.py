"""What each audience sees of a thing: one projection for each set of fragments that some party may see, from those alone."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from schemas.claim import Claim
from schemas.ledger import Tick
from schemas.marking import EVERYBODY, Audience
from schemas.projection import Kind, Projected, Projection, Tombstone
from schemas.signal import Signal
from streams.assemble.aggregate import Aggregate, Shown, Step
from streams.assemble.event import MAX_REPORTS, assemble_event, assemble_signal, originals_of, precedence
from streams.knowledge.model import Knowledge
from streams.stage import Folded, Reference, Taken
from streams.stages.register import needed, next_day, ref_of, register

MAX_SOURCES = 1_000
"""Sources beyond the first reports' that a thing remembers."""


def thing_of(claim: Claim) -> str:
    """Return the key of the fold."""
    return claim.thing


def due_at(aggregate: Aggregate) -> datetime | None:
    """Return when a tick must look at the thing again."""
    return aggregate.due_at


def release(aggregate: Aggregate | None, taken: Taken, reference: Reference) -> Folded:
    """Take a claim or a tick; give what changed for each audience, tombstones before anything else."""
    item: Claim | Tick = taken.item
    before = aggregate or Aggregate(thing=item.key)
    joined = _news(before, item) if isinstance(item, Claim) else ()
    after = _merged(before, item, joined) if isinstance(item, Claim) else before
    step = Step(ledger=max(item.ledger, before.ledger), at=item.at, joined=joined)
    after, outputs = _told_to_all(before, after, step, reference.knowledge)
    if not after.signals:
        return Folded(outputs=outputs, states={before.thing: None})
    due = min(filter(None, _changes_of_time(after, item.at, reference.knowledge)), default=None)
    kept = after.model_copy(update={"ledger": step.ledger, "due_at": due})
    return Folded(outputs=outputs, states={before.thing: kept})


def _told_to_all(
    before: Aggregate, after: Aggregate, step: Step, knowledge: Knowledge
) -> tuple[Aggregate, tuple[Projected, ...]]:
    """Tell each audience what changed for it of the event and of the measure; tombstones first."""
    shown, registered, outputs = [], [], list[Projected]()
    for audience, visible in audiences(after):
        if ref_of(after.thing) is None:
            told = next((one for one in before.shown if one.audience == audience), None)
            now, changes = _tell(told, visible, audience, step, knowledge)
            outputs.extend(changes)
            shown.extend([now] if now else [])
        known = next((one for one in before.registered if one.audience == audience), None)
        entered, changes = register(known, visible, audience, step, knowledge)
        outputs.extend(changes)
        registered.extend([entered] if entered else [])
    outputs.sort(key=lambda output: not isinstance(output, Tombstone))
    return after.model_copy(update={"shown": tuple(shown), "registered": tuple(registered)}), tuple(outputs)


def audiences(aggregate: Aggregate) -> list[tuple[Audience, Aggregate]]:
    """Return the distinct audiences of these fragments with what each may see. All that is accepted is for everybody."""
    return [(EVERYBODY, aggregate)]


def _news(before: Aggregate, claim: Claim) -> tuple[Signal, ...]:
    """Return the reports that a claim brings; a claim replayed after newer ones brings only what is not there yet."""
    if claim.ledger >= before.ledger:
        return claim.joined
    known = {signal.id for signal in before.signals}
    return tuple(signal for signal in claim.joined if signal.id not in known)


def _merged(before: Aggregate, claim: Claim, joined: tuple[Signal, ...]) -> Aggregate:
    left = claim.left if claim.ledger >= before.ledger else ()
    kept = {signal.id: signal for signal in before.signals if signal.id not in left}
    kept.update((signal.id, signal) for signal in joined)
    if ref := ref_of(before.thing):
        return before.model_copy(update={"signals": needed(tuple(kept.values()), ref)})
    first, rest = (ranked := sorted(kept.values(), key=precedence))[:MAX_REPORTS], ranked[MAX_REPORTS:]
    more = dict.fromkeys((*before.more_sources, *(signal.source for signal in rest)))
    return before.model_copy(update={"signals": tuple(first), "more_sources": tuple(more)[:MAX_SOURCES]})


def _tell(
    told: Shown | None, seen: Aggregate, audience: Audience, change: Step, knowledge: Knowledge
) -> tuple[Shown | None, list[Projected]]:
    """Compare what the audience was told with what it may know; return the new account and the changes."""
    visible = seen.signals
    event = _event(told, seen, audience, change, knowledge) if visible else None
    changes: list[Projected] = []
    renamed = told is not None and (event is None or event.id != told.id)
    if told and renamed:
        changes.append(change.farewell(Kind.EVENT, told, event))
    if event is None:
        return None, changes
    shown = Shown(
        audience=audience,
        id=event.id,
        origin_id=event.origin_id,
        members=tuple(signal.id for signal in visible),
        originals=originals_of(visible),
        source_count=event.source_count,
        severity=event.severity,
    )
    fresh = {signal.id: signal for signal in change.joined}
    held = told.originals if told else {}
    moved = {signal.id for signal in visible if renamed or shown.originals.get(signal.id) != held.get(signal.id)}
    touched = {**{signal.id: signal for signal in visible if signal.id in moved}, **fresh}
    changes.extend(
        assemble_signal(signal, knowledge, event=event, original=shown.originals.get(signal.id))
        for signal in sorted(touched.values(), key=precedence)
    )
    if told != shown or not fresh.keys().isdisjoint(shown.members):
        changes.append(event)
    return shown, changes


def _event(told: Shown | None, seen: Aggregate, audience: Audience, change: Step, knowledge: Knowledge) -> Projection:
    """Assemble the event, with the sources of the reports that are kept no longer."""
    event = assemble_event(seen.signals, knowledge, audience=audience, version=change.version, at=change.at)
    sources = tuple(dict.fromkeys((*event.sources, *seen.more_sources)))
    update = {"sources": sources, "source_count": len(sources), "origin_id": told.origin_id if told else event.id}
    return event.model_copy(update=update)


def _changes_of_time(seen: Aggregate, at: datetime, knowledge: Knowledge) -> tuple[datetime | None, datetime | None]:
    return _next_change(seen.signals, at) if seen.shown else None, next_day(seen, at, knowledge)


def _next_change(signals: Sequence[Signal], at: datetime) -> datetime | None:
    """Return the next midnight UTC while a dated start or end lies ahead: severity moves by the day."""
    today = at.astimezone(UTC).date()
    ahead = any(
        day is not None and day >= today
        for signal in signals
        for measure in signal.understood.measures
        for day in (measure.effective_from, measure.effective_to)
    )
    return datetime.combine(today + timedelta(days=1), time(), UTC) if ahead else None
