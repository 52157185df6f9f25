"""What happened, judged from the words: a Signal whose every label carries the words that led to it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.signal import Direction, EventClass, Judgement, Maturity, Place, RelationKind, Signal, Stage
from streams.knowledge.lexicon import Target
from streams.knowledge.model import Knowledge
from streams.stages.acts import Acts, acts
from streams.stages.enrich import Enriched, Mention, Named, Part
from streams.stages.evidence import Labels, evidence
from streams.stages.frames import Frame
from streams.stages.measures import Told, claims
from streams.stages.roles import roles
from streams.stages.scoring import Scores, Sentence, score, sentences

CLASSIFIER_VERSION = "2"

_RELEVANT_POINTS = 2.0
_SECONDARY = 0.4
_MAX_CLASSES = 4
_LEAD = 2
"""Sentences of the text, from the first, that count as its lead."""

_EVENTS = frozenset(
    (
        EventClass.OUTAGE, EventClass.FORCE_MAJEURE, EventClass.STRIKE, EventClass.CONFLICT, EventClass.LOGISTICS,
        EventClass.NATURAL_HAZARD, EventClass.CYBER, EventClass.PRICE_SHOCK, EventClass.FLOW_ANOMALY,
        EventClass.LICENCE_FRICTION,
    )
)  # fmt: skip
"""Classes that happen rather than become law: what is reported of them holds."""

_TALK = frozenset((EventClass.POLICY_SIGNAL, EventClass.DISPUTE, EventClass.PRICE_FLOOR, EventClass.STOCKPILE))
"""Classes that are steps and statements: announced unless something was adopted."""

_PROLONGED = re.compile(
    r"\b(?:extend|prolong|renew|roll(?:s|ed)? over)\w*\s(?:[\w'-]+\s){0,8}(?:until|till|through|by|another|further|beyond)\b"
    r"|\bextend\w*\s(?:[\w'-]+\s){0,5}(?:suspension|ban|embargo|moratorium|halt)\b|延长"
)
"""An earlier measure's end is put off: not "extends controls to magnets", which is a new measure."""

_STAGE_OF_CLASS = {
    EventClass.TECHNOLOGY_CONTROL: Stage.TECHNOLOGY,
    EventClass.LOGISTICS: Stage.LOGISTICS,
}


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was found on the way to the judgement."""

    enriched: Enriched
    knowledge: Knowledge
    sentences: Sequence[Sentence]
    scores: Scores
    acts: Acts

    @property
    def primary(self) -> EventClass:
        return self.scores.points[0][0] if self.scores.points else EventClass.NOT_RELEVANT

    def lead(self) -> Iterator[Sentence]:
        """Give the sentences of the title and the lead of the text."""
        return (item for item in self.sentences if item.part.name == "title" or item.index < _LEAD)

    def says(self, *concepts: str) -> Sentence | None:
        """Return the first sentence of title and lead that holds one of the concepts."""
        return next((item for item in self.lead() if not item.concepts.keys().isdisjoint(concepts)), None)


def classify(enriched: Enriched, knowledge: Knowledge) -> Signal:
    """Return the signal of a report: total on any text, filled for every text, relevant or not."""
    report = enriched.report
    return Signal(
        id=report.id,
        native_id=report.native_id,
        source=report.source,
        source_kind=report.source_kind,
        party=report.party,
        marking=report.marking,
        title=report.title,
        text=report.text,
        url=report.url,
        language=report.language,
        published_at=report.published_at,
        received_at=report.received_at,
        backfill=report.backfill,
        judgement=judge(enriched, knowledge),
        judged_by=f"classify/{CLASSIFIER_VERSION}+{knowledge.version}",
    )


def judge(enriched: Enriched, knowledge: Knowledge) -> Judgement:
    """Return what a report says, with the words that say it."""
    found = sentences(enriched)
    reading = _Reading(enriched, knowledge, found, score(found, knowledge), acts(enriched))
    primary = reading.primary
    direction, deciding = _direction(reading)
    maturity = _maturity(reading, direction, deciding)
    materials = _materials(reading)
    places = roles(enriched, primary, knowledge)
    asserted = reading.says("deny", "rumour") is None and not _only_considered(reading)
    relevant = _is_relevant(reading, materials)
    immediate = _any_says(reading, "in_force")
    labels = Labels(_classes(reading), materials, places, deciding)
    return Judgement(
        relevant=relevant,
        language=enriched.report.language,
        materials=tuple(materials),
        places=tuple(Place(code=item.code, role=item.role) for item in places),
        event_classes=labels.classes,
        stage=tuple(_stages(reading, materials)),
        maturity=maturity,
        direction=direction,
        ladder=knowledge.lexicon.classes[primary].ladder,
        asserted=asserted,
        refs=reading.acts.refs,
        anchor=reading.acts.anchor.ref if reading.acts.anchor else None,
        entities=tuple(_entities(enriched)),
        hs=tuple(dict.fromkeys(code.code for part in enriched.parts for code in part.hs)),
        eccn=tuple(dict.fromkeys(code.code for part in enriched.parts for code in part.eccn)),
        measures=claims(
            enriched, reading.acts, Told(primary, maturity, immediate, _relation(reading, deciding)), knowledge
        ),
        confidence=_confidence(reading, asserted=asserted),
        evidence=evidence(enriched, reading.scores, labels),
    )


def _classes(reading: _Reading) -> tuple[EventClass, ...]:
    points = reading.scores.points
    if not points:
        return (EventClass.NOT_RELEVANT,)
    bar = points[0][1] * _SECONDARY
    kept = [item for item, value in points[:_MAX_CLASSES] if value >= bar]
    return tuple(item for item in kept if item is kept[0] or item is not EventClass.NOT_RELEVANT)


def _direction(reading: _Reading) -> tuple[Direction, tuple[Sentence, Frame] | None]:
    """Return the direction, and the frame that decided it: the title's if it has one, else the text's first."""
    default = reading.knowledge.lexicon.classes[reading.primary].direction
    for item in reading.lead():
        told = [frame for frame in item.frames if frame.outermost]
        if item.part.name != "title":
            # The text's details turn a direction only by lifting a restriction, and never that of mere talk of trade.
            told = [frame for frame in told if default is not Direction.NEUTRAL and _lifts(frame)]
        votes = sum(frame.tightens for frame in told)
        if votes:
            direction = Direction.TIGHTENING if votes > 0 else Direction.EASING
            return direction, (item, next(frame for frame in told if frame.tightens * votes > 0))
    return default, None


def _lifts(frame: Frame) -> bool:
    return frame.tightens < 0 and frame.target is not Target.FLOW and frame.status is not None


def _maturity(reading: _Reading, direction: Direction, deciding: tuple[Sentence, Frame] | None) -> Maturity | None:
    """Return the legal nature: the first of these that holds."""
    if reading.primary is EventClass.NOT_RELEVANT:
        return None
    if direction is Direction.EASING and deciding is not None and deciding[1].status is not None:
        return deciding[1].status
    is_talk = reading.primary in _TALK and not reading.says("adopted")
    is_act = bool(reading.acts.refs) or reading.says("adopted") is not None
    told = (
        (reading.says("rumour") is not None, Maturity.RUMOUR),
        (reading.says("informal") is not None, Maturity.INFORMAL),
        (reading.primary in _EVENTS, Maturity.IN_FORCE),
        (_only_considered(reading) or reading.says("draft") is not None, Maturity.DRAFT),
        (is_talk, Maturity.ANNOUNCED),
        (_any_says(reading, "in_force"), Maturity.IN_FORCE),
        (is_act, Maturity.ADOPTED),
    )
    return next((maturity for holds, maturity in told if holds), Maturity.ANNOUNCED)


_RELATIONS = {Maturity.SUSPENDED: RelationKind.SUSPENDS, Maturity.REPEALED: RelationKind.REPEALS}


def _relation(reading: _Reading, deciding: tuple[Sentence, Frame] | None) -> RelationKind | None:
    """Return what the report does to an earlier measure as a whole, by its deciding verb; null where it sets its own."""
    if deciding is not None and deciding[1].status is not None and deciding[1].tightens < 0:
        return _RELATIONS.get(deciding[1].status)
    return RelationKind.EXTENDS if any(_PROLONGED.search(item.words()) for item in reading.lead()) else None


def _any_says(reading: _Reading, concept: str) -> bool:
    return any(concept in item.concepts for item in reading.sentences)


def _only_considered(reading: _Reading) -> bool:
    return any("consider" in item.concepts for item in reading.sentences if item.part.name == "title")


def _materials(reading: _Reading) -> dict[str, tuple[Part, Mention]]:
    """Return the materials in order with the words that first name them, each followed by its group.

    Metals outside the lists are kept when the title or the lead names them, or nothing else is named.
    """
    named: dict[str, tuple[Part, Mention]] = {}
    leading: set[str] = set()
    told = _groups_told(reading)
    for part in reading.enriched.parts:
        for mention in part.mentions:
            if mention.named is not Named.MATERIAL:
                continue
            for value in mention.values if len(mention.values) == 1 else _groups_meant(mention.values, told):
                named.setdefault(value, (part, mention))
                if part.name == "title" or part.sentence_at(mention.start) < _LEAD:
                    leading.add(value)
    known = reading.knowledge.materials
    watched = {value for value in named if _is_watched(value, reading.knowledge)}
    kept = {value: found for value, found in named.items() if value in watched or value in leading or not watched}
    grouped: dict[str, tuple[Part, Mention]] = {}
    for value, found in kept.items():
        grouped[value] = found
        group = known[value].group
        if group:
            grouped.setdefault(group, found)
    return grouped


def _groups_told(reading: _Reading) -> set[str]:
    """Return the groups that single names point to: holmium to the heavy rare earths."""
    known = reading.knowledge.materials
    groups = {item.group for item in known.values()}
    single = (
        mention.values[0]
        for part in reading.enriched.parts
        for mention in part.mentions
        if mention.named is Named.MATERIAL and len(mention.values) == 1
    )
    return {group for value in single if (group := known[value].group or value) in groups}


def _groups_meant(values: tuple[str, ...], told: set[str]) -> tuple[str, ...]:
    """Return what a name for several materials means: "rare earths" beside holmium alone are the heavy ones."""
    return tuple(value for value in values if value in told) or values


def _is_watched(material: str, knowledge: Knowledge) -> bool:
    known = knowledge.materials[material]
    return known.critical or material in _WATCH_LIST


_WATCH_LIST = frozenset(("molybdenum", "superhard"))
"""On no critical list, but under Chinese export control since 2025 and 2024."""


def _is_relevant(reading: _Reading, materials: Iterable[str]) -> bool:
    if reading.primary is EventClass.NOT_RELEVANT or reading.scores.points[0][1] < _RELEVANT_POINTS:
        return False
    noise = dict(reading.scores.points).get(EventClass.NOT_RELEVANT, 0.0)
    if noise >= reading.scores.points[0][1]:
        return False
    return any(_is_watched(item, reading.knowledge) for item in materials) or reading.says("field") is not None


def _stages(reading: _Reading, materials: dict[str, tuple[Part, Mention]]) -> Iterator[Stage]:
    seen: dict[Stage, None] = {}
    of_class = _STAGE_OF_CLASS.get(reading.primary)
    if of_class is not None:
        seen[of_class] = None
    for part in reading.enriched.parts:
        for mention in part.mentions:
            leads = part.name == "title" or part.sentence_at(mention.start) < _LEAD
            if mention.stage is not None and leads and not materials.keys().isdisjoint(mention.values):
                seen[mention.stage] = None
    return iter(seen)


def _entities(enriched: Enriched) -> Iterator[str]:
    return iter(
        dict.fromkeys(
            mention.values[0]
            for part in enriched.parts
            for mention in part.mentions
            if mention.named is Named.ORGANISATION
        )
    )


def _confidence(reading: _Reading, *, asserted: bool) -> float:
    """Return 0-1: how many points the first class has, how far it leads, less when nobody asserts it."""
    points = reading.scores.points
    if not points:
        return 0.5
    best = points[0][1]
    second = points[1][1] if len(points) > 1 else 0.0
    strength = best / (best + 2.5)
    return round(strength * (0.75 + 0.25 * (best - second) / best) * (1.0 if asserted else 0.6), 3)
