"""What was found in a report on the way to its judgement."""

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.signal import EventClass
from streams.knowledge.model import Knowledge
from streams.stages.acts import Acts
from streams.stages.assertion import Stance
from streams.stages.enrich import Enriched
from streams.stages.scoring import Scores, Sentence

LEAD = 2
"""Sentences of the text, from the first, that count as its lead."""


def lead_of(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences of the title and the lead of the text."""
    return [item for item in sentences if item.part.name == "title" or item.index < LEAD]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found on the way to the judgement; `lead` are the sentences of the title and of the lead of the text."""

    enriched: Enriched
    knowledge: Knowledge
    sentences: Sequence[Sentence]
    lead: Sequence[Sentence]
    led: frozenset[str]
    """The concepts of the lead: most that is asked for is not there, and to see that is ten times as fast."""

    scores: Scores
    acts: Acts
    stance: Stance

    @property
    def primary(self) -> EventClass:
        """The class with most points."""
        return self.scores.points[0][0] if self.scores.points else EventClass.NOT_RELEVANT

    def says(self, *concepts: str) -> Sentence | None:
        """Return the first sentence of title and lead that holds one of the concepts."""
        if self.led.isdisjoint(concepts):
            return None
        return next(item for item in self.lead if not item.concepts.keys().isdisjoint(concepts))

    def any_says(self, concept: str) -> bool:
        """Tell whether any sentence holds the concept."""
        return any(concept in item.concepts for item in self.sentences)
