"""The words that led to each label, with their offsets into title or text."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.signal import Direction, EventClass, Evidence
from streams.stages.enrich import Enriched, Mention, Part
from streams.stages.frames import Frame
from streams.stages.roles import Placed
from streams.stages.scoring import Scores, Sentence

MAX_EVIDENCE = 60
"""Quotes a judgement carries at most; a list of a thousand customs codes needs no thousand quotes."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What was judged and has words to show: classes, materials and where each is first named, places, direction."""

    classes: tuple[EventClass, ...]
    materials: Mapping[str, tuple[Part, Mention]]
    places: Sequence[Placed]
    deciding: tuple[Sentence, Frame] | None


def evidence(enriched: Enriched, scores: Scores, labels: Labels) -> tuple[Evidence, ...]:
    """Return the quotes, the classes' first."""
    return tuple(islice(_quotes(enriched, scores, labels), MAX_EVIDENCE))


def _quotes(enriched: Enriched, scores: Scores, labels: Labels) -> Iterator[Evidence]:
    parts = {part.name: part for part in enriched.parts}
    for event_class in labels.classes:
        yield from _of_class(event_class, scores)
    if labels.deciding is not None:
        sentence, frame = labels.deciding
        direction = Direction.TIGHTENING if frame.tightens > 0 else Direction.EASING
        start, end = sentence.part.tokens.span(frame.first, frame.last - frame.first)
        yield _quote(sentence.part, start, end, field="direction", value=direction.value)
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
    for name in names:
        cue = next((item for item in sentence.cues if item.concept.name == name), None)
        if cue is not None:
            start, end = sentence.part.tokens.span(cue.first, cue.last - cue.first)
            yield _quote(sentence.part, start, end, field="class", value=event_class.value)


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
