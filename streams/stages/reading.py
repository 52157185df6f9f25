"""What was found in a report on the way to its judgement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.signal import EventClass
from streams.knowledge.model import Knowledge
from streams.stages.acts import Acts
from streams.stages.assertion import Stance
from streams.stages.enrich import Enriched
from streams.stages.scoring import Scores, Sentence

LEAD = 2
"""Sentences of the text, from the first, that count as its lead."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found on the way to the judgement."""

    enriched: Enriched
    knowledge: Knowledge
    sentences: Sequence[Sentence]
    scores: Scores
    acts: Acts
    stance: Stance

    @property
    def primary(self) -> EventClass:
        """The class with most points."""
        return self.scores.points[0][0] if self.scores.points else EventClass.NOT_RELEVANT

    def lead(self) -> Iterator[Sentence]:
        """Give the sentences of the title and the lead of the text."""
        return (item for item in self.sentences if item.part.name == "title" or item.index < LEAD)

    def says(self, *concepts: str) -> Sentence | None:
        """Return the first sentence of title and lead that holds one of the concepts."""
        return next((item for item in self.lead() if not item.concepts.keys().isdisjoint(concepts)), None)

    def any_says(self, concept: str) -> bool:
        """Tell whether any sentence holds the concept."""
        return any(concept in item.concepts for item in self.sentences)
