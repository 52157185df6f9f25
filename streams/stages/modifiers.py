"""What softens a cut for a material: output that follows the price, stocks that last, substitutes that come in time."""

from functools import lru_cache
from math import exp2

from schemas.severity import Term
from streams.knowledge.model import Knowledge, Metric, Observation, Side
from streams.stages.figures import Range, label_of, term

_FOLLOWS = Range(0.92, 0.85, 1.0)
"""A mine can answer a price within years; what is won beside another metal follows that metal's market, not its own."""

_HALVED_MONTHS, _STOCK_FLOOR = 24.0, 0.5
_LEAST_STOCK = 0.7
"""Low of a stock that nobody published: about a year's use."""

_SUBSTITUTE_FLOOR, _SLOW_MONTHS = 0.85, 60.0
"""A substitute at hand takes 15 % off, one that needs five years nothing."""


@lru_cache(maxsize=2_048)
def modifiers(knowledge: Knowledge, side: Side, material: str) -> tuple[Term, Term, Term]:
    """Return the three terms of a material; where nothing is published nothing is counted, and the band says so."""
    label = label_of(knowledge, material)
    return (
        _response(knowledge, side, material, label=label),
        _stocks(_months(knowledge, Metric.STOCK_MONTHS, material, side.name), side, label),
        _substitutes(_months(knowledge, Metric.SUBSTITUTE_MONTHS, material, None), side, label),
    )


def _months(knowledge: Knowledge, metric: Metric, material: str, country: str | None) -> Observation | None:
    return next(iter(knowledge.observed(metric, material, country=country)), None)


def _response(knowledge: Knowledge, side: Side, material: str, *, label: str) -> Term:
    known = knowledge.materials.get(material)
    if known and known.by_product_of:
        why = f"{label} comes with {', '.join(known.by_product_of)}: output cannot follow price"
        return term(side, "response", Range(1.0, 1.0, 1.0), why)
    return term(side, "response", _FOLLOWS, f"{label} is won for itself: output can follow price, slowly")


def _stocks(item: Observation | None, side: Side, label: str) -> Term:
    if item is None:
        open_ended = Range(1.0, _LEAST_STOCK, 1.0, assumed=True)
        return term(side, "stocks", open_ended, f"{label}: {side.name} stocks, no figure published, none counted")
    value = max(_STOCK_FLOOR, exp2(-item.value / _HALVED_MONTHS))
    why = f"{label}: stocks for {item.value:g} months of {side.name} use"
    return term(side, "stocks", Range(value, max(_STOCK_FLOOR, value - 0.1), min(1.0, value + 0.05)), why, of=item)


def _substitutes(item: Observation | None, side: Side, label: str) -> Term:
    if item is None:
        open_ended = Range(1.0, _SUBSTITUTE_FLOOR, 1.0, assumed=True)
        return term(side, "substitutes", open_ended, f"{label}: substitutes, no figure published, none counted")
    value = _SUBSTITUTE_FLOOR + (1 - _SUBSTITUTE_FLOOR) * min(1.0, item.value / _SLOW_MONTHS)
    why = f"{label}: {item.bound}{item.value:g} months until a substitute is qualified"
    return term(
        side, "substitutes", Range(value, max(_SUBSTITUTE_FLOOR, value - 0.05), min(1.0, value + 0.05)), why, of=item
    )
