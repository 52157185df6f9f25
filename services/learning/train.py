"""Trains the decisions and holds each against the rules on texts that it has not seen; what does not beat them is dropped."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import comb

from schemas.base import Model
from schemas.signal import Judgement
from services.learning.examples import Example
from services.learning.features import features
from services.learning.model import PRIMARY, RELEVANT, LearnedModel, Weights
from streams.knowledge.model import Knowledge
from streams.stages.enrich import enrich
from streams.stages.rule_classifier import RULES

FOLDS = 5
LEAST_EXAMPLES = 50
MARGIN = 0.02
"""How much larger the share of right answers must be than the rules'."""

LEAST_KINDS = 2
LEAST_OF_A_KIND = 20
"""Texts from which a label counts by itself: two must have as many, and none may lose more than the margin."""

CHANCE = 0.05
"""How likely it may be that as many of the answers that differ go its way by chance."""

Fit = Callable[[Iterable[tuple[Mapping[str, float], str]]], Weights]


class Comparison(Model):
    """One decision on texts that were held back: how often the rules are right and how often what was learned is.

    `mended` are answers of the rules that were wrong and came right, `broken` those that were right and came wrong.
    """

    decision: str
    examples: int
    rules: float
    learned: float
    mended: int
    broken: int
    beats: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A text of a decision: what there is of each feature, what is right, and what the rules say."""

    group: str
    found: Mapping[str, float]
    label: str
    accepted: frozenset[str]
    rules: str


def learn(examples: Sequence[Example], knowledge: Knowledge, fit: Fit) -> tuple[LearnedModel, tuple[Comparison, ...]]:
    """Return the decisions that beat the rules, trained on all examples, and how each was compared."""
    read = sorted(
        _read(examples, knowledge), key=lambda one: (one[0], one[1].group, one[1].label, sorted(one[1].found))
    )
    compared, kept = [], {}
    for decision in (PRIMARY, RELEVANT):
        texts = [one for name, one in read if name == decision]
        compared.append(_compared(decision, texts, fit))
        if compared[-1].beats:
            kept[decision] = fit((one.found, one.label) for one in texts)
    return LearnedModel(**kept), tuple(compared)


def _read(examples: Iterable[Example], knowledge: Knowledge) -> Iterator[tuple[str, Read]]:
    for example in examples:
        enriched = enrich(example.report, knowledge)
        judgement: Judgement = RULES.classify(enriched, knowledge).judgement
        found = {name: one.value for name, one in features(enriched, judgement, knowledge).items()}
        if example.primary is not None:
            accepted = frozenset(one.value for one in example.accepted)
            first = judgement.event_classes[0].value
            yield PRIMARY, Read(example.group, found, example.primary.value, accepted, first)
        if example.relevant is not None:
            label = str(example.relevant)
            yield RELEVANT, Read(example.group, found, label, frozenset((label,)), str(judgement.relevant))


def _compared(decision: str, texts: Sequence[Read], fit: Fit) -> Comparison:
    """Judge each fold by what the others teach; texts of one thing are in one fold, so that none is seen in other words."""
    right = sum(one.rules in one.accepted for one in texts)
    tally: dict[str, Counter[int]] = {one.label: Counter() for one in texts}
    for held_back in _folds(texts):
        groups = {one.group for one in held_back}
        weights = fit((one.found, one.label) for one in texts if one.group not in groups)
        for one in held_back:
            label, _ = weights.choice(one.found, rules=one.rules)
            before, after = one.rules in one.accepted, label in one.accepted
            tally[one.label][after - before] += 1
    mended, broken = (sum(told[gain] for told in tally.values()) for gain in (1, -1))
    count = max(1, len(texts))
    return Comparison(
        decision=decision,
        examples=len(texts),
        rules=round(right / count, 4),
        learned=round((right + mended - broken) / count, 4),
        mended=mended,
        broken=broken,
        beats=_beats(list(tally.values())),
    )


def _beats(tally: Sequence[Counter[int]]) -> bool:
    """Tell whether what was gained (1), lost (-1) or left (0) of each label's texts is more than luck, and nobody's loss."""
    texts = sum(told.total() for told in tally)
    mended, broken = (sum(told[gain] for told in tally) for gain in (1, -1))
    common = [told for told in tally if told.total() >= LEAST_OF_A_KIND]
    if texts < LEAST_EXAMPLES or len(common) < LEAST_KINDS or mended - broken < MARGIN * texts:
        return False
    return chance(mended, broken) <= CHANCE and all(told[-1] - told[1] <= MARGIN * told.total() for told in common)


def _folds(texts: Sequence[Read]) -> Iterator[list[Read]]:
    """Yield the folds, of things in the order of a hash of their names; none where what is left would teach nothing."""
    groups = sorted({one.group for one in texts}, key=lambda name: sha256(name.encode()).digest())
    if len(groups) < FOLDS:
        return
    for number in range(FOLDS):
        chosen = set(groups[number::FOLDS])
        yield [one for one in texts if one.group in chosen]


def chance(mended: int, broken: int) -> float:
    """Return how likely at least so many of the answers that differ are mended when either way is as likely (sign test)."""
    differing = mended + broken
    ways: int = sum(comb(differing, more) for more in range(mended, differing + 1))
    return float(ways / 2**differing)
