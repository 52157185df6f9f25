"""How hard each side is hit, with the arithmetic, term by term.

score = 100 x restrictiveness x sqrt(share) x sqrt(dependence) x immediacy x scope x modifiers. Share and dependence
enter by their square roots, which is the geometric mean of the two. A missing input is a middle value, says so, and
widens the band.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from math import exp, prod, sqrt

from schemas.severity import Severity, Term, level_of
from schemas.signal import Direction, EventClass, Judgement, Maturity, Role, Stage
from streams.knowledge.model import Knowledge, Metric, Observation, Side

_MIDDLE = (0.4, 0.1, 0.9)
"""Value, low and high of a share or dependence that nobody published."""

_STAGES = (Stage.REFINING, Stage.MINING, Stage.METAL, Stage.COMPONENT)
_FIRM_MATURITY = {
    Maturity.RUMOUR: 0.35,
    Maturity.DRAFT: 0.5,
    Maturity.SUSPENDED: 0.35,
    Maturity.EXPIRED: 0.15,
    Maturity.REPEALED: 0.1,
}
_FLOOR, _HALF_LIFE_DAYS = 0.3, 540.0
"""Immediacy of a measure dated far ahead: never below the floor; half of what is above it is left after 18 months."""

_SUSPENDED_FLOOR = 0.35
_EASING, _NEUTRAL, _IRRELEVANT = 0.25, 0.5, 0.3
_ONE_TARGET, _TECHNOLOGY_ONLY = 0.6, 0.7
_BY_PRODUCT = 1.1
_LISTED_SOURCES = (1.0, 0.9, 0.8)
_UNLISTED_SOURCE = 0.6
_EU_UNLISTED = 0.5
_CERTAIN = 0.05
_LEAST_REST = 0.02
"""Listed shares are rounded: what they leave to others may look like nothing and is not."""

_ROUND = 4


def severity(judgement: Judgement, knowledge: Knowledge, *, at: datetime) -> Severity:
    """Return both sides' scores 0-100 as of `at`; the terms of a side multiply to its score over 100.

    Of several materials the hardest-hit one counts, side by side; its `why` names it.
    """
    sides = {side: _side(judgement, knowledge, side, at=at) for side in Side}
    scores = {side: _score(term.value for term in terms) for side, terms in sides.items()}
    bands = {
        side: (_score(term.low for term in terms), max(scores[side], _score(term.high for term in terms)))
        for side, terms in sides.items()
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


def _score(values: Iterator[float]) -> int:
    return min(100, round(100 * prod(values)))


def _side(judgement: Judgement, knowledge: Knowledge, side: Side, *, at: datetime) -> tuple[Term, ...]:
    primary = judgement.event_classes[0] if judgement.event_classes else EventClass.NOT_RELEVANT
    common = (
        _restrictiveness(knowledge, side, primary, judgement.direction, relevant=judgement.relevant),
        _immediacy(judgement, side, at=at),
        _scope(side, primary, judgement.codes(Role.TARGET)),
    )
    actors = judgement.codes(Role.ACTOR) or judgement.codes(Role.LOCATION)
    exposed = _Exposed(side, actors, judgement.stage)
    candidates = [_exposure(knowledge, exposed, item) for item in judgement.materials] or [_unknown(side)]
    # `max` keeps the first of equals, so the order of the text decides and two runs agree.
    hardest = max(candidates, key=lambda terms: prod(term.value for term in terms))
    return (common[0], *hardest, *common[1:])


def _term(side: Side, name: str, value: float, why: str, *, spread: float = 0.0) -> Term:
    low, high = max(0.0, value - spread), min(1.0, value + spread) if value <= 1 else value
    return Term(
        side=side.value,
        name=name,
        value=round(value, _ROUND),
        low=round(low, _ROUND),
        high=round(high, _ROUND),
        why=why,
    )


@lru_cache(maxsize=1_024)
def _restrictiveness(
    knowledge: Knowledge, side: Side, primary: EventClass, direction: Direction, *, relevant: bool
) -> Term:
    value, why = knowledge.lexicon.classes[primary].restrictiveness, primary.value.replace("_", " ")
    match direction:
        case Direction.EASING:
            value, why = value * _EASING, f"{why}, eased"
        case Direction.NEUTRAL:
            value, why = value * _NEUTRAL, f"{why}, neither tightened nor eased"
        case Direction.TIGHTENING:
            pass
    if not relevant:
        value, why = value * _IRRELEVANT, f"{why}; no matter of critical minerals"
    return _term(side, "restrictiveness", value, why, spread=_CERTAIN)


def _immediacy(judgement: Judgement, side: Side, *, at: datetime) -> Term:
    days = _days_ahead(judgement, at.date())
    value, why = 1.0, "in effect, or no later date told"
    if days > 0:
        value = _FLOOR + (1 - _FLOOR) * exp(-0.6931 * days / _HALF_LIFE_DAYS)
        why = f"takes effect in {days} days"
    firm = _FIRM_MATURITY.get(judgement.maturity) if judgement.maturity else None
    if firm is not None and judgement.maturity is not None:
        value, why = max(value * firm, firm * _FLOOR), f"{judgement.maturity.value}; {why}"
    if not judgement.asserted:
        value, why = value * _FIRM_MATURITY[Maturity.RUMOUR], f"not asserted; {why}"
    return _term(side, "immediacy", value, why)


def _days_ahead(judgement: Judgement, today: date) -> int:
    effective = [day for item in judgement.measures if (day := item.earliest_start)]
    return max(0, (min(effective) - today).days) if effective else 0


@lru_cache(maxsize=1_024)
def _scope(side: Side, primary: EventClass, targets: tuple[str, ...]) -> Term:
    if targets and side.name not in targets:
        return _term(side, "scope", _ONE_TARGET, f"aimed at {', '.join(targets)}", spread=0.2)
    if primary is EventClass.TECHNOLOGY_CONTROL:
        return _term(side, "scope", _TECHNOLOGY_ONLY, "technology, not the material itself", spread=0.1)
    return _term(side, "scope", 1.0, f"aimed at {side.name}" if targets else "all destinations")


@dataclass(frozen=True, slots=True)
class _Exposed:
    """Which side is exposed to which acting countries, at which stages of the chain."""

    side: Side
    actors: tuple[str, ...]
    stages: tuple[Stage, ...]


@lru_cache(maxsize=4_096)
def _exposure(knowledge: Knowledge, exposed: _Exposed, material: str) -> tuple[Term, ...]:
    """Return share, dependence and by-product of a material: remembered, because the news repeats its combinations."""
    side, actors = exposed.side, exposed.actors
    label = knowledge.materials[material].label if material in knowledge.materials else material
    options = [
        (
            _share(knowledge, material, actor, side=side, stages=exposed.stages),
            _dependence(knowledge, material, actor, side=side),
        )
        for actor in actors
    ] or [(_assumed(side, "share", f"{label}: nobody is named as acting"), _assumed(side, "dependence", label))]
    share, dependence = max(options, key=lambda pair: pair[0].value * pair[1].value)
    known = knowledge.materials.get(material)
    if known is None or not known.by_product_of:
        return share, dependence
    value = min(_BY_PRODUCT, 1 / max(share.value * dependence.value, 1e-9))
    return (
        share,
        dependence,
        _term(
            side,
            "by-product",
            value,
            f"{label} comes with {', '.join(known.by_product_of)}: output cannot follow price",
        ),
    )


def _unknown(side: Side) -> tuple[Term, ...]:
    return _assumed(side, "share", "no material named"), _assumed(side, "dependence", "no material named")


def _assumed(side: Side, name: str, why: str, *, bounds: tuple[float, float, float] = _MIDDLE) -> Term:
    value, low, high = (round(sqrt(item), _ROUND) for item in bounds)
    return Term(
        side=side.value,
        name=name,
        value=value,
        low=low,
        high=high,
        why=f"{why}; no figure published, middle value",
        assumed=True,
    )


def _share(knowledge: Knowledge, material: str, actor: str, *, side: Side, stages: tuple[Stage, ...]) -> Term:
    label = knowledge.materials[material].label if material in knowledge.materials else material
    wanted = [stage for stage in stages if stage in _STAGES] or list(_STAGES)
    found = [item for stage in wanted if (item := knowledge.share(material, stage, actor))]
    found = found or [item for stage in _STAGES if (item := knowledge.share(material, stage, actor))]
    if not found:
        rest = _remainder(knowledge, material, wanted[0])
        bounds = _MIDDLE if rest is None else (rest / 2, 0.0, rest)
        return _assumed(side, "share", f"{label}: {actor} is not among the producers listed", bounds=bounds)
    best = max(found, key=lambda item: item.value)
    stage = best.stage.value if best.stage else "supply"
    return _figure(
        side,
        "share",
        best.value / 100,
        best,
        why=f"{label}: {actor} {best.bound}{best.value:g} % of the world's {stage}",
    )


def _remainder(knowledge: Knowledge, material: str, stage: Stage) -> float | None:
    """Return what the listed producers of a stage leave to all others, 0-1; null when none is listed."""
    best = {
        country: found[0].value
        for country in knowledge.places
        if (found := knowledge.observed(Metric.WORLD_SHARE, material, stage=stage, country=country))
    }
    return max(_LEAST_REST, 1 - sum(best.values()) / 100) if best else None


def _dependence(knowledge: Knowledge, material: str, actor: str, *, side: Side) -> Term:
    label = knowledge.materials[material].label if material in knowledge.materials else material
    found = knowledge.dependence(side, material, actor)
    if side is Side.EU:
        if not found:
            return _assumed(
                side,
                "dependence",
                f"{label}: {actor} is not among the EU's suppliers listed",
                bounds=(0.15, 0.0, _EU_UNLISTED),
            )
        best = max(found, key=lambda item: item.value)
        return _figure(
            side,
            "dependence",
            best.value / 100,
            best,
            why=f"{label}: {actor} {best.bound}{best.value:g} % of EU supply",
        )
    reliance = next((item for item in found if item.metric is Metric.US_IMPORT_RELIANCE), None)
    if reliance is None:
        return _assumed(side, "dependence", f"{label}: US net import reliance")
    weight, listing = _source_weight(found, actor)
    why = f"{label}: US net import reliance {reliance.bound}{reliance.value:g} %, {listing}"
    return _figure(side, "dependence", reliance.value / 100 * weight, reliance, why=why)


def _source_weight(found: tuple[Observation, ...], actor: str) -> tuple[float, str]:
    """Return how much of the US reliance falls on a country: published import sources are ordered, not exclusive."""
    rank = next((int(item.value) for item in found if item.metric is Metric.US_IMPORT_RANK), None)
    if rank is not None:
        return _LISTED_SOURCES[min(rank, len(_LISTED_SOURCES)) - 1], f"{actor} import source no. {rank}"
    share = next((item for item in found if item.metric is Metric.US_IMPORT_SHARE), None)
    if share is not None:
        return _LISTED_SOURCES[-1], f"{actor} {share.value:g} % of imports"
    return _UNLISTED_SOURCE, f"{actor} not among the main import sources"


def _figure(side: Side, name: str, value: float, observation: Observation, *, why: str) -> Term:
    spread = 0.05 if observation.verified and not observation.bound else 0.2
    low, high = max(0.0, value - spread), min(1.0, value + spread)
    return Term(
        side=side.value,
        name=name,
        value=round(sqrt(value), _ROUND),
        low=round(sqrt(low), _ROUND),
        high=round(sqrt(high), _ROUND),
        why=why,
        source=observation.source,
        year=observation.year,
        reviewed=observation.verified,
    )
