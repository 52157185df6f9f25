"""What each audience sees of a thing: one projection for each set of fragments that some party may see, from those alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from schemas.base import Model, Utc
from schemas.claim import Claim
from schemas.ledger import Tick
from schemas.marking import EVERYBODY, Audience
from schemas.projection import Kind, Projected, Projection, Tombstone
from schemas.severity import Severity
from schemas.signal import Signal
from streams.assemble.event import assemble_event, assemble_signal, precedence
from streams.knowledge.model import Knowledge
from streams.stage import Folded, Reference, Taken


class Shown(Model):
    """What one audience was last told of the thing's event: under which id (and which at first), of which reports, how hard."""

    audience: Audience
    id: str
    origin_id: str
    members: tuple[str, ...]
    severity: Severity


class Aggregate(Model):
    """All fragments of one thing, by precedence, and what was last shown of them; `due_at` is when time alone changes it."""

    thing: str
    signals: tuple[Signal, ...] = ()
    shown: tuple[Shown, ...] = ()
    due_at: Utc | None = None


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
    signals = _merge(before.signals, item) if isinstance(item, Claim) else before.signals
    fresh = frozenset(signal.id for signal in item.joined) if isinstance(item, Claim) else frozenset()
    change = _Change(ledger=item.ledger, at=item.at, fresh=fresh)
    shown, outputs = [], []
    for audience, visible in audiences(signals):
        told = next((one for one in before.shown if one.audience == audience), None)
        now, changes = _tell(told, visible, audience, change, reference.knowledge)
        outputs.extend(changes)
        shown.extend([now] if now else [])
    outputs.sort(key=lambda output: not isinstance(output, Tombstone))
    if not signals:
        return Folded(outputs=tuple(outputs), states={before.thing: None})
    after = Aggregate(thing=before.thing, signals=signals, shown=tuple(shown), due_at=_next_change(signals, item.at))
    return Folded(outputs=tuple(outputs), states={before.thing: after})


def audiences(signals: Sequence[Signal]) -> list[tuple[Audience, Sequence[Signal]]]:
    """Return the distinct audiences of these fragments with what each may see. All that is accepted is for everybody."""
    return [(EVERYBODY, signals)]


@dataclass(frozen=True, slots=True)
class _Change:
    """When and by which ledger record a thing changed, and which of its reports are new or newly worded."""

    ledger: int
    at: datetime
    fresh: frozenset[str]


def _merge(signals: Sequence[Signal], claim: Claim) -> tuple[Signal, ...]:
    kept = {signal.id: signal for signal in signals if signal.id not in claim.left}
    kept.update((signal.id, signal) for signal in claim.joined)
    return tuple(sorted(kept.values(), key=precedence))


def _tell(
    told: Shown | None, visible: Sequence[Signal], audience: Audience, change: _Change, knowledge: Knowledge
) -> tuple[Shown | None, list[Projected]]:
    """Compare what the audience was told with what it may know; return the new account and the changes."""
    event = _event(told, visible, audience, change, knowledge) if visible else None
    changes: list[Projected] = []
    renamed = told is not None and (event is None or event.id != told.id)
    if told and renamed:
        changes.append(_tombstone(told, event, change))
    if event is None:
        return None, changes
    touched = [signal for signal in visible if renamed or signal.id in change.fresh]
    changes.extend(assemble_signal(signal, knowledge, event=event, among=visible) for signal in touched)
    shown = Shown(
        audience=audience,
        id=event.id,
        origin_id=event.origin_id,
        members=tuple(signal.id for signal in visible),
        severity=event.severity,
    )
    if touched or told != shown:
        changes.append(event)
    return shown, changes


def _event(
    told: Shown | None, visible: Sequence[Signal], audience: Audience, change: _Change, knowledge: Knowledge
) -> Projection:
    """Assemble the event.

    Its version is odd and a tombstone's even, so that at one ledger position the thing that takes an id over beats the
    thing that gives it up.
    """
    event = assemble_event(visible, knowledge, audience=audience, version=2 * change.ledger + 1, at=change.at)
    return event.model_copy(update={"origin_id": told.origin_id}) if told else event


def _tombstone(told: Shown, heir: Projection | None, change: _Change) -> Tombstone:
    return Tombstone(
        kind=Kind.EVENT,
        id=told.id,
        audience=told.audience,
        version=2 * change.ledger,
        updated_at=change.at,
        replaced_by=heir.id if heir else None,
    )


def _next_change(signals: Sequence[Signal], at: datetime) -> datetime | None:
    """Return the next midnight UTC while a dated start or end lies ahead: severity moves by the day."""
    today = at.astimezone(UTC).date()
    ahead = any(
        day is not None and day >= today
        for signal in signals
        for measure in signal.judgement.measures
        for day in (measure.effective_from, measure.effective_to)
    )
    return datetime.combine(today + timedelta(days=1), time(), UTC) if ahead else None
