"""What a side stands to lose of one material: the actor's share, the side's dependence, and what softens the blow."""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from schemas.severity import Term
from schemas.signal import Stage
from streams.knowledge.model import Knowledge, Metric, Observation, Side
from streams.stages.dependence import Reach, dependence
from streams.stages.figures import Range, figure, label_of, least, listed, range_of, root, term
from streams.stages.modifiers import modifiers

_CHAIN = (Stage.REFINING, Stage.MINING, Stage.METAL, Stage.COMPONENT)
"""Stages that have shares, the narrowest of most chains first."""

_MIDDLE = Range(0.4, 0.1, 0.9, assumed=True)
"""A share or dependence that nobody published."""

_LEAST_SHARE = 0.005
"""Shares are published in whole per cent: 0 means less than half of one."""

_LEAST_REST = 0.02
"""Listed shares are rounded: what they leave to others may look like nothing and is not."""


class Supply(NamedTuple):
    """Whose supply is at stake and where: the acting countries and the stages told, empty where none is."""

    actors: tuple[str, ...]
    stages: tuple[Stage, ...]


@lru_cache(maxsize=8_192)
def exposure(knowledge: Knowledge, side: Side, supply: Supply, material: str | None) -> tuple[Term, ...]:
    """Return the terms of one material: share, dependence, response, stocks, substitutes.

    Of several actors and stages the pair that hits hardest counts. Remembered, because the news repeats its combinations.
    """
    if material is None:
        return _unknown(side, "no material named")
    options = [
        pair
        for actor in dict.fromkeys(supply.actors)
        for pair in _pairs(knowledge, side, actor, stages=supply.stages, material=material)
    ]
    softened = modifiers(knowledge, side, material)
    if not options:
        return *_unknown(side, f"{label_of(knowledge, material)}: nobody is named as acting"), *softened
    # `max` keeps the first of equals, so the order of the text decides and two runs agree.
    return *max(options, key=lambda pair: pair[0].value * pair[1].value), *softened


def _unknown(side: Side, why: str) -> tuple[Term, ...]:
    said = f"{why}; no figure published, middle value"
    return tuple(term(side, name, root(_MIDDLE), said) for name in ("share", "dependence"))


def _pairs(
    knowledge: Knowledge, side: Side, actor: str, *, stages: tuple[Stage, ...], material: str
) -> Iterator[tuple[Term, Term]]:
    wanted = tuple(stage for stage in _CHAIN if stage in stages) or _CHAIN
    found = _shares(knowledge, material, actor, wanted) or _shares(knowledge, material, actor, _CHAIN)
    label = label_of(knowledge, material)
    for stage, item in found:
        share = least(range_of(item), _LEAST_SHARE)
        why = f"{label}: {actor} {figure(item)} of the world's {stage.value}"
        told = term(side, "share", root(share), why, of=item)
        yield told, dependence(knowledge, side, Reach(actor, stage, share), material)
    if not found:
        share = _left(knowledge, material, wanted[0])
        why = f"{label}: {actor} is not among the producers listed; no figure published, middle value"
        told = term(side, "share", root(share), why)
        yield told, dependence(knowledge, side, Reach(actor, wanted[0], share), material)


def _shares(
    knowledge: Knowledge, material: str, actor: str, stages: tuple[Stage, ...]
) -> list[tuple[Stage, Observation]]:
    return [(stage, item) for stage in stages if (item := knowledge.share(material, stage, actor))]


def _left(knowledge: Knowledge, material: str, stage: Stage) -> Range:
    """Return half of what the listed producers of a stage leave to all others; the middle where none is listed."""
    total = listed(knowledge, Metric.WORLD_SHARE, material, stage)
    if total is None:
        return _MIDDLE
    rest = max(_LEAST_REST, 1 - total.all)
    return Range(rest / 2, 0.0, rest, assumed=True)
