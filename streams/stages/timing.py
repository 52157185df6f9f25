"""When a measure bites, as of a day, and how firmly it is told."""

from datetime import date
from functools import lru_cache
from math import exp2
from typing import NamedTuple

from schemas.severity import Term
from schemas.signal import Assertion, Direction, Judgement, Maturity, MeasureClaim, RelationKind
from streams.knowledge.model import Side
from streams.stages.figures import Range, around, term

_FLOOR, _HALF_LIFE_DAYS = 0.3, 540.0
"""A measure dated far ahead: never below the floor; half of what is above it is left after 18 months."""

_SUSPENDED, _LAPSED, _LAPSE_HALF_LIFE_DAYS = 0.35, 0.6, 90.0
"""A suspension discounts; the discount shrinks as its end nears, and whoever reads nothing after the end must check."""

_ENDED = {Maturity.EXPIRED: 0.15, Maturity.REPEALED: 0.1}
_UNDATED = {
    Maturity.IN_FORCE: Range(1.0, 1.0, 1.0),
    Maturity.ADOPTED: Range(0.95, 0.7, 1.0),
    Maturity.INFORMAL: Range(0.8, 0.5, 1.0),
}
_NO_DATE = Range(0.9, 0.6, 1.0)

_DRAFTS = {Maturity.RUMOUR: 0.35, Maturity.DRAFT: 0.5}
_TOLD = {
    Assertion.ASSERTED: 1.0,
    Assertion.RECALLED: 0.6,
    Assertion.CONSIDERED: 0.45,
    Assertion.RUMOURED: 0.35,
    Assertion.DENIED: 0.12,
}
"""Of what is not asserted: old news is true and known, what is weighed may come, a rumour may be wrong, a denial mostly holds."""

_RELIEF = {RelationKind.SUSPENDS: Maturity.SUSPENDED, RelationKind.REPEALS: Maturity.REPEALED}
RELIEVED = frozenset((Maturity.SUSPENDED, Maturity.EXPIRED, Maturity.REPEALED))
"""Statuses that tell of relief by themselves: easing is not counted a second time beside them."""


class Moment(NamedTuple):
    """One measure's place in time: its status, days until it starts and until its last day is over; null where not told."""

    status: Maturity | None
    starts_in: int | None
    ends_in: int | None


def moment_of(judgement: Judgement, claim: MeasureClaim | None, today: date) -> Moment:
    """Return where a measure stands on a day; an easing act that suspends or repeals others gives them its status."""
    status = judgement.maturity
    if claim is None:
        return Moment(status, None, None)
    if claim.relation and judgement.direction is Direction.EASING and status not in RELIEVED:
        status = _RELIEF.get(claim.relation.kind, status)
    starts, ends = claim.earliest_start, claim.effective_to
    return Moment(status, (starts - today).days if starts else None, (ends - today).days if ends else None)


@lru_cache(maxsize=8_192)
def immediacy(side: Side, moment: Moment) -> Term:
    """Return how soon and how fully a measure bites; never zero."""
    value, why = _immediacy(moment)
    return term(side, "immediacy", value, why)


def _immediacy(moment: Moment) -> tuple[Range, str]:
    if moment.status is Maturity.SUSPENDED:
        return _suspended(moment.ends_in)
    if moment.status in _ENDED:
        return around(_ENDED[moment.status], 0.05), moment.status.value
    if moment.ends_in is not None and moment.ends_in < 0:
        return around(_ENDED[Maturity.EXPIRED], 0.05), f"its last day was {-moment.ends_in} days ago"
    if moment.starts_in is None:
        return _UNDATED.get(moment.status, _NO_DATE) if moment.status else _NO_DATE, _undated(moment.status)
    if moment.starts_in > 0:
        value = _nearing(_FLOOR, 1.0, moment.starts_in, _HALF_LIFE_DAYS)
        return around(value, 0.1), f"takes effect in {moment.starts_in} days"
    return Range(1.0, 1.0, 1.0), "in effect"


def _undated(status: Maturity | None) -> str:
    if status is Maturity.IN_FORCE:
        return "in effect"
    return f"{status.value.replace('_', ' ') if status else 'status not told'}; no date of effect told"


def _suspended(ends_in: int | None) -> tuple[Range, str]:
    if ends_in is None:
        return around(_SUSPENDED, 0.15), "suspended, no end told"
    if ends_in < 0:
        return Range(_LAPSED, _SUSPENDED, 1.0), f"its suspension ended {-ends_in} days ago; what followed is not told"
    return around(
        _nearing(_SUSPENDED, _LAPSED, ends_in, _LAPSE_HALF_LIFE_DAYS), 0.15
    ), f"suspended for {ends_in} days more"


def _nearing(floor: float, top: float, days: int, half_life_days: float) -> float:
    return floor + (top - floor) * exp2(-days / half_life_days)


@lru_cache(maxsize=256)
def firmness(side: Side, maturity: Maturity | None, assertion: Assertion, *, asserted: bool) -> Term:
    """Return how firmly a thing is told: the weaker of its legal state and the report's own stance."""
    if not asserted and assertion is Assertion.ASSERTED:
        assertion = Assertion.RUMOURED
    told, drafted = _TOLD[assertion], _DRAFTS.get(maturity, 1.0) if maturity else 1.0
    value = min(told, drafted)
    if value == 1.0:
        return term(side, "firmness", Range(1.0, 1.0, 1.0), "asserted")
    why = maturity.value if maturity and drafted <= told else assertion.value
    return term(side, "firmness", around(value, value / 2), why)
