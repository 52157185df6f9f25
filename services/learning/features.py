"""What the learned classifier looks at: words, pairs of words, concepts of the lexicon, and what the rules say."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from schemas.signal import Evidence, Judgement
from streams.knowledge.model import Knowledge
from streams.stages.enrich import Enriched, Part
from streams.stages.scoring import score, sentences

MAX_WORDS = 300
"""Words of a text, from the first, that are looked at: what happened stands at the beginning."""

_STRONG_POINTS = 2.5
"""Points of a class by the rules that count half."""


@dataclass(frozen=True, slots=True)
class Feature:
    """How much of it there is, 0 to 1, and the words that it is, where it is any."""

    value: float = 1.0
    part: Part | None = None
    first: int = 0
    words: int = 1

    def quote(self, field: str, value: str) -> Evidence | None:
        """Return the words as evidence for a label; null where there are none."""
        if self.part is None:
            return None
        start, end = self.part.tokens.span(self.first, self.words)
        text = self.part.text[start:end]
        return Evidence(field=field, value=value, part=self.part.name, start=start, end=end, text=text)


def features(enriched: Enriched, judgement: Judgement, knowledge: Knowledge) -> dict[str, Feature]:
    """Return the features of a report by name, each where it first stands; `judgement` is that of the rules."""
    found: dict[str, Feature] = {}
    for part in enriched.parts:
        for name, feature in (*_words(part), *_concepts(part)):
            found.setdefault(f"{part.name} {name}", feature)
            found.setdefault(name, feature)
    found.update(_rules(judgement))
    for event_class, points in score(sentences(enriched), knowledge).points:
        found[f"points {event_class}"] = Feature(points / (points + _STRONG_POINTS))
    return found


def _words(part: Part) -> Iterator[tuple[str, Feature]]:
    stems = part.tokens.s[:MAX_WORDS]
    for at, stem in enumerate(stems):
        yield f"word {stem}", Feature(part=part, first=at)
    for at, pair in enumerate(pairwise(stems)):
        yield f"pair {' '.join(pair)}", Feature(part=part, first=at, words=2)


def _concepts(part: Part) -> Iterator[tuple[str, Feature]]:
    for cue in part.cues:
        if cue.first < MAX_WORDS:
            yield f"concept {cue.concept.name}", Feature(part=part, first=cue.first, words=cue.last - cue.first)


def _rules(judgement: Judgement) -> Iterator[tuple[str, Feature]]:
    yield f"rules first {judgement.event_classes[0]}", Feature()
    for name in ("relevant", "direction", "maturity", "assertion"):
        yield f"rules {name} {getattr(judgement, name)}", Feature()
