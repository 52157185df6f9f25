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
    """One measure on one material: what is scored."""

    event_class: EventClass
    moment: Moment
    material: str | None


def severity(judgement: Judgement, knowledge: Knowledge, *, at: datetime) -> Severity:
    """Return both sides' scores 0-100 as of `at`; the terms of a side multiply to its score over 100.

    Of several measures and materials the hardest-hit pair counts, side by side; its `why` names it.
    """
    kind = _Kind(judgement.direction, judgement.relevant, judgement.maturity, judgement.assertion, judgement.asserted)
    return _scored(knowledge, kind, aim_of(judgement), _blows(judgement, at))


def _blows(judgement: Judgement, at: datetime) -> tuple[_Blow, ...]:
    primary = judgement.event_classes[0] if judgement.event_classes else EventClass.NOT_RELEVANT
    today = at.date()
    all_materials = judgement.materials or (None,)
    return tuple(
        dict.fromkeys(
            _Blow((claim.type if claim else None) or primary, moment, material)
            for claim in judgement.measures or (None,)
            for moment in (moment_of(judgement, claim, today),)
            for material in ((claim.materials if claim else ()) or all_materials)
        )
    )


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
    firm = firmness(side, kind.maturity, kind.assertion, asserted=kind.asserted)
    candidates = (_terms(knowledge, side, kind, aim=aim, blow=blow) for blow in blows)
    # `max` keeps the first of equals, so the order of the text decides and two runs agree.
    first, *rest = max(candidates, key=lambda terms: prod(item.value for item in terms))
    return first, *rest[:-1], firm, rest[-1]


def _terms(knowledge: Knowledge, side: Side, kind: _Kind, *, aim: Aim, blow: _Blow) -> tuple[Term, ...]:
    eased = kind.direction if blow.moment.status not in RELIEVED else Direction.TIGHTENING
    return (
        restrictiveness(knowledge, side, blow.event_class, eased, relevant=kind.relevant),
        *exposure(knowledge, side, supply_of(knowledge, aim, blow.event_class), blow.material),
        immediacy(side, blow.moment),
        scope(knowledge, side, blow.event_class, aim),
    )


@lru_cache(maxsize=1_024)
def restrictiveness(
    knowledge: Knowledge, side: Side, event_class: EventClass, direction: Direction, *, relevant: bool
) -> Term:
    """Return how hard a class restricts by itself, less where it eases or concerns no mineral."""
    value, why = knowledge.lexicon.classes[event_class].restrictiveness, event_class.value.replace("_", " ")
    match direction:
        case Direction.EASING:
            value, why = value * _EASING, f"{why}, eased"
        case Direction.NEUTRAL:
            value, why = value * _NEUTRAL, f"{why}, neither tightened nor eased"
        case Direction.TIGHTENING:
            pass
    if not relevant:
        value, why = value * _IRRELEVANT, f"{why}; no matter of critical minerals"
    return term(side, "restrictiveness", around(value, _CERTAIN), why)
