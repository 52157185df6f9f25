"""The classifier that learned from corrections: the rules' judgement, but for the decisions that it makes better."""

from collections.abc import Iterator, Mapping
from typing import Any

from schemas.signal import EventClass, Evidence, Judgement, Labels, Signal
from services.learning.features import Feature, features
from services.learning.model import PRIMARY, RELEVANT, LearnedModel, Weights
from streams.knowledge.model import Knowledge
from streams.stages.enrich import Enriched
from streams.stages.evidence import MAX_EVIDENCE
from streams.stages.rule_classifier import RULES

MAX_CLASSES = 4
MOST_QUOTES = 5

_FIELDS = {PRIMARY: "class", RELEVANT: "relevant"}
Decided = tuple[str, Weights, str, float]
"""The decision, its weights, the label, and how likely it is."""


class LearnedClassifier:
    """Classifier by a linear model over what the rules found; each label it replaces names the features that weighed most."""

    def __init__(self, model: LearnedModel) -> None:
        self._weights = {name: weights for name in _FIELDS if (weights := getattr(model, name)) is not None}
        self.version = f"learned/{model.version}"

    def classify(self, enriched: Enriched, knowledge: Knowledge) -> Signal:
        """Return the signal of a report."""
        signal = RULES.classify(enriched, knowledge)
        judgement = self.judge(enriched, signal.judgement, knowledge)
        judged_by = f"{signal.judged_by}+{self.version}"
        return signal.model_copy(update={"judgement": judgement, "judged_by": judged_by})

    def judge(self, enriched: Enriched, judgement: Judgement, knowledge: Knowledge) -> Judgement:
        """Return the rules' judgement with the labels that were learned to be others."""
        found = features(enriched, judgement, knowledge)
        decided = list(self._decided(judgement, {name: feature.value for name, feature in found.items()}))
        if not decided:
            return judgement
        labels = Labels(**{key: value for one in decided for key, value in _labels(one, judgement).items()})
        primary = labels.event_classes[0] if labels.event_classes else judgement.event_classes[0]
        after = labels.applied(judgement, ladder=knowledge.lexicon.classes[primary].ladder)
        quotes = [quote for one in decided for quote in _quotes(found, one)]
        sure = min(judgement.confidence, *(likely for *_, likely in decided))
        return after.model_copy(
            update={
                "confidence": round(sure, 3),
                "evidence": (*quotes, *after.evidence)[:MAX_EVIDENCE],
            }
        )

    def _decided(self, judgement: Judgement, found: Mapping[str, float]) -> Iterator[Decided]:
        """Yield the decisions in which another label than the rules' is likely enough."""
        held = {PRIMARY: judgement.event_classes[0].value, RELEVANT: str(judgement.relevant)}
        for name, weights in self._weights.items():
            label, likely = weights.choice(found, rules=held[name])
            if label != held[name]:
                yield name, weights, label, likely


def _labels(decided: Decided, judgement: Judgement) -> dict[str, Any]:
    name, _, label, _ = decided
    if name == RELEVANT:
        return {"relevant": label == str(True)}
    first = EventClass(label)
    others = (one for one in judgement.event_classes if one not in {first, EventClass.NOT_RELEVANT})
    return {"event_classes": (first, *others)[:MAX_CLASSES]}


def _quotes(found: Mapping[str, Feature], decided: Decided) -> Iterator[Evidence]:
    """Yield the features that weighed most for the label: words with their place, others by name and weight."""
    name, weights, label, _ = decided
    weighed = {one: feature.value * weights.weight(one, label) for one, feature in found.items()}
    for one in sorted(weighed, key=lambda one: (-weighed[one], one))[:MOST_QUOTES]:
        quote = found[one].quote(_FIELDS[name], label.lower())
        told = f"{label.lower()}: {one} {weighed[one]:+.2f}"
        yield quote or Evidence(field=f"learned.{_FIELDS[name]}", value=told, part="title", start=0, end=0, text="")
