"""How much of what a side uses is cut when one country stops: what it buys there, and what others make from it.

reach = direct + (others) x share x PASS_ON. A side that buys nothing from the actor still loses: its suppliers draw on
the same world market, and bid against everybody else for what is left of it.
"""

from typing import NamedTuple

from schemas.severity import Term
from schemas.signal import Stage
from streams.knowledge.model import Knowledge, Metric, Observation, Side
from streams.stages.figures import Range, around, figure, is_of, label_of, least, listed, range_of, root, term

PASS_ON = Range(0.8, 0.5, 1.0)
"""How much of the actor's share of the world the other suppliers pass on: all of it in one pooled market, less where
they have ore, contracts or stocks of their own. The authors' judgement, hence the band."""

_LEAST = 0.05
"""Even a net exporter pays the world's price."""

_NO_RELIANCE = Range(0.4, 0.1, 0.9, assumed=True)
_RANKED = (0.48, 0.17, 0.12, 0.1)
"""What a place in the order of import sources stands for where no shares are published: the averages of the
shares that S49 gives for 2021-2024, by the place that S01 gives the country."""

_RANK_SPREAD = 0.15
_STAGES = (Stage.MINING, Stage.REFINING, Stage.METAL, Stage.COMPONENT)


class Reach(NamedTuple):
    """The acting country, the stage that it acts at, and its share of the world's output there."""

    actor: str
    stage: Stage
    share: Range


class _Direct(NamedTuple):
    """What a side buys from the actor, in words, and the figure behind it."""

    part: Range
    told: str
    of: Observation | None


def dependence(knowledge: Knowledge, side: Side, reach: Reach, material: str) -> Term:
    """Return the side's dependence on the actor for a material, as its square root."""
    found = _on_imports(knowledge, reach, material) if side is Side.US else _of_union(knowledge, reach, material)
    why = f"{label_of(knowledge, material)}: {found.told}"
    return term(side, "dependence", root(least(found.part, _LEAST)), why, of=found.of)


def _on_imports(knowledge: Knowledge, reach: Reach, material: str) -> _Direct:
    item = next(iter(knowledge.observed(Metric.US_IMPORT_RELIANCE, material)), None)
    reliance = range_of(item) if item else _NO_RELIANCE
    told = f"US net import reliance {figure(item)}" if item else "US net import reliance, no figure published"
    if is_of(knowledge, Side.US, reach.actor):
        own = Range(1 - reliance.value, 1 - reliance.high, 1 - reliance.low, reliance.assumed)
        return _Direct(own, f"{told}; the rest is its own", item)
    source = _source(knowledge, reach.actor, material)
    met = _passed_on(source.part, Range(0.0, 0.0, 0.0), reach.share)
    part = Range(
        reliance.value * met.value,
        reliance.low * met.low,
        reliance.high * met.high,
        reliance.assumed or source.part.assumed,
    )
    return _Direct(part, f"{told}, {source.told}; {_others(reach)}", item)


def _source(knowledge: Knowledge, actor: str, material: str) -> _Direct:
    """Return the actor's weight among the import sources: its share, else what its place stands for."""
    share = next(iter(knowledge.observed(Metric.US_IMPORT_SHARE, material, country=actor)), None)
    if share is not None:
        return _Direct(range_of(share), f"{actor} {figure(share)} of imports ({share.source})", share)
    rank = next(iter(knowledge.observed(Metric.US_IMPORT_RANK, material, country=actor)), None)
    if rank is not None:
        part = around(_RANKED[min(int(rank.value), len(_RANKED)) - 1], _RANK_SPREAD)
        return _Direct(part, f"{actor} import source no. {rank.value:g} ({rank.source})", rank)
    total = listed(knowledge, Metric.US_IMPORT_SHARE, material, None)
    return _Direct(
        _rest(total.all if total else 1.0),
        f"{actor} not among the main import sources (its part: no figure published)",
        None,
    )


def _rest(total: float) -> Range:
    """Return what a country that is not listed may supply: half of what the listed ones leave."""
    rest = max(0.0, 1 - total)
    return Range(rest / 2, 0.0, rest, assumed=rest > 0)


def _of_union(knowledge: Knowledge, reach: Reach, material: str) -> _Direct:
    stages = (reach.stage, *(stage for stage in _STAGES if stage is not reach.stage))
    for stage in stages:
        item = next(iter(knowledge.observed(Metric.EU_SUPPLY_SHARE, material, stage=stage, country=reach.actor)), None)
        if item is not None:
            told = f"{reach.actor} {figure(item)} of EU supply ({stage.value}); {_others(reach)}"
            return _Direct(_joined(knowledge, reach, material, range_of(item), stage=stage), told, item)
    for stage in stages:
        total = listed(knowledge, Metric.EU_SUPPLY_SHARE, material, stage)
        if total is not None:
            told = f"{reach.actor} is not among the EU's suppliers listed (its part: no figure published); {_others(reach)}"
            return _Direct(_joined(knowledge, reach, material, _rest(total.all), stage=stage), told, None)
    bought = reach.share.value
    part = Range(bought, bought / 2, min(1.0, 1.5 * bought + 0.2), assumed=True)
    return _Direct(part, "EU supply, no figure published; taken to buy as the world does", None)


def _joined(knowledge: Knowledge, reach: Reach, material: str, direct: Range, *, stage: Stage) -> Range:
    """Return what is bought from the actor and what others pass on; the union's own output is cut by neither."""
    total = listed(knowledge, Metric.EU_SUPPLY_SHARE, material, stage)
    own = total.members if total else 0.0
    if is_of(knowledge, Side.EU, reach.actor):
        own = max(0.0, own - direct.value)
    return _passed_on(direct, Range(own, own, own), reach.share)


def _passed_on(direct: Range, own: Range, share: Range) -> Range:
    value, low, high = (
        bought + max(0.0, 1 - bought - made) * part * passed
        for bought, made, part, passed in zip(direct[:3], own[:3], share[:3], PASS_ON[:3], strict=True)
    )
    return Range(min(1.0, value), min(1.0, low), min(1.0, high), direct.assumed)


def _others(reach: Reach) -> str:
    return f"others pass on {PASS_ON.value:g} of its {100 * reach.share.value:.3g} % of the world's {reach.stage.value}"
