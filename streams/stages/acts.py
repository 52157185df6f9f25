"""Which legal acts a report announces, which of them change which others, and which are only cited."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from schemas.signal import Relation, RelationKind
from streams.stages.chinese_acts import is_chinese
from streams.stages.enrich import Enriched, Part
from streams.stages.references import Reference

_VERBS = (
    (
        RelationKind.SUSPENDS,
        r"suspen|paus(?:e|ed|es|ing)\b|halt(?:s|ed)?\b|fr[eo]ez|frozen?|on hold|ausgesetzt|aussetz|setzt|暂停|中止|停止实施",
    ),
    (
        RelationKind.REPEALS,
        r"repeal|revok|rescind|rescission|abolish|annul|withdr[ae]w|aufheb|aufgehob|hebt|abrog|derog|废止|撤销|取消",
    ),
    (
        RelationKind.AMENDS,
        r"amend|modif|revis|updat|replac|supersed|änder|geändert|postpon|delay|修订|修改|调整|修正|推迟",
    ),
    (RelationKind.EXTENDS, r"extend|prolong|renew|verlänger|prorog|prórrog|延长|续期|延期"),
)
_VERB = re.compile("|".join(f"(?P<{kind.value}>{words})" for kind, words in _VERBS))
_REACH = 70
"""Letters between the verb and the first reference it changes; the sentence's later ones are changed with it."""

_NEGATED = re.compile(r"(?:\bnot|\bnever|\bwithout|\bnicht|\bkeine?|n't|不|未)[^.;,]{0,20}$")
_INSTRUMENT = re.compile(
    r"(?:\b(?:under|by|through|via|in|with|durch|mit|par|dans|mediante|por)\s(?:[\w'.&]+\s){0,9}|根据|通过|以)$"
)
"""What stands before the act itself: "suspended by MOFCOM Announcement No. 70"."""

_SET_BY = re.compile(
    r"(?:introduc|impos|announc|issu|contain|set\sout|laid\sdown|adopt|establish|brought\sin|publish|enact|creat)\w*\s"
    r"(?:under|by|through|in|with)\s(?:[\w'.&]+\s){0,9}$"
)
"""The same words about the older act: "suspends the controls introduced by MOFCOM Announcement No. 61"."""

_PASSIVE = re.compile(
    r"^(?:[,(][^,.;)]{0,60}[,)])?\s{0,2}(?:(?:is|are|was|were|has\sbeen|have\sbeen|will\sbe|being|wird|werden|wurde|est|sont"
    r"|queda|quedan)\s(?:[a-z]{1,12}\s){0,2}?"
    r"(?:(?P<suspends>suspended|paused|frozen|put\son\shold|ausgesetzt|suspendue?s?|suspendid[ao]s?)"
    r"|(?P<repeals>repealed|revoked|rescinded|abolished|annulled|withdrawn|aufgehoben|abrogée?s?|derogad[ao]s?)"
    r"|(?P<amends>amended|modified|revised|replaced|superseded|delayed|postponed|geändert)"
    r"|(?P<extends>extended|prolonged|renewed|verlängert))"
    r"|(?:[^。\uff1b]{0,24})(?:(?P<zh_suspends>暂停|中止)(?!\S{0,24}公告)|(?P<zh_repeals>同时废止|废止)(?!\S{0,24}公告)))"
)
_BACKGROUND_AFTER = re.compile(
    r"^[^.;]{0,70}?\b(?:remain|stay|continu(?:e|es)\b|is unaffected|are unaffected|unchanged|not (?:covered|affected|suspended)"
    r"|still (?:in|applies|apply)|was (?:introduced|issued|published|adopted|announced) (?:in|last|on)"
    r"|gilt weiter|bleib|reste|siguen?\b)"
    r"|^[^。\uff1b]{0,40}(?:仍然|继续|保持)"
)
_STANDING_BEFORE = re.compile(
    r"\b(?:goes? back to|dates? (?:back )?(?:to|from)|builds? on|earlier|previous|original|older|introduced (?:by|in|under)"
    r"|set by|already)\b[^.;]{0,60}$"
    r"|\b(?:not|never|nor)\s(?:\w+\s){0,2}(?:suspend|repeal|amend|replac|revok|affect|touch|chang|lift)\w*\b[^.;]{0,60}$"
)
_BACKGROUND_BEFORE = re.compile(
    r"\b(?:follows?(?:\son)?|after|since|in line with|based on|pursuant to|set up by|unlike|besides|apart from|beyond"
    r"|the path laid down)\b[^.;]{0,60}$|(?:根据|依据|按照)[^。\uff1b]{0,40}$"
)
_MAX_NAMED = 400
"""Places that are looked at: an annex may list a thousand acts, and each is compared with those before it."""

_SAME_DAY_NUMBERS = 15
"""Notices of one day stand close in their register; what lies further back was issued before."""


@dataclass(frozen=True, slots=True)
class Named:
    """One place where an act is named: the part, its sentence, and what is done to the act there."""

    item: Reference
    part: Part
    sentence: int
    kind: RelationKind | None


@dataclass(frozen=True, slots=True)
class Acts:
    """The references of a report: all in order, the one act it announces, all that it announces, what these change.

    `relations` holds by the announced act's ref, or by null where the report names none, what it does to which others;
    `background` the refs that are cited only, `named` every place where an act is named.
    """

    refs: tuple[str, ...]
    anchor: Reference | None
    announced: tuple[Reference, ...]
    relations: Mapping[str | None, tuple[Relation, ...]]
    background: tuple[Reference, ...]
    named: tuple[Named, ...]


def acts(enriched: Enriched) -> Acts:
    """Tell the acts that a report announces from those it changes or cites.

    An act is announced unless another changes it, it is told as standing law, or it is older than the one named first. A
    report of one announced act has it as its anchor.
    """
    named = tuple(islice((item for part in enriched.parts for item in _named(part)), _MAX_NAMED))
    first: dict[str, Reference] = {}
    for one in named:
        first.setdefault(one.item.ref, one.item)
    changed = {one.item.ref for one in named if one.kind}
    told = _background(named)
    fresh = [item for ref, item in first.items() if ref not in changed and ref not in told]
    own = [item for item in fresh if not _is_older(item, fresh[0])] or fresh[:1]
    if own and max(item.year or 0 for item in fresh) > (own[0].year or 0) and own[0].year:
        own = [item for item in fresh if item.year == max(one.year or 0 for one in fresh)]
    announced = {item.ref for item in own}
    background = tuple(item for ref, item in first.items() if ref not in changed and ref not in announced)
    anchor = own[0] if len(own) == 1 else None
    refs = tuple(dict.fromkeys(item.ref for part in enriched.parts for item in part.references))
    return Acts(refs, anchor, tuple(own), _relations(named, announced), background, named)


def _named(part: Part) -> list[Named]:
    lowered = part.text.lower() if part.references else ""
    if len(lowered) != len(part.text):
        lowered = part.text
    carried: tuple[RelationKind, int] | None = None
    found: list[Named] = []
    for item in part.references:
        sentence = part.sentence_at(item.start)
        begin = part.sentence_ends[sentence - 1] if sentence else 0
        before = lowered[max(begin, item.start - _REACH) : item.start]
        after = lowered[item.end : item.end + _REACH]
        led = bool(found) and found[-1].sentence == sentence and found[-1].kind is None
        kind = _kind(before, after, led=led)
        is_other = _BACKGROUND_AFTER.search(after) is not None or _INSTRUMENT.search(before) is not None
        if kind is None and not is_other and carried is not None and carried[1] == sentence:
            kind = carried[0]
        carried = (kind, sentence) if kind else carried
        found.append(Named(item, part, sentence, kind))
    return found


def _kind(before: str, after: str, *, led: bool) -> RelationKind | None:
    done = _PASSIVE.match(after)
    if done is not None and done.lastgroup:
        return RelationKind(done.lastgroup.removeprefix("zh_"))
    verbs = [match for match in _VERB.finditer(before) if not _NEGATED.search(before, 0, match.start())]
    if not verbs or not verbs[-1].lastgroup:
        return None
    between = before[verbs[-1].end() :]
    if _INSTRUMENT.search(between) and not led and not _SET_BY.search(between):
        return None
    return RelationKind(verbs[-1].lastgroup)


def _background(named: Sequence[Named]) -> set[str]:
    """Return the acts that are told as standing law wherever they are named; loosely told ones if others are not."""
    ranks: dict[str, int] = {}
    for one in named:
        text = one.part.text
        begin = one.part.sentence_ends[one.sentence - 1] if one.sentence else 0
        before = text[max(begin, one.item.start - _REACH) : one.item.start].lower()
        stands = _BACKGROUND_AFTER.search(text[one.item.end : one.item.end + _REACH].lower())
        rank = 2 if stands or _STANDING_BEFORE.search(before) else 1 if _BACKGROUND_BEFORE.search(before) else 0
        ranks[one.item.ref] = min(rank, ranks.get(one.item.ref, rank))
    bar = 1 if 0 in ranks.values() else 2
    return {ref for ref, rank in ranks.items() if rank >= bar}


def _is_older(item: Reference, than: Reference) -> bool:
    if not item.year or not than.year:
        return False
    if item.year != than.year:
        return item.year < than.year
    if item.issuer != than.issuer or not (item.number.isdigit() and than.number.isdigit()):
        return False
    gap = int(than.number) - int(item.number)
    return gap > (_SAME_DAY_NUMBERS if is_chinese(item.issuer) else 0)


def _relations(named: Sequence[Named], announced: set[str]) -> dict[str | None, tuple[Relation, ...]]:
    """Return what each announced act changes: the one named last in the sentence or before it does."""
    found: dict[str | None, dict[RelationKind, dict[str, None]]] = {}
    for at, one in enumerate(named):
        if one.kind is None or one.item.ref in announced:
            continue
        by = _subject(named, at, announced)
        found.setdefault(by, {}).setdefault(one.kind, {})[one.item.part] = None
    return {
        by: tuple(Relation(kind=kind, of=_narrowed(of)) for kind, of in kinds.items()) for by, kinds in found.items()
    }


def _narrowed(of: Mapping[str, None]) -> tuple[str, ...]:
    """Return the refs without the whole act where a clause of it is named: the clause alone is changed."""
    return tuple(ref for ref in of if not any(other.startswith(f"{ref}/") for other in of))


def _subject(named: Sequence[Named], at: int, announced: set[str]) -> str | None:
    here = named[at]
    told = [(place, one) for place, one in enumerate(named) if one.item.ref in announced]
    inside = [(place, one) for place, one in told if one.part is here.part and one.sentence == here.sentence]
    for near in (inside, told):
        before = [one.item.ref for place, one in near if place < at]
        after = [one.item.ref for place, one in near if place > at]
        if before or after:
            return before[-1] if before else after[0]
    return None
