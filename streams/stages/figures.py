"""Published figures as ranges, and the terms that are made of them."""

from collections.abc import Mapping
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from schemas.severity import Term
from schemas.signal import Stage
from streams.knowledge.model import Knowledge, Metric, Observation, Side

_CHECKED, _UNCHECKED = 0.05, 0.2
"""How far a figure may be off: statistics of one year and scope differ by about five points from the next source's."""

_ROUND = 4


class Range(NamedTuple):
    """A value 0-1 with its low and high; `assumed` where nobody published it."""

    value: float
    low: float
    high: float
    assumed: bool = False


class Listed(NamedTuple):
    """What the countries listed under one figure add up to, 0-1: all of them, and the union's members alone."""

    all: float
    members: float


def range_of(item: Observation) -> Range:
    """Return a figure of per cent as a range; of a bound ("> 50 %") the middle of what it leaves open."""
    value = item.value / 100
    match item.bound:
        case ">":
            return Range((value + 1) / 2, value, 1.0)
        case "<":
            return Range(value / 2, 0.0, value)
        case _:
            return around(value, _CHECKED if item.verified else _UNCHECKED)


def around(value: float, spread: float) -> Range:
    """Return a value that may be off by the spread."""
    return Range(value, max(0.0, value - spread), min(1.0, value + spread))


def least(item: Range, floor: float) -> Range:
    """Return the range with nothing below the floor."""
    return Range(max(floor, item.value), max(floor, item.low), max(floor, item.high), item.assumed)


def figure(item: Observation) -> str:
    """Return a figure as it was published."""
    return f"{item.bound}{item.value:g} %"


def scaled(item: Range, factor: float) -> Range:
    """Return the range times a factor 0-1."""
    return Range(item.value * factor, item.low * factor, item.high * factor, item.assumed)


def root(item: Range) -> Range:
    """Return the square roots: two such terms count together as their geometric mean."""
    return Range(sqrt(item.value), sqrt(item.low), sqrt(item.high), item.assumed)


def term(side: Side, name: str, item: Range, why: str, of: Observation | None = None) -> Term:
    """Return a term with the source, year and scope of its figure, where it has one."""
    return Term(
        side=side.value,
        name=name,
        value=round(item.value, _ROUND),
        low=round(item.low, _ROUND),
        high=round(item.high, _ROUND),
        why=why,
        source=of.source if of else None,
        year=of.year if of else None,
        scope=(of.scope or None) if of else None,
        assumed=item.assumed,
        reviewed=of.verified if of else True,
    )


def label_of(knowledge: Knowledge, material: str) -> str:
    """Return what people call a material."""
    known = knowledge.materials.get(material)
    return known.label if known else material


def is_of(knowledge: Knowledge, side: Side, code: str) -> bool:
    """Tell whether a country is the side or, for the union, a member of it."""
    if code == side.name:
        return True
    place = knowledge.places.get(code)
    return side is Side.EU and place is not None and place.eu_member


def listed(knowledge: Knowledge, metric: Metric, material: str, stage: Stage | None) -> Listed | None:
    """Return what the listed countries add up to, of the material or else its group; null when none is listed."""
    totals = _totals(knowledge)
    known = knowledge.materials.get(material)
    return totals.get((metric, material, stage)) or totals.get((metric, known.group if known else None, stage))


@lru_cache(maxsize=4)
def _totals(knowledge: Knowledge) -> Mapping[tuple[Metric, str | None, Stage | None], Listed]:
    totals: dict[tuple[Metric, str | None, Stage | None], Listed] = {}
    for (metric, material, stage, country), found in knowledge.index.items():
        if country is None or metric is Metric.US_IMPORT_RANK:
            continue
        value = range_of(found[0]).value
        held = totals.get((metric, material, stage), Listed(0.0, 0.0))
        member = value if is_of(knowledge, Side.EU, country) else 0.0
        totals[metric, material, stage] = Listed(held.all + value, held.members + member)
    return totals
