"""How a report stands to what it tells: says so, heard so, weighs it, denies it, or tells what is long known."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from schemas.signal import Assertion
from streams.stages.scoring import Sentence
from streams.stages.tense import is_fresh, is_old

_DENIAL = re.compile(
    r"\b(?:has|have|had|did|does|do|is|are|was|will|would|says? it will)(?:n't|n\u2019t|\snot|\snever)\s(?:\w+\s){0,2}"
    r"(?:bann?|halt|stop|suspend|restrict|impos|curb|limit|introduc|cut|plann?|consider|block|target|weigh)\w*"
    r"|\bno (?:plans?|intentions?|ban|export ban|export (?:curbs|controls|restrictions)|curbs|restrictions|truth)\b"
    r"|没有(?:禁止|限制|停止)|并未|kein(?:e|en)? (?:export|verbot|pläne)"
)
_DENIAL_HINTS = ("not ", "n't ", "n\u2019t ", "never ", "no ", "没有", "并未", "kein")
_LEAD = 2
_HEDGES = frozenset(("consider", "plan", "draft", "rumour"))
_COORDINATED = tuple((word,) for word in ("and", "but", "und", "et", "y", "that", "who", "which", "companies", "firms"))
"""What before "may" makes it no doubt of the whole: a further step that comes after, or a leave that is given."""


@dataclass(frozen=True, slots=True)
class Stance:
    """The assertion, and where words led to it: the sentence, and first and last letter of the words in its part."""

    assertion: Assertion
    sentence: Sentence | None = None
    start: int = 0
    end: int = 0


def stance(sentences: Sequence[Sentence], speaking: Sequence[Sentence], published: date) -> Stance:
    """Return how the report stands to what it tells; `speaking` are the sentences that speak for its first class.

    A denial comes before a rumour, a rumour before what is weighed, and these before what is old.
    """
    lead = [item for item in sentences if item.part.name == "title" or item.index < _LEAD]
    title = next((item for item in lead if item.part.name == "title"), None)
    for found in (_denied(lead, title), _rumoured(lead), _considered(lead, title, speaking)):
        if found is not None:
            return found
    old = _recalled(title, lead, speaking, published)
    return old or Stance(Assertion.ASSERTED)


def _denied(lead: Sequence[Sentence], title: Sentence | None) -> Stance | None:
    """Find a denial in the title, or in the lead of a text whose title says nothing else."""
    for item in lead:
        if item is not title and title is not None and _claims(title):
            return None
        match = _DENIAL.search(item.words) if any(hint in item.words for hint in _DENIAL_HINTS) else None
        if match is not None:
            begin = item.begin
            return Stance(Assertion.DENIED, item, begin + match.start(), begin + match.end())
        found = _cue(item, "deny", Assertion.DENIED)
        if found is not None:
            return found
    return None


def _claims(title: Sentence) -> bool:
    """Tell whether a title says that something was done; a question says nothing."""
    return "?" not in title.words and bool(title.frames or "ban" in title.concepts)


def _rumoured(lead: Sequence[Sentence]) -> Stance | None:
    return next((found for item in lead if (found := _cue(item, "rumour", Assertion.RUMOURED))), None)


def _considered(lead: Sequence[Sentence], title: Sentence | None, speaking: Sequence[Sentence]) -> Stance | None:
    """Find that it is only weighed: before the verb that would do it, in the title or in what stands for one.

    A title's "may" is the effect where the text's first sentence tells the deed: "gallium may flow again".
    """
    head = title or next(iter(lead), None)
    if head is None:
        return None
    cue = next((item for item in head.cues if item.concept.name == "consider"), None)
    done = [frame for frame in head.frames if frame.outermost]
    if cue is None or (done and done[0].last <= cue.first):
        return None
    if head.part.tokens.x[cue.first - 1 : cue.first] in _COORDINATED:  # "bans exports and may widen the ban"
        return None
    opening = next((item for item in speaking if item.part.name != "title" and item.index == 0), None)
    if title is not None and opening is not None and opening.frames and not _HEDGES & opening.concepts.keys():
        return None
    return _cue(head, "consider", Assertion.CONSIDERED)


def _recalled(
    title: Sentence | None, lead: Sequence[Sentence], speaking: Sequence[Sentence], published: date
) -> Stance | None:
    """Find that it is told again: every sentence of the lead that tells it is of the past, or the title says so."""
    told = [item for item in speaking if item in lead]
    body = [item for item in told if item.part.name != "title"]
    if any(is_fresh(item.part, item.index, item.words, published) for item in (*told, *((title,) if title else ()))):
        return None
    strong = _cue(title, "recall", Assertion.RECALLED) if title else None
    if strong is not None:
        return strong
    old = [
        item for item in told if is_old(item.part, item.index, item.words, published) and "EASED" not in item.concepts
    ]
    head_is_old = title is not None and title in old
    if head_is_old or (body and all(item in old for item in body)):
        item = title if head_is_old and title else body[0]
        return Stance(Assertion.RECALLED, item, item.begin, item.begin + len(item.words.rstrip()))
    return None


def _cue(item: Sentence, concept: str, assertion: Assertion) -> Stance | None:
    cue = next((cue for cue in item.cues if cue.concept.name == concept), None)
    if cue is None:
        return None
    return Stance(assertion, item, *item.part.tokens.span(cue.first, cue.last - cue.first))
