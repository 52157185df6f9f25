"""The classifier that ships: cue words and rules of the lexicon."""

from schemas.signal import Signal
from streams.knowledge.model import Knowledge
from streams.stages.classify import CLASSIFIER_VERSION, classify
from streams.stages.enrich import Enriched


class RuleClassifier:
    """Classifier by rules; it knows nothing but the knowledge base that it is given."""

    version = f"classify/{CLASSIFIER_VERSION}"

    def classify(self, enriched: Enriched, knowledge: Knowledge) -> Signal:
        """Return the signal of a report."""
        return classify(enriched, knowledge)


RULES = RuleClassifier()
