"""How much each sentence speaks for each class: concepts and frames against the lexicon's rules."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from schemas.signal import EventClass
from streams.knowledge.lexicon import FRAME_CONCEPTS, NAMED_FIRM, NAMED_MATERIAL, SET_PHRASE
from streams.knowledge.model import Knowledge
from streams.stages.enrich import Cue, Enriched, Named, Part
from streams.stages.frames import Frame, concept_of, frames
from streams.stages.tense import bounds, is_old

_TITLE_WEIGHT = 2.0
_SENTENCE_WEIGHTS = (1.3, 0.7, 0.5)
_LATER_WEIGHT = 0.25
_OLD_WEIGHT = 0.5
"""How much of its weight a sentence keeps that tells of the past: background is not what happened."""

_OLD_REACH = 8
"""Sentences from the first of which that is asked; the later ones count for little anyhow."""

_RECITAL = re.compile(
    r"\s*(?:根据|依据|按照|为了?维护|经国务院|pursuant to|in accordance with|whereas|having regard|auf grund|gestützt auf|vu le)",
    re.IGNORECASE,
)
"""How the first sentence of an official text begins that names its legal basis: what is decided comes behind it."""

_DATELINE = 25
"""Letters below which a first sentence is a place and a day."""

_PREAMBLES = ("as follows.", "the following.", "hereby decides.", "hereby announces.")
_NOTHING: Mapping[str, None] = {}

_ALONE = 1.6
"""How much more the first sentence counts when a report has no title to speak of."""


_CLASS_BAR = 2.0
"""Points from which a passage by itself tells what class its act is of."""

_INSTRUMENTS = (
    EventClass.EXPORT_BAN, EventClass.EXPORT_TAX, EventClass.PRICE_FLOOR, EventClass.NATIONALISATION,
    EventClass.PRODUCTION_HALT, EventClass.STATE_TRADING,
)  # fmt: skip
"""Classes before which policies and partnerships give way; licences and stocks are what partnerships talk of."""

_PLAIN = 4.4
"""Points that one sentence, its weight aside, must give an instrument."""

_BEHIND = 0.9

_HINT = 1.0
_TOGETHER = 3
_TOGETHER_WEIGHT = 0.9
"""Where no sentence gives more points than a hint, the first three are read together, with this weight."""

_FIRM_KIND = "company"
_ORDER = {event_class: at for at, event_class in enumerate(EventClass)}


@dataclass(frozen=True, slots=True, eq=False)
class Sentence:
    """One sentence: its part, its place in it, its words in small letters, how much it counts, what was found in it, its day."""

    part: Part
    index: int
    words: str
    weight: float
    cues: tuple[Cue, ...]
    frames: tuple[Frame, ...]
    concepts: Mapping[str, None]
    published: date

    @property
    def begin(self) -> int:
        """The letter of its part at which it begins."""
        return bounds(self.part, self.index)[0]


@dataclass(frozen=True, slots=True)
class Scores:
    """Points by class, best first, the sentence that speaks loudest for each with the concepts that did, and all that speak."""

    points: tuple[tuple[EventClass, float], ...]
    loudest: dict[EventClass, tuple[Sentence, tuple[str, ...]]]
    speaking: dict[EventClass, list[Sentence]]


_Met = tuple[EventClass, float, tuple[str, ...]]
"""A rule that a sentence meets: what it speaks for, how strongly, and its concepts."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """Concepts as bits; rules by the first concept they want, so that a sentence meets only those it could satisfy."""

    bits: dict[str, int]
    rules: dict[str, list[tuple[int, int, _Met]]]


@lru_cache(maxsize=4)
def _compiled(knowledge: Knowledge) -> _Compiled:
    names = (*knowledge.lexicon.concepts, *FRAME_CONCEPTS)
    bits = {name: 1 << at for at, name in enumerate(names)}
    rules: dict[str, list[tuple[int, int, _Met]]] = {name: [] for name in names}
    for rule in knowledge.lexicon.rules:
        wanted, unwanted = (sum(bits[name] for name in group) for group in (rule.all, rule.none))
        rules[rule.all[0]].append((wanted, unwanted, (rule.event_class, rule.weight, rule.all)))
    return _Compiled(bits, rules)


def sentences(enriched: Enriched) -> list[Sentence]:
    """Return the sentences in which anything was found, the title's first."""
    titled, published = bool(enriched.title.cues), enriched.report.published_at.date()
    return [item for part in enriched.parts for item in _sentences_of(part, published, titled=titled)]


def _sentences_of(part: Part, published: date, *, titled: bool) -> Iterator[Sentence]:
    if not part.cues:
        return
    letters = part.tokens.spans[0::2]
    starts = [bisect_left(letters, end) for end in part.sentence_ends]
    framed = frames(part, starts)
    by_sentence: dict[int, tuple[list[Cue], list[Frame]]] = {}
    for cue in _telling(part.cues):
        by_sentence.setdefault(_index(starts, cue.first), ([], []))[0].append(cue)
    for frame in framed:
        by_sentence.setdefault(_index(starts, frame.first), ([], []))[1].append(frame)
    recital = 1 if part.name == "text" and _is_recital(part) else 0
    named = _named(part)
    for index, (cues, found) in by_sentence.items():
        # A dict keeps the order of the text: sets of strings differ from process to process, and sums with them.
        concepts = dict.fromkeys(cue.concept.name for cue in cues)
        concepts.update((concept_of(frame), None) for frame in found)
        if _crosses_a_border(concepts, cues, part):
            concepts["export"] = None
        concepts.update(named.get(index, _NOTHING))
        weight = _weight(part.name, index, recital, titled=titled)
        begin, end = bounds(part, index)
        words = part.text[begin:end].lower()
        yield Sentence(part, index, words, weight, tuple(cues), tuple(found), concepts, published)


def _telling(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Give the cues that do not lie within a set phrase."""
    phrases = [(cue.first, cue.last) for cue in cues if cue.concept.name == SET_PHRASE]
    if not phrases:
        return iter(cues)
    return (cue for cue in cues if not any(first <= cue.first and cue.last <= last for first, last in phrases))


def _crosses_a_border(concepts: Mapping[str, None], cues: Sequence[Cue], part: Part) -> bool:
    """Tell whether the sentence speaks of exports without the word: goods are sold abroad or leave a country by name."""
    if "abroad" in concepts and "shipment" in concepts and "import" not in concepts:
        return True
    if "leave" not in concepts:
        return False
    begun = {item.first for item in part.mentions if item.named is Named.PLACE}
    return any(cue.concept.name == "leave" and cue.last in begun for cue in cues)


def _named(part: Part) -> dict[int, dict[str, None]]:
    """Return which kinds of names each sentence holds, as the concepts that the rules call them by."""
    named: dict[int, dict[str, None]] = {}
    for item in part.mentions:
        if item.named is Named.MATERIAL:
            named.setdefault(part.sentence_at(item.start), {})[NAMED_MATERIAL] = None
        elif item.kind == _FIRM_KIND:
            named.setdefault(part.sentence_at(item.start), {})[NAMED_FIRM] = None
    return named


def _is_recital(part: Part) -> bool:
    """Tell whether the first sentence says nothing yet: a legal basis, a dateline, "has decided as follows"."""
    end = part.sentence_ends[0] if part.sentence_ends else len(part.text)
    if end < _DATELINE and end < len(part.text):
        return True
    return _RECITAL.match(part.text) is not None or part.text[:end].endswith(_PREAMBLES)


def _index(starts: Sequence[int], word: int) -> int:
    return bisect_left(starts, word + 1)


def _weight(part: str, index: int, recital: int, *, titled: bool) -> float:
    if part == "title":
        return _TITLE_WEIGHT
    index = index - 1 if recital and index else index + recital
    weight = _SENTENCE_WEIGHTS[index] if index < len(_SENTENCE_WEIGHTS) else _LATER_WEIGHT
    return weight * _ALONE if index == 0 and not titled else weight


def score(found: Sequence[Sentence], knowledge: Knowledge) -> Scores:
    """Return the points of every class that any sentence speaks for.

    The loudest title and text sentence count in full, further ones only a little: a long text is not a strong one.
    """
    compiled = _compiled(knowledge)
    best: dict[tuple[EventClass, str], float] = {}
    loudest: dict[EventClass, tuple[float, Sentence, tuple[str, ...]]] = {}
    speaking: dict[EventClass, list[Sentence]] = {}
    for sentence, met in _spoken(found, compiled):
        points: dict[EventClass, float] = {}
        counts = sentence.weight * (_OLD_WEIGHT if met and _is_background(sentence) else 1.0)
        for event_class, weight, names in met:
            if event_class not in points:
                speaking.setdefault(event_class, []).append(sentence)
            points[event_class] = points.get(event_class, 0.0) + weight * counts
            if event_class not in loudest or loudest[event_class][0] < points[event_class]:
                loudest[event_class] = (points[event_class], sentence, names)
        for event_class, value in points.items():
            key = (event_class, sentence.part.name)
            best[key] = max(best.get(key, 0.0), value)
    totals: dict[EventClass, float] = {}
    for (event_class, _), value in best.items():
        totals[event_class] = totals.get(event_class, 0.0) + value
    _give_way(totals, loudest)
    ranked = sorted(totals.items(), key=lambda item: (-item[1], _ORDER[item[0]]))
    shown = {event_class: (sentence, names) for event_class, (_, sentence, names) in loudest.items()}
    return Scores(tuple(ranked), shown, speaking)


def _spoken(found: Sequence[Sentence], compiled: _Compiled) -> list[tuple[Sentence, list[_Met]]]:
    """Return the sentences with the rules that each meets; title and lead as one behind them where those are but hints."""
    spoken = [(item, _satisfied(item.concepts, compiled)) for item in found]
    if not any(weight > _HINT for _, met in spoken for _, weight, _ in met):
        spoken += [(item, _satisfied(item.concepts, compiled)) for item in _together(found)]
    return spoken


def _is_background(sentence: Sentence) -> bool:
    if sentence.part.name == "title" or sentence.index >= _OLD_REACH:
        return False
    return is_old(sentence.part, sentence.index, sentence.words, sentence.published)


def _together(found: Sequence[Sentence]) -> Iterator[Sentence]:
    """Give title and lead as if they were one sentence: some reports name the metal in one and what happens in the next."""
    lead = found[:_TOGETHER]
    if lead:
        concepts = {name: None for item in lead for name in item.concepts}
        yield replace(lead[-1], weight=_TOGETHER_WEIGHT, concepts=concepts)


def _give_way(
    totals: dict[EventClass, float], loudest: Mapping[EventClass, tuple[float, Sentence, tuple[str, ...]]]
) -> None:
    """Put a plainly told instrument before the policy or partnership that it is part of: a floor price is more than a pact."""
    frame = totals.get(EventClass.POLICY_SIGNAL, 0.0)
    plain = [item for item in _INSTRUMENTS if item in totals and loudest[item][0] >= _PLAIN * loudest[item][1].weight]
    if frame and plain:
        totals[EventClass.POLICY_SIGNAL] = min(frame, _BEHIND * max(totals[item] for item in plain))


def class_of(part: Part, start: int, end: int, knowledge: Knowledge) -> EventClass | None:
    """Return the class that the words between two letters of a part speak for by themselves; null when for none."""
    letters = part.tokens.spans[0::2]
    first, last = bisect_left(letters, start), bisect_left(letters, end)
    cues = tuple(cue for cue in part.cues if first <= cue.first and cue.last <= last)
    concepts = dict.fromkeys(cue.concept.name for cue in cues)
    points: dict[EventClass, float] = {}
    for event_class, weight, _ in _satisfied(concepts, _compiled(knowledge)):
        points[event_class] = points.get(event_class, 0.0) + weight
    best = max(points.items(), key=lambda item: (item[1], -_ORDER[item[0]]), default=None)
    return best[0] if best and best[1] >= _CLASS_BAR else None


def _satisfied(concepts: Mapping[str, None], compiled: _Compiled) -> list[_Met]:
    bits, rules, mask = compiled.bits, compiled.rules, 0
    for concept in concepts:
        mask |= bits[concept]
    return [
        met
        for concept in concepts
        for wanted, unwanted, met in rules[concept]
        if mask & wanted == wanted and not mask & unwanted
    ]
