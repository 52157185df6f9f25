"""What each place is in the story: who acts, whom it is aimed at, where it happens, or only mentioned."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.signal import EventClass, Role, Targeting
from streams.knowledge.model import Knowledge
from streams.stages.countries import Country, is_listed, named_countries, of_the_story
from streams.stages.enrich import Enriched, Mention
from streams.stages.parties import does, is_ruling, parties, suffers
from streams.stages.targeting import excluded

_TITLE_WEIGHT = 3.0
_SENTENCE_WEIGHTS = (1.5, 1.0, 0.6)
_LATER_WEIGHT = 0.3
_LOOK_BACK = 3
_AIMED = frozenset(
    (
        "to", "against", "targeting", "toward", "towards", "on", "for", "with", "an", "gegen", "nach", "vers", "contre", "aux",
        "contra", "hacia", "verso", "contro", "para", "a", "\u5bf9", "\u5411",
    )
)  # fmt: skip
_PLACED = frozenset(("in", "at", "near", "across", "inside", "within", "outside", "via", "through"))
_SKIPPED = frozenset(
    (
        "the", "all", "its", "certain", "some", "most", "any", "10", "several", "republic", "die", "der", "den", "das", "le",
        "la", "les", "el", "los", "las", "il", "gli",
    )
)  # fmt: skip
_AIMING_WITH_A = frozenset(("de", "es", "fr", "it", "pt"))
_ARTICLES = frozenset(("a", "an"))
"""English articles are words of aim in other languages: `an die USA`, `a Estados Unidos`."""

_INWARD = frozenset(
    (EventClass.IMPORT_RESTRICTION, EventClass.SANCTIONS, EventClass.DISPUTE, EventClass.ENTITY_LISTING)
)
_DATELINE = re.compile(r"(?:,[^.\n]{1,40}| \([^)]{1,40}\))? ?[-\u2013\u2014]{1,2} ")
_ISSUER_WEIGHT = 2 * _TITLE_WEIGHT
"""Who issued the act that a report is about counts as one that its title says to act."""

_CO_ACTOR = 0.7
_ACTOR_BAR = 0.6
"""A country named once near the end, a source perhaps, is nobody who acts."""

_SEAT = "CH"
"""Where the judges of trade sit: who is named so takes no part."""

_DISPUTED = frozenset(
    (
        EventClass.DISPUTE, EventClass.EXPORT_QUOTA, EventClass.EXPORT_TAX, EventClass.EXPORT_BAN, EventClass.POLICY_SIGNAL,
        EventClass.NOT_RELEVANT, EventClass.LOCAL_PROCESSING, EventClass.EXPORT_SUSPENSION,
    )
)  # fmt: skip
"""Classes whose words a report of a ruling may use: it tells what the judges are about."""

_AGREEABLE = frozenset(
    (EventClass.EXPORT_LICENSING, EventClass.PRICE_FLOOR, EventClass.STOCKPILE, EventClass.NOT_RELEVANT)
)
"""Classes whose words a report of an agreement may use: both sides of a deal that its title tells act."""

_HIT = frozenset(
    (
        "entities", "companies", "firms", "buyers", "customers", "users", "end", "goods", "products", "imports", "aluminium",
        "aluminum", "steel", "copper", "nickel", "metal", "metals", "uranium", "origin",
    )
)  # fmt: skip
"""What stands behind the name of those whom a measure against others hits: "ten Dutch entities", "new Russian copper"."""

_SUFFERED = 0.3
_RECIPIENTS = frozenset(("user", "users", "buyer", "buyers", "customers", "entities", "companies", "forces", "firms"))
_TARGET_BAR = 1.0
_LINKS = frozenset(("and", "und", "y", "et", "e", "i", "\u548c", "\u4e0e"))
_JOINT_ACTOR = 0.4
"""What parties agree on is both's, however seldom the second is named."""


@dataclass(slots=True)
class _Tally:
    mention: Mention
    part: str
    actor: float = 0.0
    target: float = 0.0
    location: float = 0.0
    subject: bool = False


class _Position(NamedTuple):
    """Where a place is named: the word before, how much the sentence counts, whether it is the sentence's first place.

    `inward`: the event is of a class whose measure hits what comes from the place named second.
    """

    before: str
    weight: float
    leads: bool
    inward: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """A country, its role, the words that name it first, and how it is hit or left out."""

    code: str
    role: Role
    mention: Mention
    part: str
    targeting: Targeting | None = None


def roles(enriched: Enriched, primary: EventClass, knowledge: Knowledge, *, issuer: str | None = None) -> list[Placed]:
    """Return the places of a report with one role each: actors first, then in the order of the text.

    `issuer` is the country whose legal act the report is about: where the text names it, it acts.
    A country that the measure leaves out is mentioned, and said to be excluded; a target that is named is explicit.
    """
    named = named_countries(enriched, knowledge)
    left_out = [item for item, is_out in zip(named, excluded(named), strict=True) if is_out]
    out = set(map(id, left_out))
    told = of_the_story([item for item in named if id(item) not in out], enriched)
    tallies = _tallies(told, primary, enriched.report.language)
    if issuer in tallies and primary is not EventClass.DISPUTE:
        tallies[issuer].actor += _ISSUER_WEIGHT
    actors = _acting(told, tallies, enriched, primary)
    outside = {item.code: item for item in reversed(left_out) if item.code not in actors}
    placed = [_placed(code, tally, is_actor=code in actors) for code, tally in tallies.items() if code not in outside]
    placed += (
        Placed(item.code, Role.MENTIONED, item.mention, item.part.name, Targeting.EXCLUDED)
        for item in reversed(outside.values())
    )
    return sorted(placed, key=lambda item: item.role is not Role.ACTOR)


def _acting(
    told: list[Country], tallies: dict[str, _Tally], enriched: Enriched, primary: EventClass
) -> Collection[str]:
    """Return who acts; where nobody is said to, the one country that the report is about."""
    if primary in _DISPUTED and is_ruling(enriched):
        for code, tally in tallies.items():
            if code != _SEAT:
                tally.target += tally.actor
        return ()
    if primary is EventClass.POLICY_SIGNAL:
        return _actors(tallies, _JOINT_ACTOR) | parties(told)
    sides = parties(item for item in told if item.part.name == "title") if primary in _AGREEABLE else set()
    return _actors(tallies, _CO_ACTOR) | sides or (tallies.keys() if len(tallies) == 1 else ())


def _tallies(told: list[Country], primary: EventClass, language: str) -> dict[str, _Tally]:
    tallies: dict[str, _Tally] = {}
    led: set[tuple[str, int]] = set()
    skipped = _SKIPPED if language in _AIMING_WITH_A else _SKIPPED | _ARTICLES
    last, was_subject = None, False
    for item in told:
        where = (item.part.name, item.sentence)
        tally = tallies.get(item.code)
        if tally is None:
            tally = tallies[item.code] = _Tally(item.mention, item.part.name)
        if _is_dateline(item):
            tally.location += _weight(0)
            continue
        weight = _TITLE_WEIGHT if item.part.name == "title" else _weight(item.sentence)
        before = _word_before(item.mention, item.part.tokens.x, skipped)
        leads = where not in led or (was_subject and last is not None and is_listed(last, item))
        _count(tally, item, _Position(before, weight, leads=leads, inward=primary in _INWARD))
        last, was_subject = item, leads and before not in _AIMED
        led.add(where)
    return tallies


def _is_dateline(item: Country) -> bool:
    """Tell whether it is the town that a report begins with: BEIJING, Nov 3 -."""
    mention, text = item.mention, item.part.text
    return not mention.start and item.part.name == "text" and _DATELINE.match(text, mention.end) is not None


def _placed(code: str, tally: _Tally, *, is_actor: bool) -> Placed:
    role = Role.ACTOR if is_actor else _lesser(tally)
    targeting = Targeting.EXPLICIT if role is Role.TARGET else None
    return Placed(code, role, tally.mention, tally.part, targeting)


def _weight(sentence: int) -> float:
    return _SENTENCE_WEIGHTS[sentence] if sentence < len(_SENTENCE_WEIGHTS) else _LATER_WEIGHT


def _count(tally: _Tally, item: Country, place: _Position) -> None:
    weight, before = place.weight, place.before
    if item.is_office:
        tally.actor += weight * (1.5 if before not in _AIMED else 0.3)
        tally.subject = tally.subject or weight == _TITLE_WEIGHT
    elif before == "by":
        tally.actor += 2 * weight
    elif does(item):
        tally.actor += weight * 2
        tally.subject = tally.subject or weight == _TITLE_WEIGHT
    elif before in _AIMED or (place.inward and (before == "from" or _is_hit(item))) or _receives(item, before):
        tally.target += weight
    elif before in _PLACED or before == "from":
        tally.location += weight
        tally.actor += 0.4 * weight
    elif place.inward and not place.leads and before not in _LINKS:
        tally.target += 0.5 * weight
        tally.actor += 0.3 * weight
    elif suffers(item):
        tally.actor += _SUFFERED * weight
    else:
        is_subject = place.leads or before in _LINKS
        tally.actor += weight * (1.5 if is_subject else 0.5)
        tally.subject = tally.subject or (is_subject and weight == _TITLE_WEIGHT)


def _is_hit(item: Country) -> bool:
    return not _HIT.isdisjoint(item.part.tokens.x[item.mention.last : item.mention.last + 1])


def _receives(item: Country, before: str) -> bool:
    """Tell whether those who get the goods sit there: "users in Norway"."""
    near = item.part.tokens.x[max(0, item.mention.first - _LOOK_BACK) : item.mention.first]
    return before in _PLACED and not _RECIPIENTS.isdisjoint(near)


def _word_before(mention: Mention, words: Sequence[str], skipped: frozenset[str]) -> str:
    near = reversed(words[max(0, mention.first - _LOOK_BACK) : mention.first])
    return next((word for word in near if word not in skipped), "")


def _actors(tallies: dict[str, _Tally], share: float) -> set[str]:
    """Return who acts: the one that most speaks for, and the subjects of the title with at least this share of it."""
    acting = {code: tally for code, tally in tallies.items() if tally.actor > max(tally.target, _ACTOR_BAR)}
    best = max((tally.actor for tally in acting.values()), default=0.0)
    return {
        code for code, tally in acting.items() if tally.actor == best or (tally.subject and tally.actor >= share * best)
    }


def _lesser(tally: _Tally) -> Role:
    if tally.target >= _TARGET_BAR and tally.target >= tally.location:
        return Role.TARGET
    return Role.LOCATION if tally.location else Role.MENTIONED
