"""Whom a measure is aimed at, seen from one side, and how much of the chain it covers."""

from typing import NamedTuple

from schemas.severity import Term
from schemas.signal import EventClass, Judgement, Role, Stage, Targeting
from streams.knowledge.model import Knowledge, Side
from streams.stages.exposure import Supply
from streams.stages.figures import Range, is_of, scaled, term

_AIMED = Range(1.0, 1.0, 1.0)
_ALL = Range(1.0, 0.8, 1.0)
"""No destination told: nearly every control is for all of them."""

_MEMBER = Range(0.7, 0.4, 1.0)
"""One member of the union is aimed at: the single market shares the shortage, and lessens it."""

_OTHERS = Range(0.3, 0.1, 0.5)
"""Others are aimed at: what they do not get they buy where this side buys."""

_OTHERS_INFERRED = Range(0.6, 0.3, 0.9)
_EXTRATERRITORIAL = Range(0.6, 0.3, 0.9)
"""A control that follows goods abroad meets this side's firms through whomever it is aimed at."""

_EXCLUDED = Range(0.1, 0.02, 0.3)
_OWN = Range(0.1, 0.02, 0.3)
"""A side's control on its own exports keeps the goods at home."""

_TURNED_AWAY = Range(0.4, 0.2, 0.6)
"""Another's duty on imports turns the flow towards this side."""

_TECHNOLOGY_ONLY = 0.7

_ON_IMPORTS = frozenset((EventClass.IMPORT_RESTRICTION, EventClass.SANCTIONS))
_ON_EXPORTS = frozenset(
    (
        EventClass.EXPORT_BAN, EventClass.EXPORT_LICENSING, EventClass.EXPORT_QUOTA, EventClass.EXPORT_TAX,
        EventClass.EXPORT_SUSPENSION, EventClass.STATE_TRADING, EventClass.TECHNOLOGY_CONTROL,
        EventClass.REEXPORT_CONTROL, EventClass.ENTITY_LISTING, EventClass.REPORTING_DUTY, EventClass.LICENCE_FRICTION,
        EventClass.SANCTIONS, EventClass.DISPUTE,
    )
)  # fmt: skip
"""Classes that have destinations. A halted mine or a storm aims at nobody, whoever is named beside it."""

_AT_A_PLACE = frozenset(
    (
        EventClass.OUTAGE, EventClass.FORCE_MAJEURE, EventClass.STRIKE, EventClass.CONFLICT, EventClass.LOGISTICS,
        EventClass.NATURAL_HAZARD, EventClass.CYBER,
    )
)  # fmt: skip
"""Classes that cut the supply of where they happen, whoever owns the mine."""


class Aim(NamedTuple):
    """Who acts, where, on whom, and who is left out, as a report tells it."""

    actors: tuple[str, ...]
    locations: tuple[str, ...]
    targets: tuple[str, ...]
    excluded: tuple[str, ...]
    targeting: Targeting | None
    stages: tuple[Stage, ...]


def aim_of(judgement: Judgement) -> Aim:
    """Return whom a report's event comes from and goes to; how a named target is told counts before how the event is."""
    targets = [place for place in judgement.places if place.role is Role.TARGET]
    left_out = tuple(place.code for place in judgement.places if place.targeting is Targeting.EXCLUDED)
    named = tuple(place.code for place in targets if place.targeting is not Targeting.EXCLUDED)
    told = {place.targeting for place in targets} - {None, Targeting.EXCLUDED}
    targeting = judgement.targeting or (told.pop() if len(told) == 1 else None)
    locations = judgement.codes(Role.LOCATION)
    return Aim(judgement.codes(Role.ACTOR) or locations, locations, named, left_out, targeting, judgement.stage)


def supply_of(knowledge: Knowledge, aim: Aim, event_class: EventClass) -> Supply:
    """Return whose supply is cut: the acting country's, that of where a mishap is, or that of whom a side shuts out."""
    if event_class in _AT_A_PLACE and aim.locations:
        return Supply(aim.locations, aim.stages)
    return Supply(aim.targets if _is_shut_out(knowledge, event_class, aim) else aim.actors, aim.stages)


def _is_shut_out(knowledge: Knowledge, event_class: EventClass, aim: Aim) -> bool:
    if event_class not in _ON_IMPORTS or not aim.targets or not aim.actors:
        return False
    return all(any(is_of(knowledge, side, code) for side in Side) for code in aim.actors)


def scope(knowledge: Knowledge, side: Side, event_class: EventClass, aim: Aim) -> Term:
    """Return how much of a measure is meant for a side; never zero."""
    value, why = _aimed(knowledge, side, event_class, aim)
    if event_class is EventClass.TECHNOLOGY_CONTROL or aim.stages == (Stage.TECHNOLOGY,):
        value = scaled(value, _TECHNOLOGY_ONLY)
        why = f"{why}; technology, not the material itself"
    return term(side, "scope", value, why)


def _aimed(knowledge: Knowledge, side: Side, event_class: EventClass, aim: Aim) -> tuple[Range, str]:
    acts = [is_of(knowledge, side, code) for code in aim.actors]
    if side.name in aim.excluded:
        return _EXCLUDED, f"{side.name} is left out"
    if _is_shut_out(knowledge, event_class, aim):
        return (_AIMED, "its own imports") if any(acts) else (_TURNED_AWAY, f"imports of {', '.join(aim.actors)}")
    if event_class not in _ON_EXPORTS:
        return _AIMED, "hits whoever buys there"
    if acts and all(acts):
        return _OWN, f"{side.name} acts itself"
    return _destined(side, event_class, aim, hit=[code for code in aim.targets if is_of(knowledge, side, code)])


def _destined(side: Side, event_class: EventClass, aim: Aim, *, hit: list[str]) -> tuple[Range, str]:
    if side.name in hit:
        return _AIMED, f"aimed at {side.name}"
    if not aim.targets or aim.targeting is Targeting.ERGA_OMNES:
        return (_AIMED, "all destinations") if aim.targeting else (_ALL, "no destination told, so all")
    if hit:
        return _MEMBER, f"aimed at {', '.join(hit)} of the {side.name}"
    why = f"aimed at {', '.join(aim.targets)}"
    if event_class is EventClass.REEXPORT_CONTROL:
        return _EXTRATERRITORIAL, f"{why}, and follows the goods"
    return (_OTHERS_INFERRED, f"{why}, as is inferred") if aim.targeting is Targeting.INFERRED else (_OTHERS, why)
