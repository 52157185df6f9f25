"""What happened, judged from the words: a Signal whose every label carries the words that led to it."""

from collections.abc import Iterable, Iterator

from schemas.signal import Assertion, Direction, EventClass, Judgement, Place, Signal, Stage
from streams.knowledge.model import Knowledge
from streams.stages.acts import acts
from streams.stages.assertion import stance
from streams.stages.enrich import Enriched, Mention, Named, Part
from streams.stages.evidence import Labels, evidence
from streams.stages.measures import Told, claims
from streams.stages.nature import direction_of, maturity_of, relation_of
from streams.stages.quantities import quantities
from streams.stages.reading import LEAD, Reading, lead_of
from streams.stages.roles import roles
from streams.stages.scoring import Sentence, score, sentences
from streams.stages.targeting import targeting_of
from streams.stages.tense import bounds
from streams.stages.timeline import timeline

CLASSIFIER_VERSION = "3"

_RELEVANT_POINTS = 2.0
_SECONDARY = 0.4
_MAX_CLASSES = 4
_TELL_NO_MEASURE = frozenset((Assertion.DENIED, Assertion.RECALLED))
"""What is denied is no measure, and what is told again was claimed when it was new."""

_NEEDS_A_NAME = frozenset((EventClass.NEW_SUPPLY, EventClass.REPORTING_DUTY))
"""Classes of everyday words, which bear on a mineral only where a sentence that tells of them names it."""

_STAGE_OF_CLASS = {
    EventClass.TECHNOLOGY_CONTROL: Stage.TECHNOLOGY,
    EventClass.LOGISTICS: Stage.LOGISTICS,
}


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
    reading = read(enriched, knowledge)
    primary, held = reading.primary, reading.stance.assertion
    direction, deciding = direction_of(reading)
    maturity = maturity_of(reading, direction, deciding)
    materials = _materials(reading)
    anchor = reading.acts.anchor
    places = roles(enriched, primary, knowledge, issuer=anchor.ref.partition("-")[0] if anchor else None)
    if held is Assertion.DENIED:  # nothing was done, so nothing gets tighter or easier
        direction, maturity, deciding = Direction.NEUTRAL, None, None
    relevant = _is_relevant(reading, materials)
    told = Told(primary, maturity, reading.any_says("in_force"), relation_of(reading, deciding))
    labels = Labels(_classes(reading), materials, places, deciding, maturity)
    measures = () if held in _TELL_NO_MEASURE else claims(enriched, reading.acts, told, knowledge)
    return Judgement(
        relevant=relevant,
        language=enriched.report.language,
        materials=tuple(materials),
        places=tuple(Place(code=item.code, role=item.role, targeting=item.targeting) for item in places),
        event_classes=labels.classes,
        stage=tuple(_stages(reading, materials)),
        maturity=maturity,
        direction=direction,
        ladder=knowledge.lexicon.classes[primary].ladder,
        asserted=held is Assertion.ASSERTED,
        assertion=held,
        targeting=targeting_of(enriched, primary, [item.role for item in places]),
        quantities=quantities(enriched),
        refs=reading.acts.refs,
        anchor=anchor.ref if anchor else None,
        entities=tuple(_entities(enriched)),
        hs=tuple(dict.fromkeys(code.code for part in enriched.parts for code in part.hs)),
        eccn=tuple(dict.fromkeys(code.code for part in enriched.parts for code in part.eccn)),
        measures=measures,
        dates=timeline(enriched, measures),
        confidence=_confidence(reading, asserted=held is Assertion.ASSERTED),
        evidence=evidence(reading, labels),
    )


def read(enriched: Enriched, knowledge: Knowledge) -> Reading:
    """Return what was found in a report: its sentences, their points, the acts and how it stands to what it tells."""
    found = sentences(enriched)
    scores = score(found, knowledge)
    primary = scores.points[0][0] if scores.points else EventClass.NOT_RELEVANT
    held = stance(found, scores.speaking.get(primary, ()), enriched.report.published_at.date())
    lead = lead_of(found)
    led = frozenset(concept for item in lead for concept in item.concepts)
    return Reading(enriched, knowledge, found, lead, led, scores, acts(enriched), held)


def _classes(reading: Reading) -> tuple[EventClass, ...]:
    points = reading.scores.points
    if not points:
        return (EventClass.NOT_RELEVANT,)
    bar = points[0][1] * _SECONDARY
    kept = [item for item, value in points[:_MAX_CLASSES] if value >= bar]
    return tuple(item for item in kept if item is kept[0] or item is not EventClass.NOT_RELEVANT)


def _materials(reading: Reading) -> dict[str, tuple[Part, Mention]]:
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
                if part.name == "title" or part.sentence_at(mention.start) < LEAD:
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


def _groups_told(reading: Reading) -> set[str]:
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
    return knowledge.materials[material].watched


def _is_relevant(reading: Reading, materials: Iterable[str]) -> bool:
    """Tell whether it bears on supply: an event that is told strongly enough, of a mineral, and is not old news."""
    if reading.stance.assertion is Assertion.RECALLED:
        return False
    if reading.primary is EventClass.NOT_RELEVANT or reading.scores.points[0][1] < _RELEVANT_POINTS:
        return False
    noise = dict(reading.scores.points).get(EventClass.NOT_RELEVANT, 0.0)
    if noise >= reading.scores.points[0][1]:
        return False
    if reading.primary in _NEEDS_A_NAME and not any(map(_names_material, reading.scores.speaking[reading.primary])):
        return False
    return any(_is_watched(item, reading.knowledge) for item in materials) or reading.says("field") is not None


def _names_material(sentence: Sentence) -> bool:
    """Tell whether the sentence itself names one: a car plant that opens is no supply of what the text names elsewhere."""
    if "field" in sentence.concepts:
        return True
    begin, end = bounds(sentence.part, sentence.index)
    return any(item.named is Named.MATERIAL and begin <= item.start < end for item in sentence.part.mentions)


def _stages(reading: Reading, materials: dict[str, tuple[Part, Mention]]) -> Iterator[Stage]:
    seen: dict[Stage, None] = {}
    of_class = _STAGE_OF_CLASS.get(reading.primary)
    if of_class is not None:
        seen[of_class] = None
    for part in reading.enriched.parts:
        for mention in part.mentions:
            leads = part.name == "title" or part.sentence_at(mention.start) < LEAD
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


def _confidence(reading: Reading, *, asserted: bool) -> float:
    """Return 0-1: how many points the first class has, how far it leads, less when nobody asserts it."""
    points = reading.scores.points
    if not points:
        return 0.5
    best = points[0][1]
    second = points[1][1] if len(points) > 1 else 0.0
    strength = best / (best + 2.5)
    return round(strength * (0.75 + 0.25 * (best - second) / best) * (1.0 if asserted else 0.6), 3)
