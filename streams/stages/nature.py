"""What an event is by law: which way it moves supply, how firm it stands, what it does to an earlier measure."""

import re
from datetime import timedelta

from schemas.signal import Assertion, DateRole, Direction, EventClass, Maturity, Precision, RelationKind
from streams.knowledge.lexicon import NAMED_MATERIAL, Target
from streams.stages.frames import Frame
from streams.stages.reading import Reading
from streams.stages.scoring import Sentence

_EVENTS = frozenset(
    (
        EventClass.OUTAGE, EventClass.FORCE_MAJEURE, EventClass.STRIKE, EventClass.CONFLICT, EventClass.LOGISTICS,
        EventClass.NATURAL_HAZARD, EventClass.CYBER, EventClass.PRICE_SHOCK, EventClass.FLOW_ANOMALY,
        EventClass.LICENCE_FRICTION,
    )
)  # fmt: skip
"""Classes that happen rather than become law: what is reported of them holds."""

_STEPS = frozenset((EventClass.DISPUTE, EventClass.PRICE_FLOOR, EventClass.STOCKPILE))
_TALK = frozenset((EventClass.POLICY_SIGNAL, *_STEPS))
"""Classes that are steps and statements: announced unless something was adopted."""

_MEASURES = frozenset(
    (
        EventClass.EXPORT_BAN, EventClass.EXPORT_LICENSING, EventClass.EXPORT_QUOTA, EventClass.EXPORT_TAX,
        EventClass.EXPORT_SUSPENSION, EventClass.TECHNOLOGY_CONTROL, EventClass.REEXPORT_CONTROL, EventClass.ENTITY_LISTING,
    )
)  # fmt: skip
"""Controls: what is told of them in the present or the past holds."""

_STILL_NEWS_DAYS = 120

_PROLONGED = re.compile(
    r"\b(?:extend|prolong|renew|roll(?:s|ed)? over)\w*\s(?:[\w'-]+\s){0,8}(?:until|till|through|by|another|further|beyond)\b"
    r"|\bextend\w*\s(?:[\w'-]+\s){0,5}(?:suspension|ban|embargo|moratorium|halt)\b|延长"
)
"""An earlier measure's end is put off: not "extends controls to magnets", which is a new measure."""

_PROLONGED_HINTS = ("extend", "prolong", "renew", "roll", "延长")


def direction_of(reading: Reading) -> tuple[Direction, tuple[Sentence, Frame] | None]:
    """Return the direction, and the frame that decided it: the title's if it has one, else the text's first."""
    default = reading.knowledge.lexicon.classes[reading.primary].direction
    if reading.primary is EventClass.DISPUTE and reading.says("lost_case") is not None:
        return Direction.EASING, None
    if reading.primary in _EVENTS and reading.says("over") is not None:
        return Direction.EASING, None
    if reading.primary is EventClass.POLICY_SIGNAL:
        return _policy_direction(reading), None
    if reading.primary is EventClass.IMPORT_RESTRICTION and _spares(reading):
        return Direction.NEUTRAL, None
    for item in reading.lead:
        told = [frame for frame in item.frames if frame.outermost]
        if item.part.name != "title":
            # The text's first sentence turns a direction only by lifting a restriction, and never that of mere talk of trade.
            told = [frame for frame in told if item.index == 0 and default is not Direction.NEUTRAL and _lifts(frame)]
        votes = sum(frame.tightens for frame in told)
        if votes:
            direction = Direction.TIGHTENING if votes > 0 else Direction.EASING
            return direction, (item, next(frame for frame in told if frame.tightens * votes > 0))
    return default, None


def _spares(reading: Reading) -> bool:
    """Tell whether a duty's title says that it leaves minerals out."""
    title = next((item.concepts for item in reading.lead if item.part.name == "title"), {})
    return "exempt" in title and ("field" in title or NAMED_MATERIAL in title)


def _policy_direction(reading: Reading) -> Direction:
    """Return which way talk and framework laws point: eased access, control by law or a threat of it, else neither."""
    _, rule = reading.scores.loudest[EventClass.POLICY_SIGNAL]
    if "cooperation" in rule:
        eases = reading.says("access", "FLOW_STARTED", "EASED") and reading.says(
            "licence", "licensing", "control", "export"
        )
        return Direction.EASING if eases else Direction.NEUTRAL
    return Direction.TIGHTENING if reading.says("control", "curb", "ban", "framework") else Direction.NEUTRAL


def _lifts(frame: Frame) -> bool:
    return frame.tightens < 0 and frame.target is not Target.FLOW and frame.status is not None


def maturity_of(reading: Reading, direction: Direction, deciding: tuple[Sentence, Frame] | None) -> Maturity | None:
    """Return the legal nature: the first of these that holds."""
    if reading.primary is EventClass.NOT_RELEVANT:
        return None
    if direction is Direction.EASING and deciding is not None and deciding[1].status is not None:
        is_put_off = deciding[1].status is Maturity.ANNOUNCED and reading.says("suspend") is not None
        return Maturity.SUSPENDED if is_put_off else deciding[1].status
    is_talk = reading.primary in _TALK and not reading.says("adopted")
    is_act = bool(reading.acts.refs) or reading.says("adopted") is not None
    start = None if reading.primary in _STEPS else _start_of(reading, is_act=is_act)
    is_done = _is_done(reading)
    told = (
        (reading.says("rumour") is not None, Maturity.RUMOUR),
        (reading.says("informal") is not None, Maturity.INFORMAL),
        (reading.primary in _EVENTS, Maturity.IN_FORCE),
        (reading.stance.assertion is Assertion.CONSIDERED or reading.says("draft") is not None, Maturity.DRAFT),
        (start is not None and not (is_talk and start is Maturity.IN_FORCE), start or Maturity.ANNOUNCED),
        (is_talk and reading.says("in_force") is None, Maturity.ANNOUNCED),
        (reading.any_says("in_force"), Maturity.IN_FORCE),
        (is_act and not (is_done and reading.primary is EventClass.EXPORT_SUSPENSION), Maturity.ADOPTED),
        (is_done, Maturity.IN_FORCE),
    )
    return next((maturity for holds, maturity in told if holds), Maturity.ANNOUNCED)


def _start_of(reading: Reading, *, is_act: bool) -> Maturity | None:
    """Return how firm the first start that is told makes it: in force, or adopted when the day is still to come.

    A start in some month or year ahead is no more than announced, unless an act says so.
    """
    published = reading.enriched.report.published_at.date()
    for part in reading.enriched.parts:
        for told in part.dates:
            if told.role is not DateRole.EFFECTIVE:
                continue
            if told.day > published:
                return Maturity.ADOPTED if is_act or told.precision is Precision.DAY else Maturity.ANNOUNCED
            return Maturity.IN_FORCE if told.last_day >= published - timedelta(days=_STILL_NEWS_DAYS) else None
    return None


def _is_done(reading: Reading) -> bool:
    """Tell whether a measure is told as done: nothing in title and lead puts it into the future."""
    return reading.primary in _MEASURES and reading.says("plan", "consider", "to_come") is None


_RELATIONS = {
    Maturity.SUSPENDED: RelationKind.SUSPENDS,
    Maturity.REPEALED: RelationKind.REPEALS,
    Maturity.ANNOUNCED: RelationKind.AMENDS,  # its start is put off
}


def relation_of(reading: Reading, deciding: tuple[Sentence, Frame] | None) -> RelationKind | None:
    """Return what the report does to an earlier measure as a whole, by its deciding verb; null where it sets its own."""
    if deciding is not None and deciding[1].status is not None and deciding[1].tightens < 0:
        return _RELATIONS.get(deciding[1].status)
    return RelationKind.EXTENDS if any(_is_prolonged(item.words) for item in reading.lead) else None


def _is_prolonged(words: str) -> bool:
    return any(hint in words for hint in _PROLONGED_HINTS) and _PROLONGED.search(words) is not None
