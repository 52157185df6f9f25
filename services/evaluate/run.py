"""Scoring sets: each text judged by the stages and by the keyword tagger, all answers counted, failures kept to look at."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from schemas.signal import Judgement
from services.evaluate.asking import Case, Figure, Outcome
from services.evaluate.measures import Row, Tally, rows
from services.evaluate.naive import Tagger
from services.evaluate.sets import Found, read
from services.judge import signal_of
from streams.errors import InvalidInput
from streams.knowledge.load import load
from streams.rules.compile import RuleSet
from streams.stage import Reference

Tell = Callable[[str, int], None]
"""Hears the set's name and how many of its texts were judged."""

_NOTHING = Judgement(relevant=False, language="und", event_classes=())
"""What is understood of a text that the stages refuse."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer of ours that is not right."""

    figure: str
    id: str
    title: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Score:
    """A set's figures, and the failures that were asked for."""

    set: str
    shape: str
    texts: int
    figures: tuple[Row, ...]
    failures: tuple[Failure, ...]


@dataclass(slots=True)
class _Counted:
    ours: Tally = field(default_factory=Tally)
    naive: Tally = field(default_factory=Tally)
    failures: list[Failure] = field(default_factory=list)


def scores(sets: Iterable[Found], *, now: datetime, show: int = 0, tell: Tell | None = None) -> Iterator[Score]:
    """Yield each set's score as soon as it is known, with up to `show` failures of each figure."""
    reference = Reference(knowledge=load(), rules=RuleSet())
    tagger = Tagger(reference.knowledge)
    for found in sets:
        counted: dict[Figure, _Counted] = {}
        texts = 0
        for texts, case in enumerate(read(found, tagger), start=1):
            _count(case, counted, (_judged(case, reference, now), tagger.judge(case.post)), show)
            if tell is not None:
                tell(found.path.name, texts)
        yield Score(
            found.path.name,
            found.shape,
            texts,
            tuple(row for figure, told in counted.items() for row in rows(figure, told.ours, told.naive)),
            tuple(failure for told in counted.values() for failure in told.failures),
        )


def _count(case: Case, counted: dict[Figure, _Counted], judgements: tuple[Judgement, Judgement], show: int) -> None:
    ours, naive = judgements
    for question in case.questions:
        told = counted.setdefault(question.figure, _Counted())
        outcome = question.ask(ours)
        told.ours.add(outcome)
        told.naive.add(question.ask(naive))
        if not outcome.right and len(told.failures) < show:
            told.failures.append(_failure(case, question.figure, outcome))


def _failure(case: Case, figure: Figure, outcome: Outcome) -> Failure:
    return Failure(figure.name, case.post.id, case.post.title, outcome.expected, outcome.found)


def _judged(case: Case, reference: Reference, now: datetime) -> Judgement:
    try:
        return signal_of(case.post, reference, now).judgement
    except InvalidInput:
        return _NOTHING
