"""The register of measures: what each audience is told of a measure, as reports come in and as days pass."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schemas.base import stable_id
from schemas.marking import Audience
from schemas.measure import Record
from schemas.projection import Kind, Projected, Projection
from schemas.signal import Role, Signal
from streams.assemble.aggregate import Aggregate, ShownMeasure, Step
from streams.assemble.event import event_id_of
from streams.assemble.measure import Moment, assemble_measure, changed, distinct, same
from streams.assemble.statements import stands_alone, tells_of_measures
from streams.knowledge.model import Knowledge
from streams.stages.correlate import MEASURE

REPORTS_PER_WORD = 4
"""Reports kept of each thing that is said of a measure."""


def ref_of(thing: str) -> str | None:
    """Return the legal reference of a thing that is a measure; null for one that is an event."""
    return thing.removeprefix(MEASURE) if thing.startswith(MEASURE) else None


def needed(signals: Sequence[Signal], ref: str) -> tuple[Signal, ...]:
    """Return the reports that a measure is to remember."""
    return distinct(signals, ref, most=REPORTS_PER_WORD)


def register(
    told: ShownMeasure | None, seen: Aggregate, audience: Audience, step: Step, knowledge: Knowledge
) -> tuple[ShownMeasure | None, list[Projected]]:
    """Compare what the audience was told of the measure with what it may know; return the new account and the changes."""
    measure = _measure(told, seen, audience, step, knowledge)
    changes: list[Projected] = []
    if told and (measure is None or measure.id != told.id):
        changes.append(step.farewell(Kind.MEASURE, told, measure))
    if measure is None or measure.measure is None:
        return None, changes
    before = told.record if told and told.id == measure.id else None
    shown = ShownMeasure(
        audience=audience,
        id=measure.id,
        origin_id=measure.origin_id,
        members=tuple(sorted(report.signal_id for report in measure.reports)),
        severity=measure.severity,
        record=measure.measure.model_copy(update={"changes": ()}),
    )
    news = {signal.id for signal in step.joined}.intersection(shown.members)
    if told and not news and same(before, measure.measure) and _looks_alike(told, shown):
        return told.model_copy(update={"record": shown.record}), changes
    changes.append(measure.model_copy(update={"measure": changed(before, measure.measure)}))
    return shown, changes


def next_day(seen: Aggregate, at: datetime, knowledge: Knowledge) -> datetime | None:
    """Return the next midnight where the issuer is, while a day lies ahead on which the register or a severity changes."""
    ahead = [shown.record for shown in seen.registered if _is_ahead(shown.record)]
    if not ahead:
        return None
    zone = _zone(_country(seen, ref_of(seen.thing)), knowledge)
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


def _looks_alike(one: ShownMeasure, other: ShownMeasure) -> bool:
    return (one.members, one.severity) == (other.members, other.severity)


def _is_ahead(record: Record) -> bool:
    """Tell whether a state is yet to begin or to end."""
    return any(
        (one.since is not None and one.since > record.today) or (one.until is not None and one.until >= record.today)
        for one in record.intervals
    )


def _measure(
    told: ShownMeasure | None, seen: Aggregate, audience: Audience, step: Step, knowledge: Knowledge
) -> Projection | None:
    ref = ref_of(seen.thing)
    if ref is None and not _has_its_own(seen.signals):
        return None
    today = step.at.astimezone(_zone(_country(seen, ref), knowledge)).date()
    moment = Moment(step.at, today, step.version)
    measure = assemble_measure(ref, seen.signals, knowledge, audience=audience, moment=moment)
    if measure is None:
        return None
    measure_id = measure.id if ref else stable_id("measure", event_id_of(seen.signals))
    return measure.model_copy(update={"id": measure_id, "origin_id": told.origin_id if told else measure_id})


def _has_its_own(signals: Sequence[Signal]) -> bool:
    """Tell whether an event has a measure that no legal reference names; that of an act is a thing by itself."""
    if any(signal.understood.anchor for signal in signals):
        return False
    claims = (claim for signal in signals if tells_of_measures(signal) for claim in signal.understood.measures)
    return any(map(stands_alone, claims))


def _country(seen: Aggregate, ref: str | None) -> str:
    """Return whose days count: the issuer's, which a reference begins with, else of who acts."""
    if ref:
        return ref.partition("-")[0]
    actors = (code for signal in seen.signals for code in signal.understood.codes(Role.ACTOR))
    return next(actors, "")


def _zone(country: str, knowledge: Knowledge) -> ZoneInfo:
    return _zone_named(knowledge.zones.get(country, "UTC"))


@lru_cache(maxsize=256)
def _zone_named(name: str) -> ZoneInfo:
    return ZoneInfo(name)
