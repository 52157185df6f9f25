"""What was learned, as a file in the data folder: weights of features for the labels of each decision."""

import math
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import orjson
from pydantic import Field, ValidationError

from schemas.base import Model
from schemas.signal import EventClass
from streams.errors import ConfigError

PRIMARY, RELEVANT = "primary", "relevant"
SURE = 0.5
"""A label of the rules is replaced by one that is at least so likely."""


class Weights(Model):
    """A maximum-entropy model of one decision: how far each feature speaks for a label; what is not named is 0."""

    labels: tuple[str, ...] = Field(min_length=1)
    features: dict[str, dict[str, float]]

    def probabilities(self, found: Mapping[str, float]) -> dict[str, float]:
        """Return how likely each label is, given how much there is of each feature; together they are 1."""
        sums = dict.fromkeys(self.labels, 0.0)
        for name, value in found.items():
            for label, weight in self.features.get(name, {}).items():
                sums[label] += value * weight
        top = max(sums.values())
        odds = {label: math.exp(one - top) for label, one in sums.items()}
        total = sum(odds.values())
        return {label: one / total for label, one in odds.items()}

    def choice(self, found: Mapping[str, float], *, rules: str) -> tuple[str, float]:
        """Return the label and how likely it is: the rules', unless another is the likeliest and likely enough."""
        likely = self.probabilities(found)
        best = max(likely, key=lambda label: (likely[label], label))
        return (best, likely[best]) if likely[best] >= SURE else (rules, likely.get(rules, 0.0))

    def weight(self, name: str, label: str) -> float:
        """Return how far a feature speaks for a label."""
        return self.features.get(name, {}).get(label, 0.0)


class LearnedModel(Model):
    """The decisions that were learned, each only if it beat the rules; null for one that is the rules'."""

    primary: Weights | None = None
    relevant: Weights | None = None

    @property
    def version(self) -> str:
        """A name for these very weights."""
        return sha256(encoded(self)).hexdigest()[:12]


def encoded(model: LearnedModel) -> bytes:
    """Return the model's bytes: the same for the same weights."""
    return orjson.dumps(model.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)


def read_model(path: Path) -> LearnedModel:
    """Return what was learned; ConfigError where there is nothing, or what is no model of this version."""
    advice = "run `tocsin learn`, or set TOCSIN_CLASSIFIER=rules"
    try:
        model = LearnedModel.model_validate_json(path.read_bytes())
        _check(model)
    except FileNotFoundError as exc:
        raise ConfigError(f"TOCSIN_CLASSIFIER is learned, and there is no {path}; {advice}") from exc
    except (OSError, ValidationError, ValueError) as exc:
        raise ConfigError(f"TOCSIN_CLASSIFIER is learned, and {path} cannot be read; {advice}") from exc
    return model


def _check(model: LearnedModel) -> None:
    """Raise ValueError where weights and labels do not fit together, or a label is none."""
    for weights in filter(None, (model.primary, model.relevant)):
        if any(not told.keys() <= set(weights.labels) for told in weights.features.values()):
            raise ValueError("a feature speaks for a label that there is not")
    for label in model.primary.labels if model.primary else ():
        EventClass(label)
