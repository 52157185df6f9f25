"""How hard each side is hit, with the arithmetic, term by term.

score = 100 x restrictiveness x sqrt(share) x sqrt(dependence) x immediacy x firmness x scope x response x stocks x
substitutes. Share and dependence enter by their square roots, which is the geometric mean of the two. Every term is
0-1 and none is zero, so that nothing is clipped; a missing input says so and widens the band.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from math import prod
from typing import NamedTuple

from schemas.severity import Severity, Term, level_of
from schemas.signal import Assertion, Direction, EventClass, Judgement, Maturity
from streams.knowledge.model import Knowledge, Side
from streams.stages.exposure import exposure
from streams.stages.figures import around, term
from streams.stages.scope import Aim, aim_of, scope, supply_of
from streams.stages.timing import RELIEVED, Moment, firmness, immediacy, moment_of

_EASING, _NEUTRAL, _IRRELEVANT = 0.25, 0.5, 0.3
_CERTAIN = 0.05


class _Kind(NamedTuple):
    """What kind of thing is told, whichever measure of it."""

    direction: Direction
    relevant: bool
    maturity: Maturity | None
    assertion: Assertion
    asserted: bool


class _Blow(NamedTuple):
    """One measure: its class, its place in time, and what it is on, empty where no material is told."""

    event_class: EventClass
    moment: Moment
    materials: tuple[str, ...]


class _Deed(NamedTuple):
    """What is done to which materials, whenever that is."""

    event_class: EventClass
    materials: tuple[str, ...]
    direction: Direction
    relevant: bool


class _Case(NamedTuple):
    """The terms of a deed on the hardest-hit material that no day moves, and their product."""

    exposed: tuple[Term, ...]
    scope: Term
    product: float


def severity(judgement: Judgement, knowledge: Knowledge, *, at: datetime) -> Severity:
    """Return both sides' scores 0-100 as of `at`; the terms of a side multiply to its score over 100.

    Of several measures and materials the hardest-hit pair counts, side by side; its `why` names it.
    """
    kind = _Kind(judgement.direction, judgement.relevant, judgement.maturity, judgement.assertion, judgement.asserted)
    return _scored(knowledge, kind, aim_of(judgement), _blows(judgement, at))


def _blows(judgement: Judgement, at: datetime) -> tuple[_Blow, ...]:
    primary = judgement.event_classes[0] if judgement.event_classes else EventClass.NOT_RELEVANT
    today = at.date()
    if not judgement.measures:
        return (_Blow(primary, moment_of(judgement, None, today), judgement.materials),)
    told = (
        _Blow(claim.type or primary, moment_of(judgement, claim, today), claim.materials or judgement.materials)
        for claim in judgement.measures
    )
    return tuple(dict.fromkeys(told))


@lru_cache(maxsize=8_192)
def _scored(knowledge: Knowledge, kind: _Kind, aim: Aim, blows: tuple[_Blow, ...]) -> Severity:
    """Remembered: an event is scored again at each report, and as a signal and an event at once."""
    sides = {side: _hardest(knowledge, side, kind, aim=aim, blows=blows) for side in Side}
    scores = {side: _score(item.value for item in terms) for side, terms in sides.items()}
    bands = {
        side: (_score(item.low for item in terms), _score(item.high for item in terms)) for side, terms in sides.items()
    }
    joint = max(scores.values())
    return Severity(
        us=scores[Side.US],
        eu=scores[Side.EU],
        joint=joint,
        us_band=bands[Side.US],
        eu_band=bands[Side.EU],
        level=level_of(joint),
        terms=(*sides[Side.US], *sides[Side.EU]),
    )


def _score(values: Iterable[float]) -> int:
    return round(100 * prod(values))


def _hardest(knowledge: Knowledge, side: Side, kind: _Kind, *, aim: Aim, blows: tuple[_Blow, ...]) -> tuple[Term, ...]:
    candidates = []
    for blow in blows:
        eased = Direction.TIGHTENING if blow.moment.status in RELIEVED else kind.direction
        case = _case(knowledge, side, aim, _Deed(blow.event_class, blow.materials, eased, kind.relevant))
        candidates.append((case, immediacy(side, blow.moment)))
    case, soon = max(candidates, key=lambda pair: pair[0].product * pair[1].value)
    firm = firmness(side, kind.maturity, kind.assertion, asserted=kind.asserted)
    return (*case.exposed, soon, firm, case.scope)


@lru_cache(maxsize=8_192)
def _case(knowledge: Knowledge, side: Side, aim: Aim, deed: _Deed) -> _Case:
    supply = supply_of(knowledge, aim, deed.event_class)
    candidates = [exposure(knowledge, side, supply, item) for item in deed.materials or (None,)]
    # `max` keeps the first of equals, so the order of the text decides and two runs agree.
    hardest = max(candidates, key=lambda terms: prod(item.value for item in terms))
    exposed = (_restrictiveness(knowledge, side, deed), *hardest)
    meant = scope(knowledge, side, deed.event_class, aim)
    return _Case(exposed, meant, prod(item.value for item in exposed) * meant.value)


def _restrictiveness(knowledge: Knowledge, side: Side, deed: _Deed) -> Term:
    value = knowledge.lexicon.classes[deed.event_class].restrictiveness
    why = deed.event_class.value.replace("_", " ")
    match deed.direction:
        case Direction.EASING:
            value, why = value * _EASING, f"{why}, eased"
        case Direction.NEUTRAL:
            value, why = value * _NEUTRAL, f"{why}, neither tightened nor eased"
        case Direction.TIGHTENING:
            pass
    if not deed.relevant:
        value, why = value * _IRRELEVANT, f"{why}; no matter of critical minerals"
    return term(side, "restrictiveness", around(value, _CERTAIN), why)
