"""The words that led to each label, with their offsets into title or text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.signal import Direction, EventClass, Evidence, Maturity
from streams.stages.assertion import Stance
from streams.stages.enrich import Cue, Mention, Part
from streams.stages.frames import Frame, concept_of
from streams.stages.reading import Reading
from streams.stages.roles import Placed
from streams.stages.scoring import Scores, Sentence

MAX_EVIDENCE = 60
"""Quotes a judgement carries at most; a list of a thousand customs codes needs no thousand quotes."""

_WORDS_OF = {
    Maturity.RUMOUR: ("rumour",),
    Maturity.INFORMAL: ("informal",),
    Maturity.DRAFT: ("consider", "draft"),
    Maturity.IN_FORCE: ("in_force",),
    Maturity.ADOPTED: ("adopted",),
    Maturity.ANNOUNCED: ("announced", "plan"),
}
"""The concepts whose words say how firm a measure stands; no word at all is needed where a class or an act says it."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What was judged and has words to show: classes, materials and where each is first named, places, direction, maturity."""

    classes: tuple[EventClass, ...]
    materials: Mapping[str, tuple[Part, Mention]]
    places: Sequence[Placed]
    deciding: tuple[Sentence, Frame] | None
    maturity: Maturity | None


def evidence(reading: Reading, labels: Labels) -> tuple[Evidence, ...]:
    """Return the quotes, the classes' first."""
    return tuple(islice(_quotes(reading, labels), MAX_EVIDENCE))


def _quotes(reading: Reading, labels: Labels) -> Iterator[Evidence]:
    parts = {part.name: part for part in reading.enriched.parts}
    for event_class in labels.classes:
        yield from _of_class(event_class, reading.scores)
    yield from _of_stance(reading.stance)
    yield from _of_maturity(reading, labels)
    if labels.deciding is not None:
        sentence, frame = labels.deciding
        direction = Direction.TIGHTENING if frame.tightens > 0 else Direction.EASING
        yield _quote(sentence.part, *_span(sentence, frame), field="direction", value=direction.value)
    for material, (part, mention) in labels.materials.items():
        yield _quote(part, mention.start, mention.end, field="material", value=material)
    for item in labels.places:
        yield _quote(parts[item.part], item.mention.start, item.mention.end, field=item.role.value, value=item.code)
    for part in parts.values():
        yield from _of_part(part)


def _of_class(event_class: EventClass, scores: Scores) -> Iterator[Evidence]:
    if event_class not in scores.loudest:
        return
    sentence, names = scores.loudest[event_class]
    rule = "+".join(names)
    for name in names:
        cue = next((item for item in sentence.cues if item.concept.name == name), None)
        frame = next((item for item in sentence.frames if concept_of(item) == name), None)
        if cue is not None or frame is not None:
            start, end = _span(sentence, cue or frame)
            yield Evidence(
                field="class", value=event_class.value, part=sentence.part.name, start=start, end=end,
                text=sentence.part.text[start:end], rule=rule,
            )  # fmt: skip


def _of_stance(stance: Stance) -> Iterator[Evidence]:
    if stance.sentence is not None:
        yield _quote(stance.sentence.part, stance.start, stance.end, field="assertion", value=stance.assertion.value)


def _of_maturity(reading: Reading, labels: Labels) -> Iterator[Evidence]:
    """Give the word that says how firm it stands: the deciding verb's, or the first one of the lead or behind it."""
    if labels.maturity is None:
        return
    if labels.deciding is not None and labels.deciding[1].status is labels.maturity:
        sentence, frame = labels.deciding
        yield _quote(sentence.part, *_span(sentence, frame), field="maturity", value=labels.maturity.value)
        return
    wanted = _WORDS_OF.get(labels.maturity, ())
    for sentence in (*reading.lead, *reading.sentences):
        cue = next((item for item in sentence.cues if item.concept.name in wanted), None)
        if cue is not None:
            yield _quote(sentence.part, *_span(sentence, cue), field="maturity", value=labels.maturity.value)
            return


def _span(sentence: Sentence, found: Cue | Frame | None) -> tuple[int, int]:
    return sentence.part.tokens.span(found.first, found.last - found.first) if found else (0, 0)


def _of_part(part: Part) -> Iterator[Evidence]:
    for reference in part.references:
        yield _quote(part, reference.start, reference.end, field="ref", value=reference.ref)
    for told in part.dates:
        field = f"date.{told.role.value}.{told.precision.value}"
        yield _quote(part, told.start, told.end, field=field, value=told.day.isoformat())
    for field, codes in (("hs", part.hs), ("eccn", part.eccn)):
        for code in codes:
            yield _quote(part, code.start, code.end, field=field, value=code.code)


def _quote(part: Part, start: int, end: int, *, field: str, value: str) -> Evidence:
    return Evidence(field=field, value=value, part=part.name, start=start, end=end, text=part.text[start:end])
