"""Fits a maximum-entropy model with CRFsuite: sequences of one item are just that."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pycrfsuite

from services.learning.model import Weights

_PARAMETERS: Final = {"c1": 0.0, "c2": 1.0, "max_iterations": 200, "epsilon": 1e-5}
"""L-BFGS with a Gaussian prior: one answer for one set of examples, whatever the machine's load."""

_LEAST_WEIGHT: Final = 0.001
"""A smaller one decides nothing: the largest are above 1."""


def fit(examples: Iterable[tuple[Mapping[str, float], str]]) -> Weights:
    """Return the weights that make the labels of these examples likely; the order of examples may change the last digit."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=_PARAMETERS, verbose=False)
    for found, label in examples:
        trainer.append([dict(found)], [label])
    with tempfile.TemporaryDirectory() as place:
        path = str(Path(place) / "model")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        with tagger.open(path):
            told = tagger.info().state_features
            labels = tuple(sorted(tagger.labels()))
    features: dict[str, dict[str, float]] = {}
    for (name, label), weight in sorted(told.items()):
        if abs(weight) >= _LEAST_WEIGHT:
            features.setdefault(name, {})[label] = weight
    return Weights(labels=labels, features=features)
